"""People who sign in, over the store: what `web.accounts` asks for, for the pages and for `run.py user`."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.errors import BotError, Fault
from storage import accounts, audit
from storage.accounts import Account, Link, Newcomer, NoSuchPerson, Role
from web.accounts import Act, Browser, Invited, Member, Noted, Session
from web.passwords import Passwords, weak
from web.sessions import digest, fresh
from web.visitors import Grant
from web.words import LANGUAGES

MINUTE = 60_000  # ms
HOLDS = {"invite": 60 * MINUTE, "reset": 30 * MINUTE}
"""How long a one-time link may be used (S22)."""

OLDEST = 7 * 24 * 60 * MINUTE  # ms: no session holds longer than that
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")


class NotSo(BotError):
    """What was asked for makes no sense; says why."""

    fault = Fault.CALLER


class People:
    """web.accounts.Accounts. `store` runs scripts (`storage.scripts`), `clock` gives epoch ms."""

    def __init__(self, store: Any, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._passwords = Passwords()

    async def anybody(self) -> bool:
        """See web.accounts."""
        found: bool = await self._store.read(accounts.anybody)
        return found

    async def session(self, digest: str) -> Session | None:
        """See web.accounts."""
        found = await self._store.read(lambda: accounts.session(digest))
        return Session._make((*found[:7], _grants(found.roles))) if found else None

    async def seen(self, digest: str) -> None:
        """See web.accounts."""
        await self._store.run(lambda: accounts.seen(digest, self._clock()))

    async def sign_in(self, email: str, password: str, digest: str, browser: str) -> str:
        """See web.accounts. The same work is done whether there is such a person or not (S17)."""
        try:
            found: Account = await self._store.read(lambda: accounts.person(email if "@" in email else f"{email}@"))
        except NoSuchPerson:
            found = Account("", email, "", "", "", 0, 0)
        if not await self._passwords.holds(found.password_hash, password):
            return ""
        if self._passwords.stale(found.password_hash):
            newer = await self._passwords.hash(password)
            await self._store.run(lambda: accounts.rehash(found.id, found.password_hash, newer))
            found = found._replace(password_hash=newer)
        now = self._clock()
        await self._store.run(lambda: accounts.drop_sessions(now - OLDEST))
        opened = await self._store.run(lambda: accounts.sign_in(found, digest, browser, now))
        return found.id if opened else ""

    async def sure(self, person: str, digest: str) -> None:
        """See web.accounts."""
        await self._store.run(lambda: accounts.sure(person, digest, self._clock()))

    async def note(self, actor: str, act: str, subject: str, facts: Mapping[str, str | int | bool]) -> None:
        """See web.acts.Trail."""
        await self._store.run(lambda: audit.note(self._clock(), actor, act, subject, facts))

    async def sign_out(self, person: str, digest: str) -> None:
        """See web.accounts."""
        await self._store.run(lambda: accounts.sign_out(person, digest, self._clock()))

    async def sign_out_everywhere(self, person: str, but: str) -> int:
        """See web.accounts."""
        ended: int = await self._store.run(lambda: accounts.sign_out_everywhere(person, but, self._clock()))
        return ended

    async def browsers(self, person: str) -> list[Browser]:
        """See web.accounts."""
        return [Browser(*row) for row in await self._store.read(lambda: accounts.sessions_of(person))]

    async def confirms(self, person: str, password: str) -> bool:
        """See web.accounts."""
        found: Account = await self._store.read(lambda: accounts.person(person))
        return await self._passwords.holds(found.password_hash, password)

    async def change_password(self, person: str, password: str, session: str) -> str:
        """See web.accounts."""
        found: Account = await self._store.read(lambda: accounts.person(person))
        if wrong := weak(password, (found.email, found.name)):
            return wrong
        kept = await self._passwords.hash(password)
        await self._store.run(lambda: accounts.change_password(person, kept, session, self._clock()))
        return ""

    async def linked(self, digest: str) -> Member | None:
        """See web.accounts."""
        found = await self._store.read(lambda: accounts.link_with(digest, self._clock()))
        return _member(found) if found else None

    async def choose_password(self, digest: str, password: str) -> str:
        """See web.accounts."""
        found = await self.linked(digest)
        if found is None:
            return "stale"
        if wrong := weak(password, (found.email, found.name)):
            return wrong
        kept = await self._passwords.hash(password)
        return "" if await self._store.run(lambda: accounts.redeem(digest, kept, self._clock())) else "stale"

    async def profile(self, person: str, name: str, language: str) -> None:
        """See web.accounts. Raises NotSo."""
        _check(name, language)
        await self._store.run(lambda: accounts.profile(person, name.strip(), language))

    async def members(self) -> list[Member]:
        """See web.accounts."""
        return [_member(each) for each in await self._store.read(accounts.people)]

    async def member(self, key: str) -> Member:
        """See web.accounts. Raises NoSuchPerson."""
        return _member(await self._store.read(lambda: accounts.person(key)))

    async def invite(self, email: str, name: str, language: str, grants: Sequence[Grant], by: str) -> Invited:
        """See web.accounts. Raises NotSo and KnownPerson."""
        email = email.strip().lower()
        if not _EMAIL.fullmatch(email):
            raise NotSo(f"{email[:80]!r} is no e-mail address.")
        if not grants:
            raise NotSo("Whoever is let in needs a role.")
        _check(name, language)
        roles = tuple(dict.fromkeys(_role(grant) for grant in grants))
        who = Newcomer(f"u_{secrets.token_hex(8)}", email, name.strip(), language, roles)
        token, link = self._link("invite")
        await self._store.run(lambda: accounts.invite(who, link, self._clock(), by))
        return Invited(who.id, token, link.expires)

    async def act(self, person: str, act: Act, grant: Grant | None, by: str) -> Invited | None:
        """See web.accounts. Raises NotSo, NoSuchPerson and LastAdmin."""
        one: Account = await self._store.read(lambda: accounts.person(person))
        now = self._clock()
        if act in ("grant", "revoke"):
            if grant is None:
                raise NotSo("Which role?")
            change = accounts.grant if act == "grant" else accounts.revoke
            await self._store.run(lambda: change(one.id, _role(grant), now, by))
        elif act == "disable":
            await self._store.run(lambda: accounts.disable(one.id, now, by))
        elif act == "enable":
            await self._store.run(lambda: accounts.enable(one.id, now, by))
        else:
            if one.disabled_at:
                raise NotSo("They are shut out: let them in again first.")
            token, link = self._link("reset" if one.password_hash or one.issuer else "invite")
            await self._store.run(lambda: accounts.send_link(one.id, link, now, by))
            return Invited(one.id, token, link.expires)
        return None

    async def trail(self, before: int, limit: int) -> list[Noted]:
        """See web.accounts."""
        # one more than wanted, so that the last one's link to the one before it is looked at too
        found = await self._store.read(lambda: audit.entries(before or audit.NEWEST, limit + 1))
        broken = set(audit.breaks(found))
        return [
            Noted(each.n, each.at, each.actor, each.act, each.subject, each.facts, each.n in broken)
            for each in found[:limit]
        ]

    def _link(self, kind: str) -> tuple[str, Link]:
        token = fresh()
        return token, Link(digest(token), kind, self._clock() + HOLDS[kind])


def _check(name: str, language: str) -> None:
    if len(name) > 100 or any(ord(letter) < 32 for letter in name):
        raise NotSo("A name has at most 100 characters, on one line.")
    if language not in LANGUAGES:
        raise NotSo(f"Languages are {', '.join(LANGUAGES)}.")


def _role(grant: Grant) -> Role:
    return grant.role, grant.brand, grant.desk


def _grants(roles: Sequence[Role]) -> tuple[Grant, ...]:
    return tuple(Grant(*role) for role in roles)


def _member(one: Account) -> Member:
    state = "disabled" if one.disabled_at else "active" if one.password_hash or one.issuer else "invited"
    return Member(one.id, one.email, one.name, one.language, state, one.seen_at, _grants(one.roles))
