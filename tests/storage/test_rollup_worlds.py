"""I12 whatever happens: the rollups hold what counting the answers gives, and counting anew changes nothing."""

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.contacts import Place
from bot.messages import TEST
from storage.erasure import erase
from storage.opening import open_store
from storage.rebuild import rebuild
from storage.rollups import recount
from tests.storage import counts
from tests.storage.builders import (
    NOW,
    address,
    answer,
    delivery,
    event,
    finishing,
    leased,
    message,
    session,
    settled,
)
from tests.storage.counts import asked, due, held, known

DAY = 86_400_000
CI, NIGHTLY = 25, 2_000
_tags = itertools.count(1)
_numbers = st.integers(0, 2)  # people

_steps = st.one_of(
    st.tuples(st.just("begin"), _numbers, st.sampled_from(["operator", "operator", "keyword", TEST])),
    st.tuples(st.just("score"), _numbers, st.integers(0, 10)),
    st.tuples(st.just("second"), _numbers, st.integers(0, 10)),
    st.tuples(st.just("say"), _numbers, st.sampled_from(["", "slow"])),
    st.tuples(st.just("end"), _numbers, st.sampled_from(["completed", "expired", "opted_out", "superseded", ""])),
    st.tuples(st.just("send"), _numbers, st.sampled_from(["sent", "sent", "failed", "unknown", "queued"])),
    st.tuples(st.just("report"), _numbers, st.sampled_from(["delivered", "undelivered", "read"])),
    st.tuples(st.just("stop"), _numbers, st.booleans()),
    st.tuples(st.just("erase"), _numbers, st.booleans()),
    st.tuples(st.just("meet"), _numbers, st.sampled_from(["acme", "bolt"])),
    st.tuples(st.sampled_from(["recount", "rebuild"]), _numbers, st.booleans()),
    st.tuples(st.just("wait"), _numbers, st.integers(1, 40)),
)


class World:
    """Three people, each with one survey at a time."""

    def __init__(self, store) -> None:
        self.store, self.tag, self.now = store, next(_tags), NOW
        self.lanes = [f"sms:+49{self.tag}{number}" for number in range(3)]
        self.surveys: dict[int, str] = {}
        self.versions: dict[str, int] = {}
        self.rank = 5

    async def do(self, step: str, who: int, what) -> None:
        self.now += 1
        await getattr(self, step)(who, what)

    async def _turn(self, who: int, **kinds) -> None:
        await self.store.accept([event(f"w{self.tag}.{self.now}", self.lanes[who], ready_at=self.now)])
        await self.store.work(100, self.now, finishing(**kinds))

    def _next(self, who: int, **fields):
        key = self.surveys[who]
        self.versions[key] += 1
        return session(key, self.lanes[who], version=self.versions[key], **fields)

    def _answer(self, who: int, question: str, **fields):
        day = counts.date_of(self.now)
        return answer(question, session=self.surveys[who], lane=self.lanes[who], at=self.now, day=day, **fields)

    async def begin(self, who: int, basis: str) -> None:
        key, lane = f"k{self.tag}.{self.now}", self.lanes[who]
        self.surveys[who], self.versions[key] = key, 1
        first = session(key, lane, basis=basis, started_at=self.now, language=("de", "en")[who % 2])
        opening = message(f"{key}.1.0", lane, session=key, not_before=self.now)
        await self._turn(who, sessions=[first], addresses=[address(lane, session=key)], outbox=[opening])

    async def score(self, who: int, value: int) -> None:
        if who in self.surveys:
            await self._turn(who, answers=[self._answer(who, "score", value=value)], sessions=[self._next(who)])

    async def second(self, who: int, value: int) -> None:
        if who in self.surveys:
            await self._turn(who, answers=[self._answer(who, "again", value=value, comment="more")])

    async def say(self, who: int, text: str) -> None:
        if who in self.surveys:
            said = self._answer(who, "why", type="text", value=None, segment="", text=text)
            await self._turn(who, answers=[said], sessions=[self._next(who)])

    async def end(self, who: int, outcome: str) -> None:
        if who in self.surveys:
            await self._turn(who, sessions=[self._next(who, outcome=outcome)])

    async def send(self, _: int, state: str) -> None:
        taken = await leased(self.store, self.now)
        await self.store.settle([settled(one, state, provider_id=f"SM{one.key}") for one in taken])

    async def report(self, who: int, state: str) -> None:
        if who in self.surveys:
            self.rank += 1
            key = f"{self.surveys[who]}.1.0"
            named = {"key": key} if self.now % 2 else {"provider_id": f"SM{key}"}
            await self._turn(who, deliveries=[delivery(state=state, rank=self.rank, **named)])

    async def stop(self, who: int, stops: object) -> None:
        if who in self.surveys:
            row = address(self.lanes[who], session=self.surveys[who], opted_out_at=self.now if stops else 0)
            await self._turn(who, addresses=[row])

    async def erase(self, who: int, scores: object) -> None:
        lane = self.lanes[who]
        fresh = (f"anon{self.tag}.{self.now}.{n}" for n in itertools.count())
        place = Place(lane, "sms", f"h{lane}{self.now}", "k1")
        await self.store.run(lambda: erase([place], "", "", self.now, lambda: next(fresh), scores=bool(scores)))
        self.surveys.pop(who, None)
        self.lanes[who] += "0"

    async def meet(self, who: int, brand: str) -> None:
        contact = f"c{self.tag}.{self.now}"
        await self.store.run(lambda: asked("counts_part", self.lanes[who]))
        await self.store.run(lambda: known(self.lanes[who], contact, brand=brand))

    async def recount(self, _: int, thoroughly: object) -> None:
        ids = list(self.versions)
        await self.store.run(lambda: recount(ids, self.store.counting, ids if thoroughly else ()))

    async def rebuild(self, _who: int, _: object) -> None:
        assert (await rebuild(self.store, lambda *_: None))[1:] == (0, 0)

    async def wait(self, _: int, days: int) -> None:
        self.now += days * DAY


async def _any_history(steps, url: str) -> None:
    store = await open_store(url)
    try:
        world = World(store)
        for step in steps:
            await world.do(*step)
        before = await held(store)
        assert before == await due(store)
        assert (await rebuild(store, lambda *_: None))[1:] == (0, 0)
        assert await held(store) == before
    finally:
        await store.close()


@pytest.mark.timeout(300)
@settings(max_examples=CI, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(_steps, min_size=5, max_size=40))
def test_i12_rollups_are_what_the_answers_say(steps, database_url):
    """Scores, corrections, stops, sends that fail, reports, erasure, tests and counting anew, in any order."""
    counts.install()
    asyncio.run(_any_history(steps, database_url))


@pytest.mark.nightly
@pytest.mark.timeout(36_000)
@settings(max_examples=NIGHTLY, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(_steps, min_size=5, max_size=60))
def test_i12_for_a_night(steps, database_url):
    """The same, many more."""
    counts.install()
    asyncio.run(_any_history(steps, database_url))
