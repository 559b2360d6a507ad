"""What the inbox's pages ask of whoever keeps the cases: implemented in `commands/inbox_pages.py`."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from bot.messages import File, LeftOut
from web.shapes import CaseAct, CaseDetail

View = Literal["open", "mine", "unclaimed", "solved"]


class Listed(NamedTuple):
    """A case in the list. Times are epoch ms, 0 for none; `owner` is an id, `words` what the customer said first."""

    id: str
    code: str
    desk: str
    session: str
    phase: str
    priority: str
    owner: str
    owner_name: str
    channel: str
    language: str
    score: int | None
    words: str
    opened_at: int
    due_at: int
    responded_at: int
    resolved_at: int
    paused: bool
    test: bool


class Reply(NamedTuple):
    """A text that the desk keeps: filled in for this customer, or with `command` what sends it."""

    name: str
    text: str
    command: str = ""


class Desk(NamedTuple):
    """What can be chosen at a desk: causes and agents as (id, label), other desks by name."""

    timezone: str
    causes: Sequence[tuple[str, str]] = ()
    agents: Sequence[tuple[str, str]] = ()
    others: Sequence[str] = ()


class Seen(NamedTuple):
    """A case as somebody sees it. `allowed`: the settings let them act at its desk; `called` is their name there.

    `newer` is the id of a later case of the same customer: nothing can be done in this one then. `pictures` are the
    numbers of the customer's files that came as pictures.
    """

    listed: Listed
    detail: CaseDetail
    desk: Desk
    replies: Sequence[Reply]
    allowed: bool
    called: str
    newer: str = ""
    pictures: Sequence[int] = ()

    @property
    def can_act(self) -> bool:
        """Whether anything can be done here by this person."""
        return self.allowed and not self.newer


class Cases(Protocol):
    """The cases of all desks. What somebody may see is for the pages to say."""

    @property
    def desks(self) -> Sequence[str]:
        """Their names."""
        ...

    @property
    def channels(self) -> Sequence[str]:
        """Where customers can be."""
        ...

    def timezone(self, desk: str) -> str:
        """Of a desk's clocks."""
        ...

    def login(self, email: str, person: str) -> str:
        """As whom somebody acts: their e-mail address as `web` of an agent has it, or their id if it cannot be one."""
        ...

    def owners(self, login: str) -> Sequence[str]:
        """What an owner is called who has this login, one or two names."""
        ...

    async def rows(self, view: View, desk: str, login: str, limit: int, offset: int) -> Sequence[Listed]:
        """The most pressing ones, or the latest that are solved; of one desk or all ("")."""
        ...

    async def brand(self, session: str) -> str:
        """The brand that a survey is counted under, "" for none."""
        ...

    async def seen(self, case_id: str, language: str, login: str, name: str) -> Seen | None:
        """All of a case for this person, in this language."""
        ...

    async def file(self, case_id: str, number: int) -> File | LeftOut | None:
        """A file of the customer's, or why it cannot be shown; None if there is no such. See commands.inbox_files."""
        ...

    async def mark(self, case_id: str) -> int:
        """Grows with whatever happens to a case: its version and the number of its entries."""
        ...

    async def act(self, case_id: str, act: CaseAct, key: str) -> bool:
        """See web.cases.Inbox. Raises StoreUnavailable."""
        ...
