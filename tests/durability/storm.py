"""A storm of webhooks over a whole server, and the same events once each, one at a time."""

import asyncio
import itertools
import random
import time

import aiohttp
from twilio.request_validator import RequestValidator
from yarl import URL

from bot.messages import Address
from bot.rows import Arrival
from bot.runtime.office import Office
from bot.runtime.worker import Worker
from channels.twilio.receipts import callback_url
from commands import assemble, serve
from flows import library
from settings import Settings
from storage.opening import open_store
from storage.schema import sqlite_path
from tests.durability import invariants
from tests.durability.invariants import Broken, broken
from tests.durability.provider import ACCOUNT, NUMBER, TOKEN
from web.server import Site

POSTERS = 8
WORKERS = 4  # on PostgreSQL; SQLite has one
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
STATUSES = ("queued", "sent", "delivered")


class Storm:
    """One run: what is posted, and what came of it."""

    def __init__(self, url: str, seed: int, events: int) -> None:
        self.url = url
        self.dice = random.Random(seed)
        self.people = [Address("sms", f"+4915{index:09}") for index in range(max(8, events // 10))]
        self.sessions: list[str] = []
        self.events = events
        self.acked: set[str] = set()
        self.latencies: list[float] = []
        self.order: dict[int, int] = {}  # inbox id → when its turn was last decided
        self.decided = 0

    async def rage(self) -> None:
        """Invite everybody, post everything, work it all off."""
        sms = {"kind": "twilio", "account_sid": ACCOUNT, "auth_token": TOKEN, "from": NUMBER, "gather": "0s"}
        settings = Settings(database_url=self.url, channels={"sms": {**sms, "auto_replies": False}})
        site = Site("127.0.0.1", 0)
        try:
            async with assemble.parts(settings, site.url) as parts:
                await self._invite(parts.office)
                await site.start(serve.build(parts, site.host, []))
                while (await parts.reading.counts())["inbox_new"]:  # statuses are about messages that exist
                    await Worker(self._noting(parts.store), parts.library, parts.clock).step()
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
            self.sessions.append(await office.invite("after-support", person, language="en", key=person.chat))
            self.acked.add(f"invite:{person.chat}:{person.lane}")
            if number % 7 == 0:
                await office.hand_over(person, "human", "anna", f"take{number}")
            if number % 14 == 0:
                await office.hand_over(person, "bot", "anna", f"back{number}")

    async def _work(self, parts: assemble.Parts) -> None:
        """A worker on connections of its own."""
        own = parts.store if sqlite_path(self.url) else await open_store(self.url, 2)
        try:
            await Worker(self._noting(own), parts.library, parts.clock, batch=self.dice.randrange(1, 9)).run()
        finally:
            if own is not parts.store:
                await own.close()

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

    async def _poster(self, session: aiohttp.ClientSession, calls: list[tuple[str, str, dict[str, str]]]) -> None:
        while calls:
            key, url, form = calls.pop()
            headers = {"x-twilio-signature": RequestValidator(TOKEN).compute_signature(url, form)}
            began = time.perf_counter()
            async with session.post(URL(url, encoded=True), data=form, headers=headers) as answer:
                assert answer.status == 200
            self.latencies.append(time.perf_counter() - began)
            self.acked.add(key)

    def _deliveries(self, number: int, url: str) -> list[tuple[str, str, dict[str, str]]]:
        """One event one to five times: something said, or a status of somebody's first question."""
        index = self.dice.randrange(len(self.people))
        person, form = self.people[index], {"AccountSid": ACCOUNT}
        if self.dice.random() < 0.2:
            sid, status = f"SM{self.events + index:032x}", self.dice.choice(STATUSES)
            call = callback_url(f"{url}/hooks/sms", f"{self.sessions[index]}.1.0", TOKEN)
            form |= {"MessageSid": sid, "MessageStatus": status, "To": person.chat, "From": NUMBER}
            event = f"{sid}|{status}"
        else:
            event = f"SM{number:032x}"
            call = f"{url}/hooks/sms"
            text = self.dice.choice(TEXTS)
            form |= {"MessageSid": event, "From": person.chat, "To": NUMBER, "Body": text, "NumMedia": "0"}
        return [(event, call, form)] * self.dice.randint(1, 5)


async def reference(storm: Storm, found: invariants.Tables, url: str) -> invariants.Tables:
    """The same events once each, one at a time, in the order in which the storm's turns were decided."""
    now = 0
    store = await open_store(url)
    worker = Worker(store, library.load(), lambda: now, batch=1)
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
        **{name: found[name] for name in ("answer", "journal", "timer", "case_request")},
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
