"""`run.py flow`: versions of surveys: what runs, what changed, publish, go back."""

import getpass
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import click
import msgspec

if TYPE_CHECKING:  # `--help` should not load the models
    from commands.versions import Versions
    from flows.model import Flow
    from web.flow_shapes import FlowDiff, FlowPublished, FlowVersion

T = TypeVar("T")
NOTE = click.option("--note", default="", help="Why, for the history.")
AUTHOR = click.option("--author", default="", help="Who does it.  [default: your login name]")
BASED_ON = click.option(
    "--based-on", type=click.IntRange(0), help="Only if this is still the current version; 0: only if there is none."
)
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")


WHY = {
    "question": "their open question is not there, or asks something else",
    "answers": "a question that they have answered is not there, or asks something else",
    "language": "their language is not there",
    "variables": "a variable has no value for them",
    "variant": "their variant is not there",
    "patience": "there, their time to answer would be over",
    "over": "they have just ended",
    "lost": "their version cannot be read any more",
}
"""What keeps conversations on their version, in words."""


@click.group("flow")
def command() -> None:
    """Versions of surveys. New conversations begin with the latest version; those that run stay on theirs."""


@command.command("list")
@JSON
def list_flows(*, as_json: bool) -> None:
    """What runs, since when and by whom; whether its file says something else; what is wrong with the files."""
    page = _look(lambda versions: versions.page())
    if as_json:
        _print(page)
        return
    for flow in page.flows:
        file = {"": "  (no file without errors)", "same": "", "differs": "  (the file differs)"}[flow.draft]
        runs = f"{_line(flow.version)}{file}" if flow.version else "not published yet"
        click.echo(f"{flow.id:<20} {runs}")
    for problem in page.problems:
        hint = f"; {problem.suggestion}" if problem.suggestion else ""
        place = f"{problem.file}:{problem.line}:{problem.column}"
        click.echo(f"{place}: {problem.severity}: {problem.message}{hint} [{problem.code}]")


@command.command()
@click.argument("flow")
@JSON
def history(flow: str, *, as_json: bool) -> None:
    """The versions of FLOW, newest first."""
    found = _look(lambda versions: versions.history(flow))
    if as_json:
        _print(found)
        return
    for version in found.versions:
        click.echo(_line(version))


@command.command()
@click.argument("flow")
@click.argument("old", default="published")
@click.argument("new", default="file")
@JSON
def diff(flow: str, old: str, new: str, *, as_json: bool) -> None:
    """What changed in FLOW from OLD to NEW, in words.

    Each is the number of a version, `published` for what runs, `file` for what the file says, or a .yaml file.
    """
    if _is_file(old) or _is_file(new):
        found = _look(lambda versions: _with_files(versions, flow, old, new))
    else:
        found = _look(lambda versions: versions.diff(flow, old, new))
    if as_json:
        _print(found)
        return
    for change in found.changes:
        click.echo(f"- {change.sentence}")
    if not found.changes:
        click.echo(f"{found.old} and {found.new} say the same.")


@command.command()
@click.argument("flow", metavar="FLOW|FILE")
@NOTE
@AUTHOR
@BASED_ON
@JSON
def publish(flow: str, note: str, author: str, based_on: int | None, *, as_json: bool) -> None:
    """Begin new conversations with what the file of FLOW says now, or with FILE. One with errors is refused."""
    import settings as configuration  # noqa: PLC0415 — see above
    from commands.publishing import change  # noqa: PLC0415 — see above
    from web.flow_shapes import FlowPublication, FlowPublished  # noqa: PLC0415 — see above

    settings = configuration.load()
    source = ""
    if _is_file(flow):
        found = _flow_in(flow, set(settings.desks) or None)
        source, flow = Path(flow).read_text("utf-8-sig"), found.id
    wanted = FlowPublication(source, author or login(), note, based_on)
    path = f"{quote(flow, safe='')}/versions"
    done = change(
        settings, path, wanted, FlowPublished, lambda versions: versions.publish(flow, wanted, "", "operator")
    )
    _tell(done, as_json=as_json)


