"""A hundred agents who claim one case at once (T10): whole shops without their providers' pace, and a stopwatch.

Claims come in through the intake and are decided by the product's own supervisor. Channels are stand-ins at the port
that take everything at once. On PostgreSQL several shops share the database, each with connections and workers of its
own, as processes do; SQLite has one, because one process writes.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import msgspec

from bot.cases.desks import WEB, Desk, Desks, Place
from bot.cases.state import Case, key
from bot.messages import Address, Body, Inbound, Pressed, Said
from bot.rows import Batch, Consequences
from bot.runtime.intake import Intake
from bot.runtime.office import Office
from bot.runtime.supervisor import Supervisor
from flows import library
from storage.opening import open_store
from storage.sqlite import SqliteStore
from tests.bot.runtime.house import Line
from tests.bot.runtime.rooms import Hall, Room
from tests.durability.attentive import select

AGENTS = 100
PHONES = 3
SHOPS = 2  # on PostgreSQL
TYPED = 4  # every so manieth agent of a group types the claim
ROOM, GROUP = Address("slack", "C1"), Address("telegram", "-100")
DEVICES = tuple(Address("sms", f"+49301{number:06d}") for number in range(PHONES))
DESKS = Desks(
    {
        "support": Desk(
            "support",
            (Place(ROOM, threads=True), Place(GROUP, threads=True), *(Place(one, threads=False) for one in DEVICES)),
            respond_within=30 * 86_400_000,
        )
    }
)
FASTER, CLAIMED = "was faster", "has claimed this case"
NEXT = 10 * 60_000  # ms between two cases, on our clock: who claims one after the other is no machine in a loop

_case = msgspec.json.Decoder(Case).decode
_inbound = msgspec.json.Decoder(Inbound).decode


class Claim(NamedTuple):
    """Somebody's: `surface` is where they sit, `who` is what they are called there, `typed` whether they press."""

    surface: str
    who: str
    typed: bool


class Race(NamedTuple):
    """How one ended. `took`: for every claim the ms from its own commit to that of its decision."""

    winner: str
    owners: int  # how often somebody became the owner
    told: Mapping[str, int]  # how often each was told that the winner was faster
    took: Sequence[float]


