"""Live follow-up: how long until a score is a card at the desk, and an agent's words are with the customer's provider.

Both are taken from the moment at which the event is committed (accept has returned) to the call of the channel's
`send`: store, worker, dispatcher and forwarding are ours, what the provider then takes is not. The channels are
stand-ins at the port, so that no provider's limit is in the figures. While it measures, every open case talks: each
side says something every ten seconds. Beside it stands what the disk alone asks for: as many durable single-row
commits as lie on the way.

Then a hundred agents on every surface claim one case at once, again and again (RELIABILITY T10): from the commit of a
claim to the commit of its decision, the last of the hundred waiting for all others. On PostgreSQL, which here waits for
the disk, two shops with connections and workers of their own share the work.
"""

import asyncio
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from bot.cases.desks import Desk, Desks, Place
from bot.messages import Address, Capabilities, Inbound, Outbound, Pressed, Receipt, Said, Sent, WebRequest
from bot.runtime.intake import Intake
from bot.runtime.office import Office
from bot.runtime.supervisor import Supervisor
from commands.assemble import settle_memory
from flows import library
from storage import migrate
from storage.opening import open_store
from storage.sqlite import SqliteStore, connect
from tests import postgres
from tests.bench.cluster import DURABLE
from tests.bench.durable import now
from tests.bench.table import Row
from tests.durability.claims import AGENTS, Rush

OPEN = (1, 50, 200)
SAMPLES = 200
EVERY = 10.0  # s between two messages of one side of a case
GOAL = 150.0  # ms
RACES = 10  # cases that a hundred claim, and one before to warm up
CLAIMED = 500.0  # ms, RELIABILITY's goal for their p99
COMMITS = {"card": 2, "words": 3}  # on the way: turn and lease; forward, turn and lease
CHANNEL = Address("slack", "C0123")
DESKS = Desks({"support": Desk("support", (Place(CHANNEL, threads=True),), respond_within=30 * 86_400_000)})
FASTER = 40  # our clock: nobody may write more than ten messages in 30 s (two machines that talk to each other)
_BEGAN = now()


def clock() -> int:
    """Epoch milliseconds of a time that runs faster; what is measured is real time."""
    return _BEGAN + (now() - _BEGAN) * FASTER


class Line:
    """A channel that takes everything at once and notes when; with `threads`, a message opens one (Slack)."""

    kind = "bench"

    def __init__(self, name: str, *, threads: bool) -> None:
        self.name = name
        self.capabilities = Capabilities(40_000, buttons=threads, threads=threads, edits=threads)
        self.waited: dict[str, asyncio.Future[tuple[float, str]]] = {}
        self._sent = 0

    def thread_of(self, provider_id: str) -> str:
        return provider_id

    async def send(self, message: Outbound) -> Sent:
        at = time.perf_counter()
        self._sent += 1
        name = f"{self._sent}.0"
        for mark, waiter in list(self.waited.items()):
            if mark in message.prompt.text or mark == message.key:
                self.waited.pop(mark)
                waiter.set_result((at, name))
        return Sent(name)

    async def edit(self, message: Outbound, provider_id: str) -> Sent:  # noqa: ARG002
        return Sent(provider_id)

    async def remove(self, to: Address, provider_id: str) -> None:
        pass

    async def receive(self, request: WebRequest) -> Receipt:
        raise NotImplementedError

    async def close(self) -> None:
        pass

    def sees(self, mark: str) -> asyncio.Future[tuple[float, str]]:
        """When a message with these words is sent, and its id."""
        self.waited[mark] = asyncio.get_running_loop().create_future()
        return self.waited[mark]


