"""A running server with customers on three channels and desks on all of them; what tests do there and look at.

Every desk is reached by the same survey: the variable `place` says which one a detractor goes to (tests/live/house.py).
"""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

import channels.slack.channel
import channels.telegram.channel
from bot.cases.state import Case
from sandbox.slack import User
from tests.channels.contract.provider import Provider
from tests.channels.contract.server import Server, a_server
from tests.live.house import (
    ALIAS,
    ROOMS,
    Providers,
    number_of,
    read,
    slack_id,
    surfaces,
    telegram_id,
    written,
)
from tests.live.people import Customer, OnSlack, OnSms, OnTelegram
from tests.live.seats import PhoneSeat, Seat, SlackSeat, TelegramSeat, Ticket, WebSeat

WORK = ("inbox_new", "outbox_open")
FLOWS = Path(__file__).parent / "flows"
PATIENCE = 60.0  # s until a test gives up waiting: a busy machine needs many of them
QUIET = 0.3  # s that nothing may happen in, where a test shows that nothing does
T = TypeVar("T")

_decode = msgspec.json.Decoder(Case).decode
_numbers = itertools.count(20)


async def soon(look: Callable[[], T | Awaitable[T]], what: object = "", seconds: float = PATIENCE) -> T:
    """Wait until something is there, and give it back. Raises AssertionError with what there was instead."""
    end = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        found = look()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        if time.monotonic() > end:
            told = what() if callable(what) else what
            told = await told if isinstance(told, Awaitable) else told
            raise AssertionError(f"not within {seconds} s: {told or look}")
        # Looking runs in the server's own event loop: it rests four times as long as it took, so as not to be the load.
        await asyncio.sleep(max(0.01, 4 * (time.monotonic() - began)))


class Live:
    """A customer and their case, as tests speak of them."""

    def __init__(self, world: "World", customer: Customer, desk: str, session: str) -> None:
        self.world = world
        self.customer = customer
        self.desk = desk
        self.session = session
        self.ticket = Ticket("", "")

    async def now(self) -> Case:
        """The case as it is stored."""
        row = await self.world.server.parts.reading.case(self.ticket.id)
        assert row is not None
        return _decode(row["state"])

    async def entries(self) -> list[Mapping[str, Any]]:
        """Its history for people."""
        row = await self.world.server.parts.reading.case(self.ticket.id)
        assert row is not None
        return list(row["entries"])

    async def is_in(self, *phases: str) -> Case:
        """Wait until it is in one of these phases."""

        async def there() -> Case | None:
            case = await self.now()
            return case if case.phase in phases else None

        return await soon(there, f"phase {phases}")

    async def owned_by(self, who: str) -> Case:
        """Wait until somebody owns it ("": nobody)."""

        async def there() -> Case | None:
            case = await self.now()
            return case if (case.owner.id if case.owner else "") == who else None

        return await soon(there, f"owner {who}")

    def seat(self, who: str, surface: str = "") -> Seat:
        """Somebody's seat at the desk of this case; by default in its first place."""
        return self.world.seat(who, surface or surfaces(self.desk)[0], self.desk)

    async def reads(self, seat: Seat, text: str) -> None:
        """Wait until somebody at the desk sees this text from somebody else."""
        await soon(lambda: seat.hears(text, self.ticket), lambda: (text, seat.reads(self.ticket), seat.outside()[-3:]))

    async def offered(self, seat: Seat, label: str) -> None:
        """Wait until somebody at the desk sees this button."""
        await soon(lambda: seat.offers(label, self.ticket), lambda: (label, seat.reads(self.ticket)))

    async def signed(self, seat: Seat, ref: str, sign: str) -> None:
        """Wait until this, and only this, sign is on a message."""
        await soon(lambda: seat.signs(ref, self.ticket) == [sign], lambda: (sign, seat.reads(self.ticket)))

    async def hears(self, text: str) -> None:
        """Wait until the customer reads this text."""
        await soon(lambda: self.heard(text), lambda: (text, self.customer.heard()))

    def heard(self, text: str) -> int:
        """How often the customer reads this text, with or without the agent's public name before it."""
        return sum(
            one in (text, f"{ALIAS}: {text}") or one.endswith(f" of Echolot: {text}") for one in self.customer.heard()
        )

    async def claimed(self, who: str = "anna", surface: str = "") -> Seat:
        """Somebody owns it from now on; their seat."""
        seat = self.seat(who, surface)
        await seat.claims(self.ticket)
        await self.owned_by(who)
        return seat


def customer_of(providers: Providers, kind: str) -> Customer:
    """Somebody new at a provider."""
    number = next(_numbers)
    if kind == "slack":
        user = f"UCUSTOMER{number}"
        providers.slack.team.add(User(user, f"customer{number}"))
        return OnSlack(providers.slack.sandbox.workspace("T1").person(user))
    if kind == "tg":
        person = providers.tg.sandbox.phone(810_000_000 + number)
        providers.tg.sandbox.world.private(providers.tg.bot.id, person.user).started = True
        return OnTelegram(person)
    return OnSms(providers.sms.sandbox.phone(f"+4915222{number:06}"))


