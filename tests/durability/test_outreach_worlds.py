"""Random worlds of asking, from the ledger to the provider: hours, basis, suppression, one decision for each event.

I5, I6, I7, C9, P8: over random rules, zones and clocks that also jump; every message is judged where the provider takes
it, by what the world itself remembers and not by what the product says.
"""

import asyncio
import json
import random
from collections import Counter
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from bot.contacts import Place, place
from bot.errors import Unreachable
from bot.messages import Address, Outbound, Sent
from bot.outreach.candidate import Candidate
from bot.outreach.consent import Event
from bot.outreach.ledger import Proposal
from bot.outreach.policy import Policy
from bot.pseudonyms import Pseudonyms
from bot.runtime.decider import Decider
from bot.runtime.dispatcher import Dispatcher
from flows import library
from storage.consent import Suppression, record, suppress
from storage.decisions import entries_of
from storage.ledger import StoredLedger
from storage.opening import open_store
from storage.scripts import Ask
from tests.bot.runtime.house import House, Line
from tests.durability.seeds import fresh_seed
from tests.storage import standings

START = 1_800_000_000_000  # Friday, 15 January 2027, 8:00 UTC
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NAMES = Pseudonyms([b"k" * 32])
KINDS = {"sms": "twilio", "telegram": "telegram"}
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "America/St_Johns", "Pacific/Apia")
HOURS = {"Mo-Sa 08:00-20:00": (range(6), 8, 20), "Mo-Fr 10:00-16:00": (range(5), 10, 16), "24/7": (range(7), 0, 24)}
SHELF = library.load()
STEPS = 60


class Judge(Line):
    """A provider that refuses those who have blocked us, takes the rest, and asks the world about each message."""

    world: "World"

    async def send(self, message: Outbound) -> Sent:
        if self.world.blocks(message.to.lane):
            raise Unreachable("blocked", "21610", opted_out=True)
        self.world.judge(message)
        return await super().send(message)