class Clock:
    """Epoch ms; what is between two cases takes no time."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self.ahead


class Stopwatch:
    """A store, and when which event's decision was committed (seconds of time.perf_counter, by the event's id)."""

    def __init__(self, store: Any, decided: Callable[[str, float], None]) -> None:
        self._store = store
        self._decided = decided
        self._pending: list[list[str]] = []  # decided and not committed, by batch
        self._deciders: dict[Any, Callable[[Batch], Consequences]] = {}  # SQLite knows by it whose batch it has begun

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def work(self, limit: int, now: int, decide: Callable[[Batch], Consequences]) -> int:
        """See bot.ports.Store."""
        noting = self._deciders.setdefault(decide, self._noting(decide))
        try:
            done: int = await self._store.work(limit, now, noting)
        except BaseException:
            self._pending.clear()
            raise
        if done:
            # PostgreSQL's may be decided again within one call; SQLite's next may be decided before this call is over.
            batch = self._pending.pop(0) if isinstance(self._store, SqliteStore) else self._pending[-1]
            at = time.perf_counter()
            for name in batch:
                self._decided(name, at)
        if not (done and isinstance(self._store, SqliteStore)):
            self._pending.clear()
        return done

    def _noting(self, decide: Callable[[Batch], Consequences]) -> Callable[[Batch], Consequences]:
        def noting(batch: Batch) -> Consequences:
            self._pending.append([_inbound(event.body).id for event in batch.events])
            return decide(batch)

        return noting


class Shop:
    """One process of the product, as far as claims go."""

    def __init__(self, store: Any, lines: Mapping[str, Line], clock: Clock) -> None:
        shelf = library.load()
        self.store = store
        self.intake = Intake(self.store, clock)
        self.office = Office(self.store, shelf, self.intake, clock)
        self.runs = Supervisor(self.store, lines, shelf, self.intake, clock, desks=DESKS)


class Rush:
    """All shops, the agents, and what channels were handed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = Clock()
        self.phones, self.room, self.hall = Line(), Room(), Hall()
        self.shops: list[Shop] = []
        self.agents = list(_agents())
        self._decided: dict[str, float] = {}
        self._news = asyncio.Event()
        self._cases = 0

    @asynccontextmanager
    async def running(self, url: str) -> AsyncIterator["Rush"]:
        """Run the shops on this database."""
        lines: dict[str, Line] = {"sms": self.phones, "slack": self.room, "telegram": self.hall}
        stores = [await open_store(url)]
        stores += [await open_store(url) for _ in range(0 if isinstance(stores[0], SqliteStore) else SHOPS - 1)]
        self.shops = [Shop(Stopwatch(store, self._decide), lines, self.clock) for store in stores]
        try:
            for shop in self.shops:
                await shop.runs.start()
            yield self
        finally:
            for shop in self.shops:
                await shop.runs.stop()
            for store in stores:
                await store.close()

    async def race(self) -> Race:
        """Somebody is unhappy, and all agents claim the case at once."""
        self._cases += 1
        self.clock.ahead += NEXT
        case, places = await self._opened(Address("sms", f"+4915{self._cases:09d}"))
        heard = [len(one) for one in (self.room.whispered, self.hall.taken, self.phones.taken)]
        began: dict[str, float] = {}
        agents = self.dice.sample(self.agents, len(self.agents))
        names = {agent: f"{self._cases}-{number}" for number, agent in enumerate(agents)}
        await asyncio.gather(*(self._claims(agent, case, places, names[agent], began) for agent in agents))
        decided = {agent: ("act:" if agent.surface == WEB else "desk:") + name for agent, name in names.items()}
        while not self._decided.keys() >= set(decided.values()):
            self._news.clear()
            await self._news.wait()
        took = [(self._decided[decided[agent]] - began[names[agent]]) * 1000 for agent in agents]
        await self._quiet()
        row = await self.shops[0].store.case(case.id)
        owner = _case(row["state"]).owner
        winner = owner.name if owner else ""
        told = Counter(who for who, text in self._answers(row["entries"], heard) if f"{winner} {FASTER}" in text)
        return Race(winner, sum(CLAIMED in one["text"] for one in row["entries"]), told, took)

    def _decide(self, name: str, at: float) -> None:
        self._decided[name] = at
        self._news.set()

    async def _opened(self, customer: Address) -> tuple[Case, Mapping[str, str]]:
        """Ask, hear a two, and wait for the case's threads: the case, and its thread by channel."""
        shop = self.shops[0]
        await shop.office.invite("after-support", customer, language="en")
        await self._quiet()
        await shop.intake.accept([Inbound(f"score:{customer.chat}", self.clock(), customer, Said("2"))])
        places: dict[str, str] = {}
        while len(places) < 2:
            await asyncio.sleep(0.01)
            state = await shop.store.lane(customer.lane)
            if state and state["case_id"]:
                query = f"SELECT inbound FROM case_place WHERE case_id = '{state['case_id']}' AND inbound <> ''"  # noqa: S608
                found = [Address.of_lane(row[0]) for row in await select(shop.store, query)]
                places = {one.channel: one.thread for one in found if one.thread}
        await self._quiet()
        return _case((await shop.store.case(state["case_id"]))["state"]), places

    async def _quiet(self) -> None:
        """Until nothing is left to be done."""
        counts: Mapping[str, int] = {"inbox_new": 1}
        while counts["inbox_new"] or counts["outbox_open"]:
            await asyncio.sleep(0.01)
            counts = await self.shops[0].store.counts()

    async def _claims(
        self, agent: Claim, case: Case, places: Mapping[str, str], name: str, began: dict[str, float]
    ) -> None:
        shop = self.dice.choice(self.shops)
        press: Body = Pressed(key(case.id, "card"), "claim", "1")
        if agent.surface == WEB:
            await shop.office.act(case.id, agent.who, Pressed("", "claim"), name, name=agent.who)
        elif agent.surface == "sms":
            said = Said(f"{case.code} !claim", ref=name)
            await shop.intake.accept([Inbound(name, self.clock(), Address("sms", agent.who), said, agent.who)])
        else:
            group = {"slack": ROOM, "telegram": GROUP}[agent.surface]
            thread = Address(group.channel, group.chat, thread=places[agent.surface])
            body = Said("!claim", ref=name) if agent.typed else press
            await shop.intake.accept([Inbound(name, self.clock(), thread, body, agent.who, agent.who)])
        began[name] = time.perf_counter()

    def _answers(self, entries: Sequence[Mapping[str, Any]], heard: Sequence[int]) -> Iterator[tuple[str, str]]:
        """What single people were told since so much had been `heard` in every place: who, and what."""
        yield from ((one["by"], one["text"]) for one in entries if one["kind"] == "answer")
        yield from self.room.whispered[heard[0] :]
        yield from ((one.whisper, one.prompt.text) for one in self.hall.taken[heard[1] :])
        yield from ((one.to.chat, one.prompt.text) for one in self.phones.taken[heard[2] :])


def _agents() -> Iterator[Claim]:
    yield from (Claim("sms", device.chat, typed=True) for device in DEVICES)
    for number in range(PHONES, AGENTS):
        surface = ("slack", "telegram", WEB)[number % 3]
        yield Claim(surface, f"{surface}{number}", typed=number // 3 % TYPED == 0)