def seat_of(providers: Providers, who: str, surface: str, desk: str) -> Seat:
    """Somebody's seat at a desk on a provider's surface."""
    if surface == "slack":
        return SlackSeat(who, slack_id(who), providers.slack.sandbox.workspace("T1").channel(ROOMS[desk]))
    if surface == "tg":
        return TelegramSeat(who, providers.tg.sandbox.seat(providers.groups[desk], telegram_id(who)))
    return PhoneSeat(who, providers.sms.sandbox.phone(number_of(desk, who)))


class World:
    """What runs, and who is there."""

    def __init__(self, server: Server, providers: Providers) -> None:
        self.server = server
        self.at = providers
        self._seats: dict[tuple[str, str, str], Seat] = {}

    def customer(self, kind: str = "sms") -> Customer:
        """Somebody new."""
        return customer_of(self.at, kind)

    def seat(self, who: str, surface: str, desk: str) -> Seat:
        """Somebody's seat at a desk on a surface."""
        if (who, surface, desk) not in self._seats:
            office = self.server.parts.office
            self._seats[who, surface, desk] = (
                WebSeat(who, who, office) if surface == "web" else seat_of(self.at, who, surface, desk)
            )
        return self._seats[who, surface, desk]

    def provider(self, name: str) -> Provider:
        """A channel's provider."""
        return {one.name: one for one in (self.at.slack, self.at.tg, self.at.sms)}[name]

    async def idle(self) -> None:
        """Wait until nothing is left to do: no event to be taken, no message waiting or on its way."""

        async def nothing() -> bool:
            counts = await self.server.parts.reading.counts()
            return not any(counts[name] for name in WORK)

        await soon(nothing, "nothing left to do")

    async def calm(self, seconds: float = PATIENCE) -> None:
        """Wait until no event is on its way to us either."""

        async def nothing() -> bool:
            coming = (self.at.tg.sandbox.updates().queues, self.at.slack.sandbox.cloud._running)
            if any(coming) or self.at.sms.sandbox.network._running:
                return False
            counts = await self.server.parts.reading.counts()
            return not any(counts[name] for name in WORK)

        await soon(nothing, "nothing on its way", seconds)

    async def invited(
        self, customer: Customer, desk: str = "slack", language: str = "en", flow: str = "live", **variables: str
    ) -> Live:
        """Somebody is asked, and has read the question."""
        told, before = {"place": desk, **variables}, len(customer.heard())
        session = await self.server.parts.office.invite(flow, customer.address, language=language, variables=told)
        await soon(lambda: len(customer.heard()) > before, "the question")
        return Live(self, customer, desk, session)

    async def detractor(self, kind: str = "sms", desk: str = "slack", score: str = "2", **more: str) -> Live:
        """Somebody gives a bad score; their case, whose card is at the desk."""
        live = await self.invited(self.customer(kind), desk, **more)
        await live.customer.says(score)
        return await self.opened(live)

    async def opened(self, live: Live, *known: str) -> Live:
        """Wait until there is a case (other than those `known` by id), and its card at the desk."""

        async def row() -> Mapping[str, Any] | None:
            rows = await self.server.parts.reading.cases(limit=1000)
            lane = live.customer.address.lane
            return next((one for one in rows if one["lane"] == lane and one["id"] not in known), None)

        found = await soon(row, "a case")
        live.ticket = Ticket(found["id"], found["code"])
        for surface in surfaces(live.desk):
            seat = live.seat("anna", surface)
            await soon(lambda seat=seat: seat.card(live.ticket), f"a card at {surface}")  # type: ignore[misc]
        return live


@asynccontextmanager
async def a_world(database: str, *, paced: bool = False, **changes: Any) -> AsyncIterator[World]:
    """Run one. `paced`: at the pace that providers ask for, which they enforce; `changes` are for every desk."""
    providers = Providers(paced=paced)
    with pytest.MonkeyPatch.context() as patch:
        rate: dict[str, Any] = {}
        if not paced:
            rate = {"rate": 10_000, "timeout": "15s"}  # longer than any gate is shut, however busy the machine
            for module, names in UNPACED.items():
                for name in names:
                    patch.setattr(module, name, 10_000)
        at = (providers.slack, providers.tg, providers.sms)
        more = read(written(providers, **changes))
        async with a_server(database, *at, flows=FLOWS, settings=more, **rate) as server:
            yield World(server, providers)


UNPACED: Mapping[Any, Sequence[str]] = {
    channels.slack.channel: ("PER_CHAT", "PER_CHAT_BURST", "PER_METHOD", "PER_METHOD_BURST"),
    channels.telegram.channel: tuple(
        f"{what}_{how}" for what in ("GROUP", "PERSON", "SIGN") for how in ("RATE", "BURST")
    ),
}