class World:
    """Some people in some zones under some rules, and what happens to them."""

    def __init__(self, store, seed: int) -> None:
        self.dice = random.Random(seed)
        self.hours = self.dice.choice(list(HOURS))
        self.cool_down = self.dice.choice([0, HOUR, DAY, 90 * DAY])
        self.policy = Policy(hours=self.hours, cool_down=self.cool_down, never_while=frozenset())
        self.line = Judge()
        self.line.world = self
        self.house = House(store, SHELF, self.line)
        self.house.worker.names = lambda to: (KINDS[to.channel], place(to, KINDS[to.channel], NAMES))
        self.clock = self.house.clock
        self.clock.now = START + self.dice.randrange(400 * DAY)
        self.store = store
        self.other = Judge()
        self.other.world = self
        self.dispatchers = (Dispatcher("telegram", self.other, store, "t", self.clock), self.house.dispatcher)
        self.ledger = StoredLedger(store)
        self.decider = Decider(self.ledger, SHELF, self.policy, self.clock)
        self.people = 0
        self.zones: dict[str, str] = {}
        self.blocked: set[str] = set()
        self.begun: set[str] = set()  # sessions whose first message was taken
        self.granted: set[str] = set()
        self.barred: set[str] = set()  # by themselves: START lifts it
        self.objected: set[str] = set()  # told by somebody of ours: START does not
        self.events: set[str] = set()
        self.asked_at: dict[str, list[int]] = {}
        self.sent: Counter[str] = Counter()
        self.broken: list[str] = []

    async def run(self) -> None:
        for flow in SHELF.flows:
            await self.store.save_revision(flow.revision, flow.id, SHELF.source(flow.revision), START)
        for _ in range(self.dice.randint(2, 5)):
            await self.meets()
        for _ in range(STEPS):
            await self.dice.choice([
                self.happens, self.happens, self.happens, self.passes, self.passes, self.decides, self.decides,
                self.decides, self.writes, self.writes, self.withdraws, self.suppresses, self.meets, self.jumps,
            ])()  # fmt: skip
            await self.works()

    async def works(self) -> None:
        """Events are taken, messages go, and what the providers said is taken."""
        await self.house.works()
        for dispatcher in self.dispatchers:
            while await dispatcher._lease_and_send():
                while dispatcher._flights:
                    await asyncio.wait(dispatcher._flights)
        await self.house.works()

    async def meets(self) -> None:
        """Somebody new, by SMS, on Telegram or both, mostly with consent."""
        n, zone = self.people, self.dice.choice(ZONES)
        lanes = (f"telegram:{n + 1}", f"sms:+49151{n:07}")[self.dice.choice([0, 0, 1]) :]
        self.people += 1
        self.zones |= dict.fromkeys(lanes, zone)
        await self.store.run(lambda: _somebody(f"c{n}", zone, [_named(lane) for lane in lanes]))
        for lane in lanes:
            if self.dice.random() < 0.8:
                await self.grants(lane, "granted")

    async def grants(self, lane: str, action: str) -> None:
        named = _named(lane)
        event = Event(
            id=f"g{self.dice.random()}", names=tuple(named.names), key_id=named.key_id, channel=named.channel,
            action=action, at=self.clock.now, source="web_form" if action == "withdrawn" else "import", wording="Yes",
        )  # fmt: skip
        [result] = await self.store.run(lambda: record([event], self.clock.now), "inbox")
        assert result == "recorded", result
        (self.granted.add if action == "granted" else self.granted.discard)(lane)

    async def happens(self) -> None:
        """An event that a trigger wants to ask about; sometimes it is told twice."""
        n = self.dice.randrange(self.people)
        key = f"d{self.dice.randrange(40)}"
        self.events.add(key)
        at = self.clock.now + self.dice.choice([0, 0, HOUR])
        candidate = Candidate(
            id=key, source="trigger", name="t", flow="after-support", kind="transactional", at=at,
            not_after=at + self.dice.choice([HOUR, DAY, 7 * DAY]), happening=key,
        )  # fmt: skip
        await self.ledger.propose([Proposal(candidate, f"c{n}", at)])

    async def passes(self) -> None:
        self.clock.passes(self.dice.choice([MINUTE, 20 * MINUTE, 3 * HOUR, 11 * HOUR, DAY, 3 * DAY]))

    async def jumps(self) -> None:
        """The clock is set: an hour, a day or a year, forward or back."""
        self.clock.passes(self.dice.choice([-HOUR, HOUR, -DAY, DAY, 365 * DAY]))

    async def decides(self) -> None:
        for _ in range(2):  # who turns out to have blocked us is decided about again
            while await self.decider.round():
                pass
            await self.works()

    async def writes(self) -> None:
        """A customer: a score, a stop, or back again."""
        lane = self.dice.choice(list(self.zones))
        words = self.dice.choice(["9", "2", "STOP", "START", "no idea"])
        await self.house.gets(words, Address.of_lane(lane))
        self.clock.passes(2000)
        await self.house.works()  # until then it is not committed
        if words == "STOP":
            self.barred.add(lane)
            self.granted.discard(lane)
        elif words == "START":
            self.barred.discard(lane)
            self.blocked.discard(lane)
            self.granted.add(lane)

    async def withdraws(self) -> None:
        lane = self.dice.choice(list(self.zones))
        if lane in self.granted and self.dice.random() < 0.5:
            await self.grants(lane, "withdrawn")

    async def suppresses(self) -> None:
        lane = self.dice.choice(list(self.zones))
        if self.dice.random() < 0.3:
            named = _named(lane)
            one = Suppression(
                tuple(named.names), named.key_id, "*", "objection", self.clock.now, f"s{self.dice.random()}", (lane,)
            )
            await self.store.run(lambda: suppress(one, self.clock.now), "inbox")
            self.objected.add(lane)

    def blocks(self, lane: str) -> bool:
        """Whether this person has blocked us there; some do so just before we write."""
        if self.dice.random() < (0.4 if lane.startswith("telegram") else 0.1):
            self.blocked.add(lane)
        if lane in self.blocked:
            self.barred.add(lane)
            self.granted.discard(lane)
        return lane in self.blocked

    def judge(self, message: Outbound) -> None:
        """What the provider takes, by what this world remembers."""
        lane, now = message.to.lane, self.clock.now
        self.sent[message.key] += 1
        if message.kind != "survey":
            return
        what = f"{message.key} to {lane} at {now}"
        if lane in self.barred | self.objected:
            self.broken.append(f"I6 {what}: suppressed")
        if lane not in self.granted:
            self.broken.append(f"I5 {what}: no basis")
        if message.key.endswith(".1.0"):  # the first one of a survey is ours to begin
            days, opens, closes = HOURS[self.hours]
            local = datetime.fromtimestamp(now / 1000, ZoneInfo(self.zones[lane]))
            if local.weekday() not in days or not opens <= local.hour < closes:
                self.broken.append(f"I7 {what}: {local:%A %H:%M} there")
            self.asked_at.setdefault(lane, []).append(now)
            self.begun.add(message.key.removesuffix(".1.0"))


