"""The demo's stage: a customer's phone, time that can be skipped, a provider that can be made to fail."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import structs

from bot.engine.state import Asked, Session
from bot.errors import BotError, Fault
from bot.messages import Address, Outbound, Sent
from channels.twilio.channel import TwilioChannel
from flows.answers import Option
from flows.library import Library
from sandbox.twilio import Fault as ProviderFault
from sandbox.twilio import TwilioSandbox
from storage.reading import SqlReading
from web.demo import FaultName, Skip, Start, Text

CHANNEL = "sms"
PHONE = "+4915112345678"
SENDER = "+4930555010"
DAY = 86_400_000
MOST_RESPONSES = 200
FAULTS: Mapping[str, ProviderFault | None] = {
    "none": None,
    "429": ProviderFault("throttle", times=3, after=2),
    "500": ProviderFault("error", times=3),
    "timeout": ProviderFault("timeout_after", times=3),
    "reset": ProviderFault("reset_after", times=3),
}
Invite = Callable[[str, str, str], Awaitable[str]]
"""Starts a flow in a language with an address; gives the session's id."""


class NotOnStage(BotError):
    """Something that the demo does not do."""

    fault = Fault.CALLER


class Clock:
    """The demo's time: the real one and what has been skipped."""

    def __init__(self) -> None:
        self.skipped = 0

    def __call__(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000 + self.skipped


class SkippingChannel(TwilioChannel):
    """The Twilio channel with the sandbox's times, which know nothing of what was skipped here."""

    clock: Clock

    async def find(self, message: Outbound, since: int, taken: Collection[str] = ()) -> Sent | None:
        """See bot.ports.Reconciling."""
        return await super().find(message, since - self.clock.skipped, taken)


class DemoStage:
    """web.demo.Stage over the running parts."""

    faults: Sequence[str] = tuple(FAULTS)

    def __init__(
        self, sandbox: TwilioSandbox, reading: SqlReading, library: Library, invite: Invite, clock: Clock
    ) -> None:
        self.flows: Sequence[Mapping[str, str]] = [
            {"id": flow.id, "title": flow.title or flow.id} for flow in library.flows
        ]
        self._sandbox = sandbox
        self._reading = reading
        self._library = library
        self._invite = invite
        self._clock = clock
        self._phone = sandbox.phone(PHONE)
        self._lane = Address(CHANNEL, PHONE).lane
        self._seen: dict[str, int] = {}  # message → demo time it was first seen: the sandbox has real time
        self._fault = "none"
        self._over = asyncio.Event()

    async def act(self, action: Start | Text | Skip | FaultName) -> None:
        """See web.demo.Stage."""
        match action:
            case Start(flow, language):
                await self._invite(flow, f"{CHANNEL}:{PHONE}", language)
            case Text(text):
                await self._type(text)
            case Skip(ms):
                self._clock.skipped += max(0, min(ms, 30 * DAY))
            case FaultName(name):
                self._break(name)

    async def _type(self, text: str) -> None:
        if not text.strip() or len(text) > 1600:
            raise NotOnStage("An SMS has 1 to 1600 characters.")
        outcome = await self._phone.text(text.strip(), SENDER)
        if not 200 <= outcome.status < 300:
            raise NotOnStage(f"The webhook answered {outcome.status or 'nothing'}.")

    def _break(self, name: str) -> None:
        if name not in FAULTS:
            raise NotOnStage("There is no such fault.")
        self._sandbox.faults.clear()
        fault = FAULTS[name]
        if fault:
            self._sandbox.faults.plan(fault)
        self._fault = name

    async def changed(self) -> bool:
        """See web.demo.Stage."""
        await self._phone.news(self._phone.version, 0.25)
        return not self._over.is_set()

    def close(self) -> None:
        """The curtain: pages that listen are let go."""
        self._over.set()

    async def snapshot(self) -> dict[str, Any]:
        """See web.demo.Stage."""
        lines = await self._reading.conversation(self._lane)
        rows = [row for row in await self._reading.sessions(20) if row["lane"] == self._lane]
        session = msgspec.json.decode(rows[0]["state"], type=Session) if rows else None
        if not self._sandbox.faults.planned:
            self._fault = "none"
        return {
            "phone": self._screen(session),
            "talk": await self._talk(lines, session),
            "store": await self._stored(),
            "fault": self._fault,
            "skipped": self._clock.skipped,
        }

    def _screen(self, session: Session | None) -> dict[str, Any]:
        messages = []
        for shown in self._phone.shows():
            at = self._seen.setdefault(shown["sid"], shown["at"] + self._clock.skipped)
            messages.append({"mine": shown["side"] == "me", "text": shown["text"], "at": at})
        messages.sort(key=lambda message: message["at"])
        options = self._options(session) if session and session.owner == "bot" else ()
        choices = [{"value": option.value, "label": option.label} for option in options]
        return {"name": "Echolot", "sender": SENDER, "messages": messages, "choices": choices}

    def _options(self, session: Session) -> Sequence[Option]:
        """What the open question offers."""
        flow = self._library.revision(session.revision)
        question = flow.step(session.step).ask if flow and session.step else None
        return question.prompt(session.language).options if question else ()

    async def _talk(self, lines: Sequence[Mapping[str, Any]], session: Session | None) -> dict[str, Any]:
        address = await self._reading.lane(self._lane)
        talk: dict[str, Any] = {
            "now": self._clock() // 60_000 * 60_000,
            "opted_out": bool(address and address["opted_out_at"]),
            "session": None,
            "turns": [],
        }
        if session is None:
            return talk
        flow = self._library.revision(session.revision)
        talk["session"] = {
            "title": flow.title if flow else session.flow,
            "due_at": await self._reading.timer(session.id),
            **{name: getattr(session, name) for name in ("flow", "language", "step", "owner", "outcome", "turn")},
        }
        talk["turns"] = _turns(await self._reading.journal(session.id), lines, session)
        return talk

    async def _stored(self) -> dict[str, Any]:
        responses = await self._reading.responses("", MOST_RESPONSES)
        scores = dict.fromkeys(("promoter", "passive", "detractor"), 0)
        for response in responses:
            if response["segment"] in scores:
                scores[response["segment"]] += 1
        names = ("score", "segment", "comment", "flow", "language", "channel", "at", "outcome")
        shown = [{name: response[name] for name in names} for response in reversed(responses)]
        return {"scores": scores, "responses": shown, "counts": await self._reading.counts()}


def _turns(
    journal: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]], session: Session
) -> list[dict[str, Any]]:
    """What came in and what followed, turn by turn."""
    turns: list[dict[str, Any]] = []
    ends = [entry["at"] for entry in journal[1:]] + [float("inf")]
    for entry, end in zip(journal, ends, strict=True):
        event = msgspec.json.decode(entry["event"])
        sent = f"{session.id}.{entry['turn']}."
        turns.append(
            {
                "at": entry["at"],
                "event": event["type"],
                "said": [part.get("text", "") for part in event.get("parts", ())],
                "answers": [_answer(given) for given in session.answers if entry["at"] <= given.at < end],
                "messages": [
                    {name: line[name] for name in ("text", "state", "attempts", "code", "error", "parts")}
                    for line in lines
                    if line["from"] == "bot" and line["key"].startswith(sent)
                ],
                "cases": [],
            }
        )
    if turns and session.desks:  # a case opens on an answer, or on the wish for a person in the last turn
        next((turn for turn in turns if turn["answers"]), turns[-1])["cases"] = session.desks
    return turns


def _answer(given: Asked) -> dict[str, Any]:
    return {"question": given.step, "corrections": given.corrections, **structs.asdict(given.answer)}
