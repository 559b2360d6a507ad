"""People who sign in, as scripts: invited, let in, given roles, shut out; each with its entry in the audit trail.

Times are epoch ms. Secrets come in as hashes. `by` is who does it: a person's id, or the name of what acts.
"""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from bot.errors import BotError, Fault
from storage.audit import note
from storage.scripts import Ask, Script

Role = tuple[str, str, str]
"""A role, the brand and the desk that it is for, "*" for any."""
EVERYWHERE: Role = ("admin", "*", "*")


class KnownPerson(BotError):
    """There is somebody with this address."""

    fault = Fault.CALLER


class NoSuchPerson(BotError):
    """There is nobody with this id or address."""

    fault = Fault.CALLER


class LastAdmin(BotError):
    """Without this admin nobody could let anybody in."""

    fault = Fault.CALLER


class Account(NamedTuple):
    """A person as they are kept. `password_hash` "": has never chosen one. `seen_at` 0: is nowhere signed in.

    `issuer` is whose identity they have connected, "" for none.
    """

    id: str
    email: str
    name: str
    language: str
    password_hash: str
    created_at: int
    disabled_at: int
    seen_at: int = 0
    roles: tuple[Role, ...] = ()
    issuer: str = ""


class Newcomer(NamedTuple):
    """Somebody to be invited; `email` in lower case."""

    id: str
    email: str
    name: str
    language: str
    roles: tuple[Role, ...]


class Link(NamedTuple):
    """A one-time link to be made. `kind`: invite | reset."""

    hash: str
    kind: str
    expires: int


class SignedIn(NamedTuple):
    """A session that there is, and whose it is. `sure_at`: when they last gave their password."""

    person: str
    email: str
    name: str
    language: str
    created_at: int
    seen_at: int
    sure_at: int
    roles: tuple[Role, ...]


def invite(who: Newcomer, link: Link, now: int, by: str) -> Script[None]:
    """Add somebody with their roles, and the link with which they choose a password. Raises KnownPerson."""
    if not (yield Ask("add_person", (who.id, who.email, who.name, who.language, now))):
        raise KnownPerson("There is somebody with this address already.")
    for role in who.roles:
        yield Ask("add_role", (who.id, *role, now))
    yield Ask("add_link", (link.hash, link.kind, who.id, now, link.expires))
    yield from note(now, by, "invited", who.id, {"roles": " ".join(":".join(role) for role in who.roles)})


def people() -> Script[list[Account]]:
    """Everybody, by address."""
    rows = yield Ask("all_people")
    roles = yield from _roles([row[0] for row in rows])
    return [Account._make((*row[:8], roles.get(row[0], ()), row[8])) for row in rows]


def person(key: str) -> Script[Account]:
    """Somebody by id, or by address. Raises NoSuchPerson."""
    rows = yield Ask("person_by_email" if "@" in key else "person_by_id", (key.strip().lower(),))
    if not rows:
        raise NoSuchPerson(f"There is nobody {key[:80]!r}.")
    roles = yield from _roles([rows[0][0]])
    return Account._make((*rows[0][:7], 0, roles.get(rows[0][0], ()), rows[0][7]))


def anybody() -> Script[bool]:
    """Whether there is anybody at all."""
    return bool((yield Ask("any_person")))


def grant(one: str, role: Role, now: int, by: str) -> Script[None]:
    """Give somebody a role."""
    if (yield Ask("add_role", (one, *role, now))):
        yield from note(now, by, "role_given", one, {"role": ":".join(role)})


def revoke(one: str, role: Role, now: int, by: str) -> Script[None]:
    """Take a role from somebody. Raises LastAdmin."""
    if role == EVERYWHERE:
        yield from _another_admin(one)
    if (yield Ask("remove_role", (one, *role))):
        yield from note(now, by, "role_taken", one, {"role": ":".join(role)})


def disable(one: str, now: int, by: str) -> Script[None]:
    """Let somebody in no more, and end what they have open. Raises LastAdmin."""
    yield from _another_admin(one)
    yield Ask("set_able", (now, one))
    yield from _turned_out(one, now)
    yield from note(now, by, "disabled", one)


def enable(one: str, now: int, by: str) -> Script[None]:
    """Let somebody in again."""
    yield Ask("set_able", (0, one))
    yield from note(now, by, "enabled", one)


