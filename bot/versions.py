"""Versions of flows: what was published when and by whom, and the store that keeps them. Times are epoch ms."""

from typing import Any, NamedTuple, Protocol

from bot.errors import BotError, Conflict, Fault

FILE, PUBLISHED, ROLLED_BACK = "file", "published", "rolled_back"
ANY = -1  # the version that a publication is based on, where nobody has said


class Version(NamedTuple):
    """One version of a flow. The one with the highest `n`, counted from 1, is what new conversations begin with.

    `kind`: file (what the flow's file said) | published (what somebody handed in) | rolled_back (what it was before).
    """

    flow: str
    n: int
    revision: str
    kind: str
    author: str
    note: str
    at: int


class Publication(NamedTuple):
    """A version to be.

    With `based_on` it is refused if the flow has another version by now (0: if it has any). `once` leaves it out if the
    flow's latest version of kind `file` has this revision. `actor` is the id of whoever did it, for the audit trail;
    without one nothing is noted there.
    """

    flow: str
    revision: str
    source: str
    kind: str
    author: str
    note: str
    at: int
    based_on: int = ANY
    once: bool = False
    actor: str = ""


class Outdated(Conflict):
    """Somebody else has published in the meantime; `current` is the flow's version now."""

    retry = False

    def __init__(self, flow: str, based_on: int, current: int) -> None:
        now = f"has version {current}" if current else "has no version"
        super().__init__(f"This is based on version {based_on} of {flow!r}, which {now}. Look at that one first.")
        self.current = current


class NoVersion(BotError):
    """There is no such flow, no such version, or nothing to go back to."""

    fault = Fault.CALLER


class History(Protocol):
    """What a store knows of versions. Raises StoreUnavailable while it cannot tell."""

    async def versions(self, flow: str) -> list[dict[str, Any]]:
        """All versions of a flow, newest first, with the keys of Version."""
        ...

    async def current_versions(self) -> list[dict[str, Any]]:
        """The latest version of every flow, by its id."""
        ...

    async def file_versions(self) -> list[dict[str, Any]]:
        """The latest version of every flow that came from its file, by its id."""
        ...

    async def revision(self, revision: str) -> str | None:
        """The source of a flow revision."""
        ...


class Archive(History, Protocol):
    """The part of a store that keeps versions."""

    async def publish(self, wanted: Publication) -> int:
        """Keep source and version in one transaction; its number, or 0 if there was nothing to do (`once`).

        Of two who publish at once one gets the next number, the other the one after it. Raises Outdated.
        """
        ...

    async def wait(self, topic: str, timeout: float) -> None:
        """Until there may be something new for `topic` (flows), from any process, or the timeout (seconds)."""
        ...
