"""T4: providers fail in every way, for many people at once: nothing is lost or comes twice, and nobody is hurried."""

import asyncio
import contextlib
import contextvars
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qsl

import pytest
from msgspec import Struct
from starlette.types import Message, Receive, Scope, Send

from bot.messages import Address
from bot.runtime import dispatcher, pace, verdict
from commands import assemble
from sandbox.faults import Fault
from sandbox.serving import serving
from settings import Settings
from tests.durability import invariants
from tests.durability.census import keyed
from tests.durability.invariants import BLIND, WENT
from tests.durability.networks import CHANNELS, Network, configured, member, networks
from tests.durability.seeds import fresh_seed

AFTER = 1.0  # seconds of Retry-After
PATIENCE = 120  # seconds; nothing is measured against it
KINDS = {
    "429": Fault("throttle", after=AFTER),
    "500": Fault("error", status=500),
    "502": Fault("error", status=502),
    "200 not ok": Fault("error", status=200),
    "timeout before": Fault("timeout_before"),
    "timeout after": Fault("timeout_after"),
    "reset before": Fault("reset_before"),
    "reset after": Fault("reset_after"),
    "half an answer": Fault("half"),
    "no JSON": Fault("garbled"),
}
TAKEN = {"timeout after", "reset after", "half an answer", "no JSON"}
LIMITED = Fault("error", status=200, code="ratelimited")  # Slack's other way to say 429
_OPEN = ("inbox_new", "outbox_open")


class Attempt(Struct):
    """One send at a provider: when, for whom, and what went wrong."""

    at: float
    to: str
    fault: str = ""


_attempt: contextvars.ContextVar[Attempt | None] = contextvars.ContextVar("attempt", default=None)


class Watched:
    """A provider whose sends are noted, and go wrong with some likelihood until the bag of faults is empty."""

    def __init__(self, name: str, network: Network, dice: random.Random) -> None:
        self.name = name
        self.network = network
        self.attempts: list[Attempt] = []
        self.bag: list[tuple[str, Fault]] = []
        self.likely = 0.7
        self._dice = dice
        self._take = network.app.faults.take
        network.app.faults.take = self._fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        method, _, path = self.network.takes.partition(" ")
        if scope["method"] != method or not scope["path"].endswith(path.removeprefix(".*")):
            await self.network.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        self.attempts.append(attempt := Attempt(time.monotonic(), _recipient(body)))
        parts: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return parts.pop() if parts else await receive()

        _attempt.set(attempt)
        await self.network.app(scope, again, send)

    def _fault(self, method: str, path: str) -> Fault | None:
        attempt = _attempt.get()
        if attempt and self.bag and self._dice.random() < self.likely:
            attempt.fault, fault = self.bag.pop()
            self.network.app.faults.plan(fault)
        return self._take(method, path) if attempt else None


def _recipient(body: bytes) -> str:
    text = body.decode()
    given: dict[str, Any] = json.loads(text) if text.startswith("{") else dict(parse_qsl(text))
    return str(given.get("To") or given.get("chat_id") or "U" + str(given.get("channel"))[1:])


