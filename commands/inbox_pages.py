"""The inbox's pages over the running parts: who acts there, what desks offer, which cases there are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from bot.cases.actors import actor
from bot.cases.canned import canned_reply, shown
from bot.cases.desks import WEB, Desks
from bot.cases.desks import Desk as OurDesk
from bot.cases.draft import cause_label, name_of
from bot.cases.state import Actor, Case
from bot.messages import TEST, File, LeftOut
from bot.ports import Channel
from bot.runtime.office import Office
from commands.inbox import Inbox
from commands.inbox_files import InboxFiles, pictures
from storage.reading import SqlReading
from storage.talks import about
from web.inbox_parts import Desk, Listed, Reply, Seen, View
from web.shapes import CaseAct

LOGIN = re.compile(r"[^\s:#/]{1,80}")  # as the API has it
MOST_KNOWN = 10_000  # brands of surveys that are remembered
_PHASES: Mapping[str, Sequence[str]] = {
    "open": ("open", "claimed", "waiting"),
    "mine": ("claimed", "waiting", "open"),
    "unclaimed": ("open",),
}

_decode = msgspec.json.Decoder(Case).decode


class InboxPages:
    """web.inbox_parts.Cases."""

    def __init__(
        self, reading: SqlReading, office: Office, desks: Desks, channels: Mapping[str, Channel] | None = None
    ) -> None:
        """Customers' files are fetched from these `channels`."""
        self._reading = reading
        self._desks = desks
        self._inbox = Inbox(reading, office, desks)
        self._files = InboxFiles(reading, channels or {})
        self._brands: dict[str, str] = {}

    @property
    def desks(self) -> Sequence[str]:
        """See web.inbox_parts.Cases."""
        return list(self._desks.desks)

    @property
    def channels(self) -> Sequence[str]:
        """See web.inbox_parts.Cases."""
        return sorted(self._desks.reach)

    def timezone(self, desk: str) -> str:
        """See web.inbox_parts.Cases."""
        return self._desks.get(desk).timezone

    def login(self, email: str, person: str) -> str:
        """See web.inbox_parts.Cases. Settings may write the address with capital letters."""
        known = (each for desk in self._desks.desks.values() for agent in desk.agents for each in agent.ids)
        named = {each.partition(":")[2] for each in known if each.casefold() == f"{WEB}:{email.casefold()}"}
        found = min(named, default=email)
        return found if LOGIN.fullmatch(found) else person

    def owners(self, login: str) -> Sequence[str]:
        """See web.inbox_parts.Cases. Who was added to the settings later may own cases under both names."""
        plain = f"{WEB}:{login}"
        agents = (agent for desk in self._desks.desks.values() for agent in desk.agents)
        name = next((agent.name for agent in agents if plain in agent.ids), plain)
        return list(dict.fromkeys((name, plain)))

    async def rows(self, view: View, desk: str, login: str, limit: int, offset: int) -> Sequence[Listed]:
        """See web.inbox_parts.Cases."""
        if view == "solved":
            return [_listed(row) for row in await self._reading.cases_over(desk, limit, offset)]
        owners = self.owners(login) if view == "mine" else ()
        return [_listed(row) for row in await self._reading.cases_waiting(_PHASES[view], desk, owners, limit, offset)]

    async def brand(self, session: str) -> str:
        """See web.inbox_parts.Cases. A survey keeps the brand that it began with."""
        found = self._brands.get(session)
        if found is None:
            if len(self._brands) >= MOST_KNOWN:
                self._brands.clear()
            terms = await self._reading.read(lambda: about(session))
            found = self._brands[session] = terms.get("brand", "")
        return found

    async def seen(self, case_id: str, language: str, login: str, name: str) -> Seen | None:
        """See web.inbox_parts.Cases. All of it is from one moment."""
        async with self._reading.snapshot() as reading:
            row = await reading.case(case_id)
            if row is None:
                return None
            detail = await self._inbox.over(reading).case(case_id, language)
            lane = await reading.lane(row["lane"])
            sent = any(each["media"] for each in row["entries"])
            seen = pictures(row["entries"], await reading.journal(case_id)) if sent else ()
        if detail is None:
            return None
        case = _decode(row["state"])
        desk = msgspec.structs.replace(self._desks.get(case.desk), name=case.desk)
        who = actor(WEB, login, name, desk)
        others = [each for each in self._desks.desks if each != case.desk]
        choices = Desk(desk.timezone, _causes(desk, language), _colleagues(desk, case), others)
        latest = (lane["case_id"] if lane else "") or case_id
        newer = latest if latest != case_id else ""
        replies = list(_replies(desk, case, who))
        return Seen(_listed(row), detail, choices, replies, who.allowed, name_of(who), newer, seen)

    async def file(self, case_id: str, number: int) -> File | LeftOut | None:
        """See web.inbox_parts.Cases."""
        return await self._files.file(case_id, number)

    async def mark(self, case_id: str) -> int:
        """See web.inbox_parts.Cases."""
        row = await self._reading.case(case_id)
        return int(row["version"]) + len(row["entries"]) if row else 0

    async def act(self, case_id: str, act: CaseAct, key: str) -> bool:
        """See web.inbox_parts.Cases."""
        return await self._inbox.act(case_id, act, key)


def _listed(row: Mapping[str, Any]) -> Listed:
    case = _decode(row["state"])
    said = next((line.text for line in case.lines if line.side == "customer" and line.text), "")
    same = ("id", "code", "desk", "session", "phase", "priority", "owner", "channel", "language", "score")
    times = ("opened_at", "due_at", "responded_at", "resolved_at")
    facts: dict[str, Any] = {name: row[name] for name in same} | {name: row[name] or 0 for name in times}
    return Listed(
        owner_name=name_of(case.owner) if case.owner else "",
        words=case.comment or said,
        paused=bool(case.paused_at),
        test=row["basis"] == TEST,
        **facts,
    )


def _causes(desk: OurDesk, language: str) -> list[tuple[str, str]]:
    spoken = msgspec.structs.replace(desk, language=language)
    return [(cause.id, cause_label(spoken, cause.id)) for cause in desk.causes]


def _colleagues(desk: OurDesk, case: Case) -> list[tuple[str, str]]:
    """To whom a case can be given: those who work there and do not have it."""
    owner = case.owner.id if case.owner else ""
    return [(agent.name, agent.alias or agent.name) for agent in desk.agents if agent.active and agent.name != owner]


def _replies(desk: OurDesk, case: Case, who: Actor) -> Iterator[Reply]:
    """The desk's texts. A voucher goes out by its command, for only then its code is known."""
    for canned in desk.canned:
        text = canned_reply(canned, who, case, desk)
        text = shown(text, canned.name if canned.codes else "", desk.language)
        yield Reply(canned.name, text, f"!voucher {canned.name}" if canned.voucher else "")
