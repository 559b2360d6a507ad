"""What the API takes and gives about flows and their versions; the OpenAPI document is made from these types."""

from typing import Annotated

from msgspec import Meta, Struct

_AUTHOR = Meta(max_length=100, description="Who does it; empty: the key's name.")
_NOTE = Meta(max_length=500, description="Why, for the history.")
_BASED_ON = Meta(ge=0, description="The version that it is made from: with another one by now it is refused (409).")
_NUMBER = Annotated[int, Meta(ge=1, le=2**31)]


class FlowVersion(Struct, frozen=True):
    """One version of a flow."""

    n: Annotated[int, Meta(description="Counted from 1; new conversations begin with the highest.")]
    revision: Annotated[str, Meta(description="Hash of the content: the same content has the same one.")]
    kind: Annotated[str, Meta(description="file (what its file said) | published | rolled_back")]
    author: str
    note: str
    at: Annotated[str, Meta(description="ISO 8601, UTC.")]


class FlowProblem(Struct, frozen=True):
    """Something wrong with a file or source."""

    file: str
    line: int
    column: int
    severity: Annotated[str, Meta(description="error (keeps it from being published) | warning")]
    code: str
    message: str
    suggestion: str


class FlowSummary(Struct, frozen=True):
    """A flow: what runs, and its file."""

    id: str
    version: Annotated[FlowVersion | None, Meta(description="What new conversations begin with; null: none yet.")]
    file: Annotated[str, Meta(description="The file with a flow of this id and no errors; empty: there is none.")]
    draft: Annotated[str, Meta(description="Whether the file says what runs: same | differs, or empty without a file.")]


class FlowPage(Struct, frozen=True):
    """All flows, by id, and everything that is wrong with their files."""

    flows: list[FlowSummary]
    problems: list[FlowProblem]


class FlowHistory(Struct, frozen=True):
    """The versions of a flow, newest first."""

    flow: str
    versions: list[FlowVersion]


class FlowChange(Struct, frozen=True):
    """One difference between two versions."""

    kind: str
    sentence: Annotated[str, Meta(description="In words, English.")]
    step: str
    language: str
    before: str
    after: str


class FlowDiff(Struct, frozen=True):
    """What changed from one version to the other; no changes: both say the same."""

    flow: str
    old: Annotated[str, Meta(description="version N | file")]
    new: str
    changes: list[FlowChange]


class FlowPublication(Struct, frozen=True, forbid_unknown_fields=True):
    """Publish a version."""

    source: Annotated[str, Meta(max_length=900_000, description="The flow in YAML; empty: what its file says now.")] = (
        ""
    )
    author: Annotated[str, _AUTHOR] = ""
    note: Annotated[str, _NOTE] = ""
    based_on: Annotated[int, _BASED_ON] | None = None


class FlowRollback(Struct, frozen=True, forbid_unknown_fields=True):
    """Begin new conversations with an earlier version again."""

    to: Annotated[_NUMBER | None, Meta(description="Its number; without it, what ran before.")] = None
    author: Annotated[str, _AUTHOR] = ""
    note: Annotated[str, _NOTE] = ""
    based_on: Annotated[int, _BASED_ON] | None = None


class FlowPublished(Struct, frozen=True):
    """What new conversations begin with now."""

    flow: str
    version: FlowVersion
    new: Annotated[bool, Meta(description="False: it was what runs already, and nothing was done.")]


class FlowMove(Struct, frozen=True, forbid_unknown_fields=True):
    """Let running conversations go on with another version."""

    to: Annotated[_NUMBER | None, Meta(description="Its number; without it, the current one.")] = None
    dry_run: Annotated[bool, Meta(description="Only say what would become of them.")] = False


class FlowStaying(Struct, frozen=True):
    """Conversations that stay on their version."""

    why: Annotated[
        str,
        Meta(
            description="question (the open one is gone or asks something else) | answers (so for an answered one) | "
            "language | variables | variant | patience (there it would be over) | over | lost"
        ),
    ]
    count: int


class FlowMoving(Struct, frozen=True):
    """What becomes of the running conversations that are on other versions."""

    flow: str
    to: int
    moving: Annotated[int, Meta(description="Those that can go on with it; they do within moments.")]
    staying: list[FlowStaying]