class House(Struct):
    """The product, and the three providers."""

    parts: assemble.Parts
    providers: dict[str, Watched]
    url: str

    async def invite(self, name: str, people: int) -> None:
        """So many people on this channel."""
        for chat in chats(name, people):
            if name == "telegram":  # whoever has not opened the chat cannot be written to
                sandbox = self.providers[name].network.app
                sandbox.world.private(sandbox.bot.id, sandbox.phone(int(chat)).user).started = True
            await self.parts.office.invite("after-support", Address(name, chat), language="en")

    async def worked_off(self, name: str = "") -> None:
        """Until nothing is left to do, on this channel or on all."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if not await self._left(name):
                    return
                await asyncio.sleep(0.05)

    async def _left(self, name: str) -> bool:
        if not name:
            counts = await self.parts.reading.counts()
            return any(counts[each] for each in _OPEN)
        found = await invariants.tables(self.url)
        states = [row["state"] for row in found["outbox"] if row["channel"] == name]
        return not states or any(state not in invariants.FINAL for state in states)

    def arrived(self, name: str) -> Counter[str]:
        """How many messages reached whom."""
        return Counter(message.lane.partition(":")[2] for message in self.providers[name].network.taken(0))


def chats(name: str, people: int) -> list[str]:
    """People there."""
    chat = {"sms": "+4915{:09}", "telegram": "7{:08}"}
    return [chat[name].format(each) if name in chat else member(each) for each in range(people)]


@contextlib.asynccontextmanager
async def a_house(url: str, seed: int, **changes: dict[str, Any]) -> AsyncIterator[House]:
    """All running in this process; `changes` to the settings of channels."""
    dice = random.Random(seed)
    providers = {name: Watched(name, network, dice) for name, network in networks(dice).items()}

    async def all_of_them(scope: Scope, receive: Receive, send: Send) -> None:
        await next(one for one in providers.values() if scope["path"].startswith(one.network.prefixes))(
            scope, receive, send
        )

    async with serving(all_of_them) as address:
        settings = {name: one | {"rate": 1000} for name, one in configured(address, "400ms").items()}
        settings = {name: one | changes.get(name, {}) for name, one in settings.items()}
        async with assemble.parts(Settings(database_url=url, channels=settings), "http://127.0.0.1:9") as parts:
            await parts.supervisor.start()
            try:
                yield House(parts, providers, url)
            finally:
                await parts.supervisor.stop()
        for one in providers.values():
            await one.network.app.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of ours are short: what a provider asks for is not ours."""
    for module, name, value in (
        (verdict, "FIRST_RETRY", 20),
        (verdict, "LONGEST_RETRY", 200),
        (dispatcher, "LOOK_UP_AGAIN", 100),
        (dispatcher, "POLL", 0.05),
    ):
        monkeypatch.setattr(module, name, value)


def _fill(house: House, seed: int, times: int) -> None:
    """So many faults of each kind for each provider."""
    for name, provider in house.providers.items():
        kinds = KINDS | ({"200 ratelimited": LIMITED} if name == "slack" else {})
        provider.bag = [(kind, fault) for kind, fault in kinds.items() for _ in range(times)]
        random.Random(seed).shuffle(provider.bag)


async def faults(url: str, times: int) -> None:
    """Each kind of fault so many times at each provider, and messages that nothing happens to."""
    seed = fresh_seed()
    async with a_house(url, seed) as house:
        _fill(house, seed, times)
        await asyncio.gather(*(house.invite(name, 2 * len(one.bag)) for name, one in house.providers.items()))
        await house.worked_off()
        for provider in house.providers.values():
            assert not provider.bag, "there were not enough sends for all faults"
    found = await invariants.tables(url)
    taken = [message for one in house.providers.values() for message in one.network.taken(0)]
    invariants.check(found, (), keyed(found, taken))
    for name, provider in house.providers.items():
        _nothing_is_lost_or_doubled(name, house, found)
        assert min(_waits(provider)) >= AFTER


def _nothing_is_lost_or_doubled(name: str, house: House, found: invariants.Tables) -> None:
    """Everything arrives once; what is in doubt and cannot be looked up ends `unknown`, whether it arrived or not."""
    states = {row["lane"].partition(":")[2]: row["state"] for row in found["outbox"] if row["channel"] == name}
    arrived, attempts = house.arrived(name), house.providers[name].attempts
    doubts: dict[str, str] = {}
    for attempt in attempts:
        if name in BLIND and attempt.fault not in ("", "429"):
            assert attempt.to not in doubts, f"{attempt.fault} after {doubts[attempt.to]}: sent again"
            doubts[attempt.to] = attempt.fault
    for who, state in states.items():
        expected = (False, int(doubts[who] in TAKEN)) if who in doubts else (True, 1)
        assert (state in WENT, arrived[who]) == expected, f"{who} is {state} after {doubts.get(who)}"
    unknown = sum(state == "unknown" for state in states.values())
    assert unknown == len(doubts)
    print(f"{name}: {len(states)} messages, {len(attempts)} attempts, {unknown} unknown")


