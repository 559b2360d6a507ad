"""The demo's desk: its cases in the web inbox, and what its agents see and do wherever else they sit."""

import asyncio
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from commands.assemble import Parts
from commands.devices.device import NotOnStage
from commands.devices.seats import Seats
from commands.inbox import Inbox
from storage.reading import SqlReading
from web import cases
from web.demo import Decide, Reply, Tap
from web.problems import Refused
from web.shapes import CaseAct, CaseDetail

MOST_CASES = 8


class DemoDesk:
    """Acts raise NotOnStage with a reason."""

    def __init__(self, seats: Iterable[Seats], parts: Parts) -> None:
        self.logins: Mapping[str, str] = {name: agent.alias for name, agent in parts.settings.agents.items()}
        self._seats: Mapping[str, Seats] = {each.channel: each for each in seats}
        self._inbox = Inbox(parts.reading, parts.office, parts.desks)

    async def act(self, action: Reply | Decide | Tap) -> None:
        """Do what somebody clicked or typed at the desk."""
        if action.login not in self.logins:
            raise NotOnStage("Nobody with this name works at the desk.")
        match action:
            case Decide(case, login, press):
                await self._on_web(case, CaseAct(login, press=press))
            case Reply(case, login, text, at="web"):
                await self._on_web(case, CaseAct(login, text=text))
            case Reply(case, login, text, at):
                found = await self._inbox.case(case)
                await self._seats_at(at).write(login, found.case.code if found else "", text)
            case Tap(at, login, message, button):
                await self._seats_at(at).press(login, message, button)

    async def _on_web(self, case_id: str, act: CaseAct) -> None:
        try:
            cases.check(act)
        except Refused as refused:
            raise NotOnStage(refused.detail) from refused
        if not await self._inbox.act(case_id, act, f"demo:{uuid.uuid4().hex}"):
            raise NotOnStage("There is no such case.")

    def _seats_at(self, at: str) -> Seats:
        if at not in self._seats:
            raise NotOnStage("Nobody sits there.")
        return self._seats[at]

    async def snapshot(self, lang: str, reading: SqlReading) -> dict[str, Any]:
        """The latest cases there, newest first, in this language, and what agents see of them elsewhere."""
        inbox = self._inbox.over(reading)
        latest = await inbox.page("", (), MOST_CASES)
        found = [case for case in await asyncio.gather(*(inbox.case(each.id, lang) for each in latest)) if case]
        return {"cases": found, "seats": self._seen(found)}

    def _seen(self, found: Sequence[CaseDetail]) -> dict[str, Any]:
        """Place → login → case → messages; only where somebody has a seat."""
        return {
            place: {
                login: {each.case.id: seats.shows(login, each.case.code) for each in found}
                for login in self.logins
                if seats.known_as(login)
            }
            for place, seats in self._seats.items()
        }
