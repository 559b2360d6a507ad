"""The demo's stage: three customers' devices, time that can be skipped, providers that can be made to fail."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from bot.engine.state import Session
from commands.assemble import Parts
from commands.bell import Bell
from commands.demo_desk import DemoDesk
from commands.devices.device import FAULTS, Chatting, Clock, Device, NotOnStage, Starting
from commands.turns import turns
from flows.answers import Option
from storage.reading import SqlReading
from web.demo import Action, Block, Decide, FaultName, Open, Press, Reply, Rewrite, Skip, Start, Tap, Text
from web.shapes import Invitation, Invited

DAY = 86_400_000
MOST_RESPONSES, MOST_SESSIONS = 200, 60
LOOK_AGAIN = 0.25  # s; nobody tells of receipts and timers
LONG = 60.0  # s
Invite = Callable[[Invitation], Awaitable[Invited]]


class DemoStage:
    """web.demo.Stage over the running parts."""

    faults: Sequence[str] = tuple(FAULTS)

    def __init__(
        self, devices: Iterable[Device], desk: DemoDesk, parts: Parts, invite: Invite, clock: Clock, began: int = 0
    ) -> None:
        """`began` is since when what is stored is real (epoch ms)."""
        self.flows: Sequence[Mapping[str, str]] = [
            {"id": flow.id, "title": flow.title or flow.id} for flow in parts.library.flows
        ]
        self.devices: Mapping[str, Device] = {device.name: device for device in devices}
        self.logins = desk.logins
        self._desk = desk
        self._reading = parts.reading
        self._library = parts.library
        self._invite = invite
        self._clock = clock
        self._links: dict[str, str] = {}  # device → the link that its owner has been given and not opened
        self._store = parts.store
        self._bell = Bell()
        self._over = False
        self._began = began
        self._loading: asyncio.Future[list[None]] | None = None

    async def act(self, action: Action) -> None:
        """See web.demo.Stage."""
        try:
            await self._act(action)
        finally:
            self._bell.ring()

    async def _act(self, action: Action) -> None:
        match action:
            case Start():
                await self._ask(action)
            case Text(device, text):
                await self.devices[device].write(text)
            case Press(device, message, button):
                await self._chatting(device).press(message, button)
            case Rewrite(device, message, text):
                await self._chatting(device).rewrite(message, text)
            case Open(device):
                await self._starting(device).open(self._links.pop(device, ""))
            case Block(device, blocked):
                await self._starting(device).block(blocked=blocked)
            case Reply() | Decide() | Tap():
                await self._desk.act(action)
            case Skip(ms):
                self._skip(ms)
            case FaultName(device, name):
                self.devices[device].breaks(name)

    def _chatting(self, name: str) -> Chatting:
        device = self.devices[name]
        if not isinstance(device, Chatting):
            raise NotOnStage("This device has neither buttons nor changes.")
        return device

    def _starting(self, name: str) -> Starting:
        device = self.devices[name]
        if not isinstance(device, Starting):
            raise NotOnStage("Nobody is started or blocked on this device.")
        return device

    async def _ask(self, start: Start) -> None:
        device = self.devices[start.device]
        linked = start.link or device.screen().state == "new"
        chat = "" if linked else device.chat
        invited = await self._invite(Invitation(start.flow, f"{device.name}:{chat}", start.language))
        if invited.link:
            self._links[device.name] = invited.link
        elif linked:
            raise NotOnStage("There are no links to this device.")

    def _skip(self, ms: int) -> None:
        self._clock.skipped += max(0, min(ms, 30 * DAY))
        for device in self.devices.values():
            device.skip(self._clock.skipped)

    @property
    def news(self) -> int:
        """See web.demo.Stage."""
        return self._bell.rung

    async def changed(self, since: int = 0) -> bool:
        """See web.demo.Stage. Once somebody looks, what sending needs is loaded beside it."""
        if self._loading is None:
            self._loading = asyncio.gather(*(asyncio.to_thread(device.load) for device in self.devices.values()))
            self._bell.watch(
                *(partial(device.news, LONG) for device in self.devices.values()),
                *(partial(self._store.wait, topic, LONG) for topic in ("inbox", "outbox")),
            )
        await self._bell.wait(since, LOOK_AGAIN)
        return not self._over

    def close(self) -> None:
        """The curtain: pages that listen are let go."""
        self._over = True
        self._bell.close()

    async def snapshot(self, lang: str = "en") -> dict[str, Any]:
        """See web.demo.Stage. What is stored is that of one moment; what led to it is on the screens by then."""
        async with self._reading.snapshot() as reading:
            stored = await _stored(reading, self._began)
            desk = await self._desk.snapshot(lang, reading)
            rows = await reading.sessions(MOST_SESSIONS)
            latest = {row["lane"]: row["state"] for row in reversed(rows)}
            states = [latest.get(device.lane) for device in self.devices.values()]
            sessions = [msgspec.json.decode(state, type=Session) if state else None for state in states]
            pairs = list(zip(self.devices.values(), sessions, strict=True))
            talks = [await self._talk(reading, device.lane, session) for device, session in pairs]
        shown = {device.name: self._screen(device, session) for device, session in pairs}
        return {
            "devices": shown,
            "talks": dict(zip(self.devices, talks, strict=True)),
            **desk,
            "store": stored,
            "skipped": self._clock.skipped,
        }

    def _screen(self, device: Device, session: Session | None) -> dict[str, Any]:
        options = self._options(session) if session and session.owner == "bot" else ()
        link = self._links.get(device.name, "")
        return msgspec.structs.asdict(device.screen()) | {
            "choices": [{"value": option.value, "label": option.label} for option in options],
            "fault": device.fault,
            "link": {"url": link, "code": code(link)} if link else None,
        }

    def _options(self, session: Session) -> Sequence[Option]:
        """What the open question offers."""
        flow = self._library.revision(session.revision)
        question = flow.variant(session.variant).step(session.step).ask if flow and session.step else None
        return question.prompt(session.language).options if question else ()

    async def _talk(self, reading: SqlReading, lane: str, session: Session | None) -> dict[str, Any]:
        address, due_at, journal, lines = await asyncio.gather(
            reading.lane(lane),
            reading.timer(session.id if session else ""),
            reading.journal(session.id if session else ""),
            reading.conversation(lane),
        )
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
            "due_at": due_at,
            **{name: getattr(session, name) for name in ("flow", "language", "step", "owner", "outcome", "turn")},
        }
        talk["turns"] = turns(journal, lines, session)
        return talk


async def _stored(reading: SqlReading, began: int) -> dict[str, Any]:
    responses, counts = await asyncio.gather(reading.responses(f"{began}:", MOST_RESPONSES), reading.counts())
    scores = dict.fromkeys(("promoter", "passive", "detractor"), 0)
    for response in responses:
        if response["segment"] in scores:
            scores[response["segment"]] += 1
    names = ("score", "segment", "comment", "flow", "language", "channel", "at", "outcome")
    shown = [{name: response[name] for name in names} for response in reversed(responses)]
    return {"scores": scores, "responses": shown, "counts": counts}


def code(link: str) -> list[str]:
    """The QR code of a link, row by row: 1 for dark."""
    import segno  # noqa: PLC0415  # few surveys start by a link

    return ["".join(map(str, row)) for row in segno.make(link, micro=False).matrix]