@command.command()
@click.argument("flow")
@click.option("--to", type=click.IntRange(1), help="The version to go back to.  [default: what ran before]")
@NOTE
@AUTHOR
@BASED_ON
@JSON
def rollback(flow: str, to: int | None, note: str, author: str, based_on: int | None, *, as_json: bool) -> None:
    """Begin new conversations of FLOW with an earlier version again. The file stays as it is."""
    import settings as configuration  # noqa: PLC0415 — see above
    from commands.publishing import change  # noqa: PLC0415 — see above
    from web.flow_shapes import FlowPublished, FlowRollback  # noqa: PLC0415 — see above

    wanted = FlowRollback(to, author or login(), note, based_on)
    path = f"{quote(flow, safe='')}/rollback"
    settings = configuration.load()
    done = change(
        settings, path, wanted, FlowPublished, lambda versions: versions.roll_back(flow, wanted, "", "operator")
    )
    _tell(done, as_json=as_json)


@command.command()
@click.argument("flow")
@click.option("--to", type=click.IntRange(1), help="The version to go on with.  [default: the current one]")
@click.option("--dry-run", is_flag=True, help="Only say what would become of them.")
@JSON
def move(flow: str, to: int | None, *, dry_run: bool, as_json: bool) -> None:
    """Let running conversations of FLOW go on with another version, where their open question and answers allow it.

    Nothing is sent. All others stay on the version that they are on.
    """
    import settings as configuration  # noqa: PLC0415 — see above
    from commands import publishing  # noqa: PLC0415 — see above
    from web.flow_shapes import FlowMove  # noqa: PLC0415 — see above

    found = publishing.move(configuration.load(), flow, FlowMove(to, dry_run))
    if as_json:
        _print(found)
        return
    click.echo(f"{found.moving:,} {'would go' if dry_run else 'go'} on with version {found.to} of {flow}.")
    for each in found.staying:
        click.echo(f"{each.count:,} {'would stay' if dry_run else 'stay'} on theirs: {WHY[each.why]}.")


def login() -> str:
    """Who sits here."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without names
        return "command line"


def _look(ask: "Callable[[Versions], Awaitable[T]]") -> T:
    import settings as configuration  # noqa: PLC0415 — see above
    from commands.publishing import look_at  # noqa: PLC0415 — see above

    return look_at(configuration.load(), ask)


async def _with_files(versions: "Versions", flow: str, old: str, new: str) -> "FlowDiff":
    """The difference between two things of which at least one is a file."""
    from commands.versions import differences  # noqa: PLC0415 — see above

    sides = [(each, _flow_in(each)) if _is_file(each) else await versions.flow(flow, each) for each in (old, new)]
    return differences(*sides[0], *sides[1])


def _is_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _flow_in(file: str, desks: set[str] | None = None) -> "Flow":
    """The flow in a file. Raises click's errors with everything that is wrong with it."""
    from flows.loader import load  # noqa: PLC0415 — see above
    from flows.problems import FlowProblems  # noqa: PLC0415 — see above

    try:
        return load(Path(file).read_bytes(), file, desks)
    except FlowProblems as error:
        raise click.ClickException(f"The flow has errors:\n{error}") from error
    except OSError as error:
        raise click.UsageError(f"{file} cannot be read: {error.strerror}") from error


def _line(version: "FlowVersion") -> str:
    """A version in a list: number, when (UTC), by whom, how, why."""
    at = version.at[:16].replace("T", " ")
    how = {"file": "", "published": "handed in", "rolled_back": "rolled back"}[version.kind]
    return "  ".join(filter(None, (f"version {version.n}", at, version.author, how, version.note)))


def _tell(done: "FlowPublished", *, as_json: bool) -> None:
    if as_json:
        _print(done)
    elif done.new:
        click.echo(f"New conversations of {done.flow} begin with version {done.version.n} now.")
    else:
        click.echo(f"Nothing to do: this is version {done.version.n}, with which new conversations begin already.")


def _print(found: Any) -> None:
    click.echo(msgspec.json.encode(found))
