"""T16 for consent: withdrawing it and suppressing an address race with leases; after the commit nothing is handed out.

And C1 over whatever happens in between: no message of a survey has ever left without its proof (I5, I6).
"""

import asyncio
import itertools
import random

import pytest

import storage.footing
from bot.contacts import place
from bot.messages import Address, Inbound, Invite, Said
from bot.outreach.consent import Event
from bot.pseudonyms import Pseudonyms
from bot.rows import Settlement
from bot.runtime.intake import Intake
from bot.runtime.worker import Worker
from flows import library
from storage.consent import Suppression, record, suppress
from storage.opening import open_store
from storage.schema import sqlite_path
from tests.durability import invariants
from tests.durability.invariants import Broken, broken
from tests.durability.seeds import fresh_seed

NOW = 1_800_000_000_000
NAMES = Pseudonyms([b"k" * 32])
AT_ONCE = 30
ROUNDS = 6


class Race:
    """Many people whose consent we have: each is asked, somebody sends, and each is lost at some moment in some way."""

    def __init__(self, url: str, seed: int) -> None:
        self.url = url
        self.dice = random.Random(seed)
        self.moments = itertools.count(1)
        self.lost: dict[str, int] = {}  # lane → moment at which it was known to be committed
        self.late: list[str] = []
        self._clock = itertools.count(NOW)

    def clock(self) -> int:
        """Time passes with every look."""
        return next(self._clock)

    async def run(self, races: int) -> None:
        """Run so many, and raise Broken if anything was handed out that had no basis any more."""
        self.store = await open_store(self.url)
        try:
            shelf = library.load()
            flow = shelf.get("after-support")
            await self.store.save_revision(flow.revision, flow.id, shelf.source(flow.revision), NOW)
            intake, worker = Intake(self.store, self.clock), Worker(self.store, shelf, self.clock)
            worker.names = lambda to: ("twilio", place(to, "twilio", NAMES))
            for first in range(0, races, AT_ONCE):
                people = [Address("sms", f"+4916{first + index:09}") for index in range(AT_ONCE)]
                await self._ask(people, intake, flow.revision)
                working = asyncio.create_task(self._work(worker))
                sending = [asyncio.create_task(self._send(f"w{number}")) for number in range(2)]
                await self._lose(people, intake)
                await asyncio.gather(*sending)
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
                while await worker.step():
                    pass
                await self._send("last", patient=True)
        finally:
            await self.store.close()
        broken("I5/I6", "messages were handed out without a basis", self.late)
        invariants.i5_nothing_of_a_survey_went_without_a_basis(await invariants.tables(self.url))

    async def _ask(self, people: list[Address], intake: Intake, revision: str) -> None:
        events = []
        for person in people:
            here = place(person, "twilio", NAMES)
            events.append(
                Event(
                    id=f"g{person.chat}",
                    names=here.names,
                    key_id=here.key_id,
                    channel="sms",
                    action="granted",
                    at=NOW - 1,
                    source="api",
                    wording="Yes.",
                )
            )
        await self.store.run(lambda: record(events, NOW))
        invite = [Invite("after-support", revision, "en", "consent", {}, grant=f"g{person.chat}") for person in people]
        await intake.accept(
            [Inbound(f"ask{person.chat}", NOW, person, each) for person, each in zip(people, invite, strict=True)]
        )

    async def _work(self, worker: Worker) -> None:
        while True:
            await worker.step()
            await asyncio.sleep(0)

    async def _lose(self, people: list[Address], intake: Intake) -> None:
        """Their consent is withdrawn or their address suppressed; some write meanwhile, so there is more to send."""
        self.dice.shuffle(people)
        for person in people:
            here = place(person, "twilio", NAMES)
            if self.dice.random() < 0.5:
                await intake.accept([Inbound(f"what{person.chat}", NOW, person, Said("banana"))])
            if self.dice.random() < 0.5:
                withdrawn = Event(
                    id=f"w{person.chat}",
                    names=here.names,
                    key_id=here.key_id,
                    channel="sms",
                    action="withdrawn",
                    at=self.clock(),
                    source="agent",
                )
                await self.store.run(lambda event=withdrawn: record([event], event.at))
            else:
                off = Suppression(
                    here.names,
                    here.key_id,
                    self.dice.choice(["sms", "*"]),
                    "manual",
                    NOW,
                    f"s{person.chat}",
                    (person.lane,),
                )
                await self.store.run(lambda off=off: suppress(off, self.clock()), "inbox")
            self.lost[person.lane] = next(self.moments)

    async def _send(self, owner: str, *, patient: bool = False) -> None:
        """Lease, look up, settle one way or another. `patient`: until nothing is left, and then everything succeeds."""
        rounds = 0
        while rounds < ROUNDS or patient:
            moment = next(self.moments)
            now = self.clock()
            leased = await self.store.lease(owner, self.dice.randint(1, 20), now, now + 10**6, ["sms"])
            self.late += [
                row.key for row in leased if self.lost.get(row.lane, moment) < moment and row.kind != "notice"
            ]
            leased += await self.store.doubtful(owner, 20, self.clock(), now + 10**6, ["sms"])
            if patient and not leased:
                return
            for _ in range(self.dice.randrange(4)):
                await asyncio.sleep(0)
            states = ["sent"] if patient else ["sent", "queued", "reconciling", "failed"]
            settled = [Settlement(row.id, owner, row.epoch, self.dice.choice(states), at=now) for row in leased]
            await self.store.settle(settled)
            rounds += 1


async def test_t16_c1_i5_i6_nothing_is_leased_after_consent_is_withdrawn_or_an_address_suppressed(database_url):
    """Both ways of losing somebody, while a worker and two senders are at it."""
    await Race(database_url, fresh_seed()).run(120 if sqlite_path(database_url) else 60)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
async def test_t16_consent_in_ten_thousand_races(database_url):
    """The same, ten thousand times."""
    await Race(database_url, fresh_seed()).run(10_000)


async def test_t16_t27_a_lease_that_does_not_look_at_consent_again_is_found_out(sqlite_url, monkeypatch):
    """Negative control: what was allowed when the survey began is not what holds when its message goes."""
    monkeypatch.setattr(storage.footing, "why_baseless", lambda *_: "")
    with pytest.raises(Broken, match="I5"):
        await Race(sqlite_url, fresh_seed()).run(120)


async def test_t16_t27_a_suppression_that_only_lanes_hear_of_is_found_out(sqlite_url, monkeypatch):
    """Negative control: an event in the inbox comes too late for what is queued."""
    monkeypatch.setattr(storage.footing, "why_not", lambda *_: "")
    monkeypatch.setattr(storage.footing, "why_baseless", lambda *_: "")
    with pytest.raises(Broken, match="I5"):
        await Race(sqlite_url, fresh_seed()).run(120)
