"""People whom a provider of identities vouches for, as scripts: who is on the way there, whose identity it is (S18).

An identity is an issuer and what that issuer calls the person, never an address. Times are epoch ms, secrets come in as
hashes.
"""

from typing import NamedTuple

from bot.errors import BotError, Fault
from storage.accounts import link_with
from storage.audit import note
from storage.scripts import Ask, Script


class TakenIdentity(BotError):
    """Somebody else has connected this identity."""

    fault = Fault.CALLER


class Attempt(NamedTuple):
    """Somebody who sets out. `state` and `browser` are hashes; `person`, `link` and `goes_to` may be ""."""

    state: str
    browser: str
    provider: str
    purpose: str
    person: str
    link: str
    goes_to: str
    created_at: int
    expires: int


class Vouched(NamedTuple):
    """What the provider says: its own name, what it calls the person, and how our settings call it."""

    issuer: str
    subject: str
    provider: str


def set_out(attempt: Attempt) -> Script[None]:
    """Remember who sets out; who never came back is forgotten."""
    yield Ask("drop_attempts", (attempt.created_at,))
    yield Ask("add_attempt", attempt)


def come_back(state: str, browser: str, provider: str, now: int) -> Script[Attempt | None]:
    """Who set out with this state from this browser to this provider, once."""
    rows = yield Ask("take_attempt", (state, browser, provider, now))
    return Attempt._make((state, browser, provider, *rows[0], 0)) if rows else None


def identity_of(one: str) -> Script[tuple[str, str, bool]]:
    """Whose issuer and name a person is connected with, "" for none, and whether they have a password."""
    rows = yield Ask("identity_of", (one,))
    return (rows[0][0], rows[0][1], bool(rows[0][2])) if rows else ("", "", False)


def sign_in(who: Vouched, digest: str, browser: str, sure_at: int, now: int) -> Script[str]:
    """Open a session for whoever has connected this identity: their id, or "" if nobody has who may come in."""
    rows = yield Ask("add_vouched_session", (digest, browser, now, sure_at, who.issuer, who.subject))
    if not rows:
        return ""
    one = str(rows[0][0])
    yield from note(now, one, "signed_in", one, {"browser": browser, "by": who.provider})
    return one


def confirm(one: str, digest: str, who: Vouched, sure_at: int) -> Script[bool]:
    """Their provider has just asked them anew who they are; False if it was somebody else."""
    return bool((yield Ask("vouched_sure", (sure_at, digest, one, who.issuer, who.subject))))


def connect(one: str, who: Vouched, now: int) -> Script[None]:
    """From now on this identity is theirs, in the place of any other. Raises TakenIdentity."""
    if not (yield Ask("bind_identity", (who.issuer, who.subject, one))):
        raise TakenIdentity("Somebody else has connected this account.")
    yield from note(now, one, "identity_connected", one, {"by": who.provider})


def disconnect(one: str, session: str, now: int) -> Script[bool]:
    """The identity is theirs no more, and every session but this one ends; False without a password or identity."""
    if not (yield Ask("unbind_identity", (one,))):
        return False
    yield Ask("end_web_sessions", (one, session))
    yield from note(now, one, "identity_disconnected", one)
    return True


def redeem(link: str, who: Vouched, now: int) -> Script[str]:
    """Connect an identity by a one-time link: whose, or "" if the link holds no longer. All their sessions end.

    Raises TakenIdentity, and then the link still holds.
    """
    if not (yield from link_with(link, now)) or not (used := (yield Ask("use_link", (now, link)))):
        return ""
    one = str(used[0][0])
    yield from connect(one, who, now)
    yield Ask("end_web_sessions", (one, ""))
    yield Ask("void_links", (now, one))
    return one