def _waits(provider: Watched) -> list[float]:
    """Seconds from each 429 until the same person was tried again."""
    later: dict[str, float] = {}
    waits = []
    for attempt in reversed(provider.attempts):
        if attempt.fault in ("429", "200 ratelimited"):
            waits.append(later[attempt.to] - attempt.at)
        later[attempt.to] = attempt.at
    return waits


async def test_t4_p4_p5_every_fault_at_every_provider(sqlite_url, monkeypatch):
    """T4: 20 faults of each kind: 0 lost, 0 doubled; what nobody can look up is visible, and only that."""
    _no_breaker(monkeypatch)
    await faults(sqlite_url, 20)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_t4_two_hundred_of_each_kind(database_url, monkeypatch):
    """T4, at night, on both databases."""
    _no_breaker(monkeypatch)
    await faults(database_url, 200)


def _no_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "TRIP", 1 << 30)  # or the next fault would always come a minute later


async def test_t4_retry_after_is_honoured(sqlite_url):
    """T4: whoever has to wait is tried again never earlier than told, and at most 2 s later."""
    async with a_house(sqlite_url, fresh_seed()) as house:
        for name, provider in house.providers.items():
            provider.likely = 1.0
            provider.bag = [("429", KINDS["429"])] * 20
            if name == "slack":
                provider.bag += [("200 ratelimited", LIMITED)] * 20
        await asyncio.gather(*(house.invite(name, len(one.bag)) for name, one in house.providers.items()))
        await house.worked_off()
        for name, provider in house.providers.items():
            waits = _waits(provider)
            print(f"{name}: {len(waits)} times Retry-After {AFTER} s, waited {min(waits):.2f} to {max(waits):.2f} s")
            assert min(waits) >= AFTER
            assert max(waits) <= AFTER + 2
            assert set(house.arrived(name).values()) == {1}


@pytest.mark.parametrize("down", CHANNELS)
async def test_t4_others_are_unaffected(sqlite_url, down):
    """T4: while one provider fails, its breaker opens and the others keep their pace; afterwards everything comes."""
    people = 40
    async with a_house(sqlite_url, fresh_seed(), **{down: {"rate": 20}}) as house:
        broken = house.providers[down]
        broken.likely, broken.bag = 1.0, [("503", Fault("error", status=503))] * 10_000
        began = time.monotonic()
        await asyncio.gather(*(house.invite(name, people) for name in CHANNELS))
        await asyncio.gather(*(house.worked_off(name) for name in CHANNELS if name != down))
        took = time.monotonic() - began
        tried = len(broken.attempts)
        await asyncio.sleep(max(0.0, 1.0 - took))  # twenty more would have gone without a breaker
        assert took < 20
        passed = 1000 * (time.monotonic() - began)  # an open breaker tries again after 1, 2, 4 … times its first pause
        probes = sum(due <= passed for due in accumulate(pace.OPEN * 2**number for number in range(10)))
        assert pace.TRIP <= len(broken.attempts) <= pace.TRIP + 2 + probes, "the breaker leaves the provider alone"
        broken.bag.clear()
        await house.worked_off()
    for name in CHANNELS:
        assert set(house.arrived(name).values()) == {1}
    found = await invariants.tables(sqlite_url)
    lost = people - len(house.arrived(down))
    unknown = [row["lane"] for row in found["outbox"] if row["state"] == "unknown"]
    assert lost == len(unknown) == (len([each for each in broken.attempts if each.fault]) if down in BLIND else 0)
    print(f"{down} down: the others were done after {took:.2f} s; {tried} attempts there by then, {lost} unknown")