class Company:
    """A running shop with customers and one desk."""

    def __init__(self, store: SqliteStore) -> None:
        self.sms, self.slack = Line("sms", threads=False), Line("slack", threads=True)
        shelf = library.load([], None)
        self._reading = store
        self._intake = Intake(store, clock)
        self._office = Office(store, shelf, self._intake, clock)
        self.runs = Supervisor(store, {"sms": self.sms, "slack": self.slack}, shelf, self._intake, clock, desks=DESKS)
        self._people = 0
        self._events = 0
        self.threads: list[tuple[Address, Address]] = []  # thread, customer

    def _id(self) -> str:
        self._events += 1
        return f"e{self._events}"

    async def detractor(self) -> float:
        """Somebody is asked, gives a 2, and their case is claimed; ms from the score to the card."""
        self._people += 1
        customer = Address("sms", f"+4917{self._people:09d}")
        asked = self.sms.sees("0 = not at all")
        await self._office.invite("after-support", customer, language="en")
        await asked
        seen = self.slack.sees("2 of 10")
        await self._intake.accept([Inbound(self._id(), clock(), customer, Said("2"))])
        began = time.perf_counter()
        at, thread = await seen
        place = Address("slack", CHANNEL.chat, thread=thread)
        owned = self.slack.sees("U1 has claimed")
        case = (await self._reading.cases(limit=1))[0]["id"]
        press = Pressed(f"k{case}.card", "claim", thread)
        await self._intake.accept([Inbound(self._id(), clock(), CHANNEL, press, author="U1")])
        await owned
        self.threads.append((place, customer))
        return (at - began) * 1000

    async def agent_says(self, chance: random.Random) -> float:
        """An agent writes in a thread; ms until the customer's provider is called."""
        place, _ = chance.choice(self.threads)
        words = f"word{self._events} "
        heard = self.sms.sees(words)
        said = Said(words, ref=f"r{self._events}")
        await self._intake.accept([Inbound(self._id(), clock(), place, said, author="U1")])
        began = time.perf_counter()
        at, _ = await heard
        return (at - began) * 1000

    async def chatter(self, chance: random.Random) -> None:
        """All open cases talk."""
        while True:
            await asyncio.sleep(EVERY / 2 / len(self.threads) * chance.uniform(0.5, 1.5))
            place, customer = chance.choice(self.threads)
            source, author = (place, "U1") if chance.random() < 0.5 else (customer, "")
            said = Said(f"well {self._events}", ref=f"r{self._events}")
            await self._intake.accept([Inbound(self._id(), clock(), source, said, author=author)])


async def _measured(path: Path, cases: int) -> tuple[list[float], list[float]]:
    chance = random.Random(cases)
    store = await open_store(f"sqlite:///{path}")
    assert isinstance(store, SqliteStore)
    company = Company(store)
    await company.runs.start()
    try:
        for _ in range(cases):
            await company.detractor()
        settle_memory()
        talk = asyncio.create_task(company.chatter(chance))
        words, cards = [], []
        for number in range(SAMPLES):
            await asyncio.sleep(chance.uniform(0.08, 0.12))
            words.append(await company.agent_says(chance))
            if number % 3 == 0:
                cards.append(await company.detractor())
                company.threads.pop()
        talk.cancel()
        return cards, words
    finally:
        await company.runs.stop()
        await store.close()


def _commit(path: Path) -> float:
    """Milliseconds of one durable single-row commit on this disk, the median of 200."""
    connection = connect(path)
    connection.execute("CREATE TABLE one (n INTEGER)")
    took = []
    for number in range(200):
        began = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO one VALUES (?)", (number,))
        connection.execute("COMMIT")
        took.append((time.perf_counter() - began) * 1000)
    connection.close()
    return median(took)


def _rows(what: str, name: str, took: Sequence[float], cases: int, commit: float) -> list[Row]:
    p99 = quantiles(took, n=100)[98]
    beside = f"{COMMITS[what]} commits on this disk"
    label = f"{name}, {cases} open"
    return [
        Row(f"{label}: p50", median(took), "ms", beside, COMMITS[what] * commit),
        Row(f"{label}: p99", p99, "ms", most=GOAL),
    ]


async def _claimed(url: str) -> list[float]:
    """Milliseconds of every claim; each case has one owner, and everybody else was told."""
    took: list[float] = []
    async with Rush(RACES).running(url) as rush:
        await rush.race()
        for _ in range(RACES):
            race = await rush.race()
            if race.owners != 1 or len(race.told) != AGENTS - 1:
                raise RuntimeError(f"{race.owners} owners, {len(race.told)} of {AGENTS - 1} told")
            took += race.took
    return took


def _claims(folder: Path) -> list[Row]:
    databases = {"SQLite": f"sqlite:///{folder / 'claims.db'}"}
    server = postgres.start(DURABLE)
    rows: list[Row] = []
    try:
        databases["PostgreSQL"] = server.url()
        for kind, url in databases.items():
            asyncio.run(migrate.upgrade(url))
            took = asyncio.run(_claimed(url))
            label = f"claim committed → decided, {AGENTS} at once, {kind}"
            rows += [
                Row(f"{label}: p50", median(took), "ms"),
                Row(f"{label}: p99", quantiles(took, n=100)[98], "ms", most=CLAIMED),
            ]
    finally:
        server.remove()
    return rows


def run() -> list[Row]:
    """Figures for 1, 50 and 200 open cases, and for a hundred claims at once."""
    rows: list[Row] = []
    folder = Path(tempfile.mkdtemp())
    try:
        commit = _commit(folder / "disk.db")
        for cases in OPEN:
            path = folder / f"{cases}.db"
            asyncio.run(migrate.upgrade(f"sqlite:///{path}"))
            cards, words = asyncio.run(_measured(path, cases))
            rows += _rows("card", "score committed → card sent to the desk", cards, cases, commit)
            rows += _rows("words", "agent's words committed → customer's provider", words, cases, commit)
        rows += _claims(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return rows