def send_link(one: str, link: Link, now: int, by: str) -> Script[None]:
    """Make a link with which somebody chooses a new password; links made before hold no longer."""
    yield Ask("void_links", (now, one))
    yield Ask("add_link", (link.hash, link.kind, one, now, link.expires))
    yield from note(now, by, "link_made", one, {"kind": link.kind})


def link_with(digest: str, now: int) -> Script[Account | None]:
    """Whose link this is, as long as it holds."""
    rows = yield Ask("link_with", (digest, now))
    return Account._make((*rows[0][1:], "", 0, 0, 0, (), "")) if rows else None


def redeem(digest: str, password_hash: str, now: int) -> Script[str]:
    """Choose a password by a link, once: whose, or "" if the link holds no longer. All their sessions end."""
    if not (yield from link_with(digest, now)) or not (used := (yield Ask("use_link", (now, digest)))):
        return ""
    one = str(used[0][0])
    yield Ask("set_password", (password_hash, now, one))
    yield from _turned_out(one, now)
    yield from note(now, one, "password_chosen", one)
    return one


def change_password(one: str, password_hash: str, session: str, now: int) -> Script[None]:
    """Choose another password; every other session than this one ends."""
    yield Ask("set_password", (password_hash, now, one))
    yield Ask("end_web_sessions", (one, session))
    yield Ask("void_links", (now, one))
    yield from note(now, one, "password_changed", one)


def rehash(one: str, stale: str, fresh: str) -> Script[None]:
    """Keep the same password under newer parameters."""
    yield Ask("rehash_password", (fresh, one, stale))


def profile(one: str, name: str, language: str) -> Script[None]:
    """What somebody is called, and the language that the pages speak to them."""
    yield Ask("set_profile", (name, language, one))


def sign_in(one: Account, digest: str, browser: str, now: int) -> Script[bool]:
    """Open a session; False if they were shut out, or chose another password, since `one` was read."""
    if not (yield Ask("add_web_session", (digest, browser, now, one.id, one.password_hash))):
        return False
    yield from note(now, one.id, "signed_in", one.id, {"browser": browser})
    return True


def session(digest: str) -> Script[SignedIn | None]:
    """Whose session this is; nobody's if they are shut out."""
    rows = yield Ask("web_session_with", (digest,))
    if not rows:
        return None
    roles = yield from _roles([rows[0][0]])
    return SignedIn._make((*rows[0], roles.get(rows[0][0], ())))


def seen(digest: str, now: int) -> Script[None]:
    """Somebody is still there."""
    yield Ask("web_session_seen", (now, digest))


def sure(one: str, digest: str, now: int) -> Script[None]:
    """They have just shown once more who they are."""
    yield Ask("web_session_sure", (now, digest, one))


def sessions_of(one: str) -> Script[list[tuple[str, str, int, int]]]:
    """Their sessions: hash, browser, since when, last seen; the latest first."""
    return [(row[0], row[1], row[2], row[3]) for row in (yield Ask("web_sessions_of", (one,)))]


def sign_out(one: str, digest: str, now: int) -> Script[None]:
    """End a session."""
    if (yield Ask("end_web_session", (digest, one))):
        yield from note(now, one, "signed_out", one)


def sign_out_everywhere(one: str, but: str, now: int) -> Script[int]:
    """End all sessions but this one, "" for none; how many there were."""
    ended = yield Ask("end_web_sessions", (one, but))
    yield from note(now, one, "signed_out_elsewhere", one, {"sessions": len(ended)})
    return len(ended)


def drop_sessions(before: int) -> Script[None]:
    """Forget sessions that began before this: they are over."""
    yield Ask("drop_web_sessions", (before,))


def _turned_out(one: str, now: int) -> Script[None]:
    yield Ask("end_web_sessions", (one, ""))
    yield Ask("void_links", (now, one))


def _another_admin(one: str) -> Script[None]:
    admins = [row[0] for row in (yield Ask("able_admins"))]
    if admins == [one]:
        raise LastAdmin("This is the only admin: make somebody else one first.")


def _roles(ids: Sequence[str]) -> Script[dict[str, tuple[Role, ...]]]:
    rows: list[tuple[Any, ...]] = yield Ask("grants_of", (json.dumps(list(ids)),))
    found: dict[str, tuple[Role, ...]] = {}
    for one, role, brand, desk in rows:
        found[one] = (*found.get(one, ()), (role, brand, desk))
    return found
