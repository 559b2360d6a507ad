"""The flows that may run: one of each id for new conversations, every revision for running ones."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from flows.loader import Checked, check, revive
from flows.model import Flow
from flows.problems import FlowProblems, Problem, did_you_mean

SHIPPED = Path(__file__).parent / "surveys"


class UnknownFlow(LookupError):
    """There is no flow with this id; says which come close."""


class Source(Struct, frozen=True):
    """The text of one flow; `group` is the folder, and an id may be there only once per folder.

    `unreadable` says why there is no text, where there is none.
    """

    file: str
    text: str | bytes
    group: str = ""
    unreadable: str = ""


class Library:
    """Flows by id and by revision. A later source replaces an earlier one with the same id."""

    def __init__(self, sources: Iterable[Source] = (), desks: Collection[str] | None = None) -> None:
        """Check and take over all sources. Raises FlowProblems with the problems of all of them."""
        self._current: dict[str, Flow] = {}
        self._revisions: dict[str, Flow] = {}
        self._texts: dict[str, str] = {}
        self.warnings: tuple[Problem, ...] = ()
        problems: list[Problem] = []
        for source, checked in examined(sources, desks):
            problems += checked.problems
            if checked.flow is not None:
                self.keep(checked.flow, source.text)
                self._current[checked.flow.id] = checked.flow
        if any(problem.severity == "error" for problem in problems):
            raise FlowProblems(problems)
        self.warnings = tuple(problems)

    @property
    def flows(self) -> tuple[Flow, ...]:
        """The current flows, by id."""
        return tuple(self._current[flow_id] for flow_id in sorted(self._current))

    def get(self, flow_id: str) -> Flow:
        """The flow to begin new conversations with. Raises UnknownFlow."""
        flow = self._current.get(flow_id)
        if flow is None:
            hint = did_you_mean(flow_id, self._current)
            raise UnknownFlow(f"there is no flow '{flow_id}'" + (f"; {hint}" if hint else ""))
        return flow

    def revision(self, revision: str) -> Flow | None:
        """The flow of a running conversation, or None if its source has not been added yet."""
        return self._revisions.get(revision)

    def source(self, revision: str) -> str:
        """The YAML of a revision, to be kept as long as conversations run on it. Raises KeyError."""
        return self._texts[revision]

    def add_source(self, text: str | bytes, file: str = "database") -> Flow:
        """Take in an older revision; it becomes nobody's current flow. Raises FlowProblems."""
        flow = revive(text, file)
        self.keep(flow, text)
        return flow

    def begin_with(self, flow: Flow) -> None:
        """From now on new conversations begin with this flow, of which `keep` knows."""
        self._current[flow.id] = flow

    def keep(self, flow: Flow, text: str | bytes) -> None:
        """Know this flow by its revision."""
        self._revisions.setdefault(flow.revision, flow)
        self._texts.setdefault(flow.revision, text.decode("utf-8-sig") if isinstance(text, bytes) else text)


def examined(sources: Iterable[Source], desks: Collection[str] | None) -> Iterator[tuple[Source, Checked]]:
    """Each source with what is wrong with it, seen beside the others of its folder."""
    files: dict[tuple[str, str], str] = {}
    for source in sources:
        checked = _check(source, desks)
        if checked.flow is not None:
            flow_id = checked.flow.id
            other = files.setdefault((source.group, flow_id), source.file)
            if other != source.file:
                message = f"the flow '{flow_id}' is also in {other}"
                hint = "give one of them another id"
                twice = Problem(source.file, *checked.flow_at, "duplicate-flow", message, hint)
                checked = Checked(None, (*checked.problems, twice))
        yield source, checked


def _check(source: Source, desks: Collection[str] | None) -> Checked:
    if not source.unreadable:
        return check(source.text, source.file, desks)
    return Checked(None, (Problem(source.file, 1, 1, "unreadable", f"cannot be read: {source.unreadable}"),))


def problems_of(sources: Iterable[Source], desks: Collection[str] | None = None) -> list[Problem]:
    """Everything wrong with these sources, warnings included."""
    return [problem for _, checked in examined(sources, desks) for problem in checked.problems]


def read_folders(folders: Sequence[Path]) -> Iterator[Source]:
    """The YAML files in these folders, later folders last.

    The only place in `flows` that reads the admins' disk.
    """
    for folder in folders:
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            try:
                yield Source(str(path), path.read_bytes(), str(folder))
            except FileNotFoundError:
                pass  # gone since it was listed
            except OSError as error:
                yield Source(str(path), "", str(folder), error.strerror or type(error).__name__)


def load(folders: Sequence[Path] = (), desks: Collection[str] | None = None) -> Library:
    """The shipped surveys and those in `folders`, which may replace shipped ones. Raises FlowProblems."""
    return Library(read_folders([SHIPPED, *folders]), desks)
