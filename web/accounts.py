"""What the pages ask of whoever keeps the people: implemented over the store in `commands/accounts.py`."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from web.visitors import Grant

Act = Literal["disable", "enable", "reset", "grant", "revoke"]


class Session(NamedTuple):
    """A session that there is: whose, since when, last seen, and when they last gave their password (epoch ms)."""

    person: str
    email: str
    name: str
    language: str
    created_at: int
    seen_at: int
    sure_at: int
    grants: tuple[Grant, ...]


class Browser(NamedTuple):
    """Where somebody is signed in; `digest` names the session."""

    digest: str
    browser: str
    created_at: int
    seen_at: int


class Member(NamedTuple):
    """A person in the list. `state`: active | invited | disabled; `seen_at` 0: is nowhere signed in."""

    id: str
    email: str
    name: str
    language: str
    state: str
    seen_at: int
    grants: tuple[Grant, ...]


class Invited(NamedTuple):
    """Somebody new, or somebody who gets a new link: the token that it ends in, and until when it holds."""

    id: str
    token: str
    expires: int


class Noted(NamedTuple):
    """An entry of the audit trail; `facts` are JSON, `broken` says that the chain does not hold here."""

    n: int
    at: int
    actor: str
    act: str
    subject: str
    facts: str
    broken: bool


class Accounts(Protocol):
    """People, their sessions, their trail. What cannot be done comes as BotError with the reason.

    Sessions and links are named by the SHA-256 of their secret, so that only browsers and people hold it.
    """

    async def anybody(self) -> bool:
        """Whether there is anybody at all."""
        ...

    async def session(self, digest: str) -> Session | None:
        """Whose session this is."""
        ...

    async def seen(self, digest: str) -> None:
        """They are still there."""
        ...

    async def sign_in(self, email: str, password: str, digest: str, browser: str) -> str:
        """Open a session for who has this address and password: their id, or ""; takes as long for nobody."""
        ...

    async def sign_out(self, person: str, digest: str) -> None:
        """End a session."""
        ...

    async def sign_out_everywhere(self, person: str, but: str) -> int:
        """End all their sessions but this one; how many there were."""
        ...

    async def sure(self, person: str, digest: str) -> None:
        """They have just shown once more who they are."""
        ...

    async def note(self, actor: str, act: str, subject: str, facts: Mapping[str, str | int | bool]) -> None:
        """Add an entry to the audit trail; names people and cases by their ids, and holds nothing personal."""
        ...

    async def browsers(self, person: str) -> list[Browser]:
        """Where they are signed in, the latest first."""
        ...

    async def confirms(self, person: str, password: str) -> bool:
        """Whether this is their password."""
        ...

    async def change_password(self, person: str, password: str, session: str) -> str:
        """Choose another one: what is wrong with it (web.passwords.weak), or ""."""
        ...

    async def linked(self, digest: str) -> Member | None:
        """Whose one-time link this is, as long as it holds."""
        ...

    async def choose_password(self, digest: str, password: str) -> str:
        """Choose a password by a link: what is wrong with it, `stale` for the link, or ""."""
        ...

    async def profile(self, person: str, name: str, language: str) -> None:
        """What they are called, and which language the pages speak to them."""
        ...

    async def members(self) -> list[Member]:
        """Everybody, by address."""
        ...

    async def member(self, key: str) -> Member:
        """Somebody by id or address."""
        ...

    async def invite(self, email: str, name: str, language: str, grants: Sequence[Grant], by: str) -> Invited:
        """Somebody new."""
        ...

    async def act(self, person: str, act: Act, grant: Grant | None, by: str) -> Invited | None:
        """Shut somebody out or let them in again, give or take a role; a new link for `reset`."""
        ...

    async def trail(self, before: int, limit: int) -> list[Noted]:
        """The audit trail, newest first; `before` 0 begins with the latest."""
        ...
