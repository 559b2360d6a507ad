"""What the pages of surveys show, where it comes from, and who may read or change which."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from starlette.requests import Request

from web.flow_shapes import (
    FlowChange,
    FlowHistory,
    FlowProblem,
    FlowPublication,
    FlowPublished,
    FlowRollback,
    FlowVersion,
)
from web.said import when
from web.visitors import EVERY, Visitor

READERS, WRITERS = ("author", "analyst"), ("author",)


class Listed(NamedTuple):
    """A survey: what runs, how many conversations are in it, whether a file says something else (`differs`)."""

    id: str
    title: str
    brand: str
    version: FlowVersion | None
    running: int
    draft: str


class Compared(NamedTuple):
    """What changed, in words and in lines: (sign, text), where the sign is `+`, `-`, ` ` or `@`."""

    old: str
    new: str
    changes: Sequence[FlowChange]
    lines: Sequence[tuple[str, str]]


class Look(NamedTuple):
    """A draft: what is wrong with it and, if it can run, its brand, languages, variants, and what would change."""

    problems: Sequence[FlowProblem]
    usable: bool = False
    brand: str = ""
    languages: Sequence[str] = ()
    variants: Sequence[str] = ()
    compared: Compared | None = None

    @property
    def errors(self) -> int:
        """How many problems keep it from being published."""
        return sum(each.severity == "error" for each in self.problems)


class Talk(NamedTuple):
    """Whom the preview phone plays, and what was said to it: `> text`, or `… +1d` for a day that passes."""

    language: str = ""
    variant: str = ""
    chat: bool = False
    said: Sequence[str] = ()


class Bubble(NamedTuple):
    """By bot, customer or echolot, which tells what it has understood."""

    by: str
    text: str


class Phone(NamedTuple):
    """What is on the preview phone; `full` if it takes no more."""

    language: str
    bubbles: Sequence[Bubble]
    buttons: Sequence[str] = ()
    over: bool = False
    full: bool = False


class Kept(NamedTuple):
    """A draft as it was saved. `n`: when (epoch ms), and what tells it from others; `brand`: whose it is."""

    flow: str
    n: int
    source: str
    based_on: int
    brand: str
    person: str
    author: str

    def at(self, lang: str) -> str:
        """When it was saved, as people read it."""
        return when(self.n, lang)


class Drafts(Protocol):
    """Where drafts are kept: one of each survey."""

    async def all(self) -> Sequence[Kept]:
        """By survey, without their texts."""
        ...

    async def one(self, flow: str) -> Kept | None:
        """The draft of a survey."""
        ...

    async def keep(self, wanted: Kept) -> Kept | None:
        """Keep it; `n` is that of the draft it follows, 0 for none. None: somebody has saved another one meanwhile."""
        ...

    async def drop(self, flow: str, n: int, by: str = "") -> bool:
        """Forget it, unless somebody has saved another one meanwhile. `by` is who discards it."""
        ...


class FlowPages(Protocol):
    """Surveys, versions and drafts. What is wrong comes as NoVersion, Outdated, FlowProblems and StoreUnavailable."""

    @property
    def drafts(self) -> Drafts:
        """What authors are writing."""
        ...

    async def listed(self) -> tuple[Sequence[Listed], Sequence[FlowProblem]]:
        """All surveys, by id, and what is wrong with their files."""
        ...

    async def one(self, flow: str) -> Listed | None:
        """A survey that has a version or a file without errors."""
        ...

    async def history(self, flow: str) -> FlowHistory:
        """Its versions, newest first; none if there is none."""
        ...

    async def source(self, flow: str, which: str) -> str:
        """The YAML of a version: a number, `published` or `file`."""
        ...

    async def compare(self, flow: str, old: str, new: str) -> Compared:
        """From one version to another."""
        ...

    async def apart(self, old: str, new: str) -> Sequence[tuple[str, str]]:
        """How two texts differ, in lines as `Compared` has them; none if they are the same."""
        ...

    async def look(self, flow: str, source: str) -> Look:
        """Check a draft, and compare it with what runs."""
        ...

    async def play(self, source: str, talk: Talk) -> Phone | None:
        """Play a draft; None while it has errors."""
        ...

    async def publish(self, flow: str, wanted: FlowPublication, author: str, actor: str) -> FlowPublished:
        """Publish a draft."""
        ...

    async def roll_back(self, flow: str, wanted: FlowRollback, author: str, actor: str) -> FlowPublished:
        """Go back to an earlier version."""
        ...


def reads(who: Visitor, brand: str) -> bool:
    """Whether they may look at surveys of this brand; one of no brand is everybody's."""
    return who.may(READERS, brand)


def writes(who: Visitor, brand: str) -> bool:
    """Whether they may publish surveys of this brand; one of no brand takes a role for all brands."""
    return who.may(WRITERS, brand or EVERY)


def called(who: Visitor) -> str:
    """How the history names them."""
    return who.name or who.email


def at(iso: str, lang: str) -> str:
    """A time of the history as people read it."""
    return when(int(datetime.fromisoformat(iso).timestamp() * 1000), lang)


def query(request: Request, name: str) -> str:
    """A part of the address, cut off where it is longer than anything that we mean."""
    return request.query_params.get(name, "")[:60]
