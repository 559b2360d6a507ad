"""A storm of webhooks over a whole server, and the same events once each, one at a time."""

import asyncio
import itertools
import random
import time

import aiohttp
from yarl import URL

from bot.messages import Address
from bot.rows import Arrival
from bot.runtime.office import Office
from bot.runtime.worker import Worker
from commands import assemble, serve
from flows import library
from settings import Settings
from storage.opening import open_store
from storage.schema import sqlite_path
from tests.durability import deliveries, invariants
from tests.durability.deliveries import Person, Post
from tests.durability.invariants import Broken, broken
from tests.durability.networks import CHANNELS, configured, member
from web.server import Site

POSTERS = 8
WORKERS = 8  # on PostgreSQL; SQLite has one
MARKING = frozenset({"telegram", "slack"})
TEXTS = (
    "9",
    "3",
    "7 because of the price",
    "It was late",
    "banana",
    "sorry, meant 9",
    "thanks",
    "STOP",
    "START",
    "HELP",
)


class Storm:
    """One run: what is posted, and what came of it."""

    def __init__(self, url: str, seed: int, events: int) -> None:
        self.url = url
        self.dice = random.Random(seed)
        self.people = [_address(index) for index in range(max(9, events // 10))]
        self.asked: list[Person] = []
        self.events = events
        self.acked: set[str] = set()
        self.latencies: list[float] = []
        self.order: dict[int, int] = {}  # inbox id → when its turn was last decided
        self.decided = 0

    async def rage(self) -> None:
        """Invite everybody, post everything, work it all off."""
        settings = Settings(database_url=self.url, channels=configured("http://127.0.0.1:9", "0s"))
        site = Site("127.0.0.1", 0)
        try:
            async with assemble.parts(settings, site.url) as parts:
                await self._invite(parts.office)
                await site.start(serve.build(parts, site.host, []))
                while (await parts.reading.counts())["inbox_new"]:  # statuses are about messages that exist
                    await self._worker(parts.store, parts).step()
                workers = [
                    asyncio.create_task(self._work(parts)) for _ in range(1 if sqlite_path(self.url) else WORKERS)
                ]
                await self._post(site.url)
                await self._worked_off(parts)
                for worker in workers:
                    worker.cancel()
                await asyncio.gather(*workers, return_exceptions=True)
        finally:
            await site.stop()

    async def _worked_off(self, parts: assemble.Parts) -> None:
        while True:
            if not (await parts.reading.counts())["inbox_new"]:
                return
            await asyncio.sleep(0.02)

    async def _invite(self, office: Office) -> None:
        for number, person in enumerate(self.people):
            session = await office.invite("after-support", person, language="en", key=person.chat)
            self.asked.append(Person(person.channel, person.chat, f"{session}.1.0"))
            self.acked.add(f"invite:{person.chat}:{person.lane}")
            if number % 7 == 0:
                await office.hand_over(person, "human", "anna", f"take{number}")
            if number % 14 == 0:
                await office.hand_over(person, "bot", "anna", f"back{number}")

    async def _work(self, parts: assemble.Parts) -> None:
        """A worker on connections of its own."""
        own = parts.store if sqlite_path(self.url) else await open_store(self.url, 2)
        try:
            await self._worker(own, parts, self.dice.randrange(1, 9)).run()
        finally:
            if own is not parts.store:
                await own.close()

    def _worker(self, store, parts: assemble.Parts, batch: int = 64) -> Worker:
        return Worker(self._noting(store), parts.library, parts.clock, batch=batch, marking=MARKING)

    def _noting(self, store):
        """The store, noting in which order events are decided. A decision that is repeated counts as the later one."""
        work = type(store).work

        async def noted(limit, now, decide):
            def deciding(batch):
                for event in batch.events:
                    self.order[event.id] = self.decided = self.decided + 1
                return decide(batch)

            return await work(store, limit, now, deciding)

        store.work = noted
        return store

    async def _post(self, url: str) -> None:
        calls = [call for number in range(self.events) for call in self._deliveries(number, url)]
        self.dice.shuffle(calls)
        async with aiohttp.ClientSession() as session:
            await asyncio.gather(*(self._poster(session, calls) for _ in range(POSTERS)))

    async def _poster(self, session: aiohttp.ClientSession, calls: list[Post]) -> None:
        while calls:
            call = calls.pop()
            url, headers = URL(call.url, encoded=True), call.headers
            began = time.perf_counter()
            async with session.post(url, data=call.body, headers=headers) as answer:
                assert answer.status == 200
            self.latencies.append(time.perf_counter() - began)
            self.acked.add(call.key)

    def _deliveries(self, number: int, url: str) -> list[Post]:
        """One event one to five times: something said, a press, or a status of somebody's first question."""
        index = self.dice.randrange(len(self.people))
        person, number = self.asked[index], number + 2  # the question is the first message of its chat
        if self.dice.random() >= 0.2:
            return deliveries.said(person, self.dice.choice(TEXTS), number, url, self.dice)
        if person.channel == "sms":
            return deliveries.status(person, f"SM{self.events + index + 2:032x}", url, self.dice)
        return deliveries.pressed(person, str(self.dice.randrange(11)), number, url, self.dice)


def _address(index: int) -> Address:
    """Somebody new, on each channel in turn."""
    channel = CHANNELS[index % len(CHANNELS)]
    return Address(
        channel, {"sms": f"+4915{index:09}", "telegram": str(700_000_001 + index)}.get(channel, member(index))
    )


async def reference(storm: Storm, found: invariants.Tables, url: str) -> invariants.Tables:
    """The same events once each, one at a time, in the order in which the storm's turns were decided."""
    now = 0
    store = await open_store(url)
    worker = Worker(store, library.load(), lambda: now, batch=1, marking=MARKING)
    try:
        for row in found["flow_revision"]:
            await store.save_revision(row["revision"], row["flow"], row["source"], row["saved_at"])
        for row in sorted(found["inbox"], key=lambda row: storm.order[row["id"]]):
            now = row["received_at"]
            columns = {name: row[name] for name in Arrival._fields if name in row}
            await store.accept([Arrival(**{**columns, "state": "new", "error": ""})])
            assert await worker.step() == 1
    finally:
        await store.close()
    return await invariants.tables(url)


def essence(found: invariants.Tables) -> dict[str, list[object]]:
    """What must not depend on how events were put together into batches."""
    heard = {row["lane"]: row["heard_at"] for row in found["address"]}
    for row in found["session"]:  # a batch with turns notes it here, one without there
        heard[row["lane"]] = max(heard[row["lane"]], row["heard_at"])
    return {
        "address": [(row["lane"], row["opted_out_at"], row["session"], row["sender"]) for row in found["address"]],
        "session": [
            (row["id"], row["owner"], row["outcome"], row["ended_at"], row["state"]) for row in found["session"]
        ],
        "outbox": sorted((row["lane"], row["key"], row["state"], row["payload"]) for row in found["outbox"]),
        "heard": sorted(heard.items()),
        "cases": [(row["id"], row["phase"], row["owner"], row["desk"], row["state"]) for row in found["cases"]],
        "case_place": [(row["case_id"], row["place"]) for row in found["case_place"]],
        **{name: found[name] for name in ("answer", "journal", "timer", "case_entry")},
    }


def check_inbox(storm: Storm, found: invariants.Tables) -> None:
    """Raise Broken unless the inbox holds each event that was acknowledged exactly once."""
    unique = [row["event_key"] for row in found["inbox"]]
    missing = storm.acked - set(unique)
    if len(unique) != len(set(unique)) or missing:
        raise Broken(f"P2: {len(unique)} events are kept, {len(set(unique))} are different, {len(missing)} are missing")


def check_effects(found: invariants.Tables, expected: invariants.Tables) -> None:
    """Raise Broken unless the storm led to what its unique events lead to."""
    calm = essence(expected)
    for name, rows in essence(found).items():
        differing = [pair for pair in itertools.zip_longest(rows, calm[name]) if pair[0] != pair[1]]
        broken("P2", f"rows of {name} differ from the sequential run", differing)