def _named(lane: str) -> Place:
    to = Address.of_lane(lane)
    return place(to, KINDS[to.channel], NAMES)


def _somebody(contact: str, zone: str, places: list[Place]):
    yield Ask("test_zoned", (contact, zone))
    for rank, each in enumerate(places):
        yield Ask("test_named", (each.lane, contact, each.channel, each.hmac, each.key_id, rank))


BLOCKS = {
    "test_zoned": """INSERT INTO contact (id, name, language, zone, zone_source, country, brand, region, segment, agent,
      attributes, created_at, updated_at)
      VALUES (:id, 'Ada', 'de', :zone, 'given', '', '', '', '', '', '{}', 0, 0)""",
    "test_named": """INSERT INTO contact_address (lane, contact, channel, hmac, key_id, rank, added_at)
      VALUES (:lane, :contact, :channel, :hmac, :key_id, :rank, 0)""",
}


async def run(url: str, seed: int) -> Counter[str]:
    """One world; what happened in it. Fails with everything that must not have happened."""
    standings.install(BLOCKS)
    store = await open_store(url)
    world = World(store, seed)
    await world.run()
    rows = {f"c{n}": await store.read(partial(entries_of, f"c{n}", 1000)) for n in range(world.people)}
    await store.close()
    entries = [entry for found in rows.values() for entry in found]
    assert world.broken == [], f"world {seed}: {json.dumps(world.broken, indent=1)}"
    assert all(n == 1 for n in world.sent.values()), (seed, world.sent)
    assert len({entry.id for entry in entries}) == len(entries) == len(world.events), seed
    assert not [entry for entry in entries if entry.outcome != "pending" and not entry.rule], seed
    assert world.begun <= {entry.session for entry in entries}, f"world {seed}: asked twice for one decision"
    figures = Counter(f"{entry.outcome} {entry.rule}" for entry in entries)
    figures["first messages"] = sum(map(len, world.asked_at.values()))
    return figures


async def worlds(urls, count: int) -> None:
    seed = fresh_seed()
    figures: Counter[str] = Counter()
    for n in range(count):
        figures += await run(urls(n), seed + n)
    print("\n".join(f"{name:32} {number}" for name, number in sorted(figures.items())))
    assert figures["first messages"] > count / 4  # else little was judged
    assert {"asked asked", "asked asked_instead", "not_asked no_basis", "not_asked suppressed"} <= set(figures)


async def test_i5_i6_i7_c9_p8_random_worlds(sqlite_template, tmp_path):
    """40 worlds of 60 steps on SQLite."""
    await worlds(lambda n: _copied(sqlite_template, tmp_path / f"{n}.db"), 40)


@pytest.mark.parametrize(
    ("where", "what", "finding"),
    [
        ("storage.footing.allowed_from bot.outreach.decide.allowed_from", lambda _quiet, at: at, "I7"),
        ("storage.footing.why_baseless", lambda _about, _grant: "", "I[56]"),
        ("storage.decisions._first", lambda found, *_: next(iter(found.values()), None), "I[56]|asked"),
    ],
)
async def test_t27_careless_asking_is_found_out(sqlite_template, tmp_path, monkeypatch, where, what, finding):
    """Without hours, without a look at what was taken back (one world of 25 shows it), with somebody else's consent."""
    for name in where.split():
        monkeypatch.setattr(name, what)
    with pytest.raises(AssertionError, match=finding):
        await worlds(lambda n: _copied(sqlite_template, tmp_path / f"{n}.db"), 400)


async def test_i5_i6_i7_c9_p8_random_worlds_on_postgresql(postgres_url):
    """Three worlds' worth of people in one database would share lanes: one world of its own, three times as long."""
    await run(postgres_url, fresh_seed())


@pytest.mark.nightly
@pytest.mark.timeout(7200)
async def test_i5_i6_i7_c9_p8_two_thousand_worlds(sqlite_template, tmp_path):
    await worlds(lambda n: _copied(sqlite_template, tmp_path / f"{n}.db"), 2000)


def _copied(template, path) -> str:
    path.write_bytes(template.read_bytes())
    return f"sqlite:///{path}"
