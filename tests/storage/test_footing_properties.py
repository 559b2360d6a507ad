"""C1, I5, I6 whatever happens: no message of a survey leaves without its proof, or after what it stood on is gone."""

import asyncio
import itertools

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.contacts import place
from bot.messages import Address
from bot.outreach.consent import Event
from bot.pseudonyms import Pseudonyms
from storage.consent import Suppression, lift, record, suppress
from storage.footing import BY_THEMSELVES
from storage.opening import open_store
from storage.scripts import Ask
from storage.sql import portable
from tests.storage.builders import NOW, address, event, finishing, message, session, settled

NAMES = Pseudonyms([b"k" * 32])
BASES = ("operator", "link", "consent", "existing_customer", "nothing", "")
_tags = itertools.count(1)
portable()["mixture_unproved"] = """
    SELECT o.key FROM outbox AS o WHERE o.kind = 'survey' AND o.attempts > 0
      AND NOT EXISTS (SELECT 1 FROM consent_use AS u WHERE u.outbox_key = o.key)"""
portable()["mixture_proofs"] = "SELECT basis, consent_event FROM consent_use WHERE outbox_key = :key"

_steps = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(BASES)),
    st.tuples(st.sampled_from(["consent", "withdraw", "object", "suppress", "lift", "lease"]), st.just("")),
    st.tuples(st.just("settle"), st.sampled_from(["sent", "queued", "reconciling", "failed"])),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(_steps, max_size=30))
def test_c1_i5_i6_nothing_of_a_survey_leaves_without_a_basis(steps, database_url):
    """Consents come and go, addresses are suppressed and freed, sends fail and are tried again, in any order."""
    asyncio.run(_any_mixture(steps, database_url))


class World:
    """One person, and what is true of them."""

    def __init__(self, store) -> None:
        self.store, self.tag, self.now = store, next(_tags), NOW
        self.to = Address("sms", f"+49{self.tag}")
        self.here = place(self.to, "twilio", NAMES)
        self.granted = self.suppressed = False
        self.grant = ""
        self.bases: dict[str, str] = {}  # of messages, by key
        self.flying: list = []

    def _event(self, action: str) -> Event:
        return Event(
            id=f"{self.tag}.{self.now}", names=self.here.names, key_id=self.here.key_id, channel="sms", action=action,
            at=self.now, source="api", wording="Yes.",
        )  # fmt: skip

    async def do(self, step: str, what: str) -> None:
        self.now += 1
        await getattr(self, step)(what)

    async def ask(self, basis: str) -> None:
        key, lane = f"s{self.tag}.{self.now}", self.to.lane
        self.bases[key] = basis
        grant = self.grant or "none" if basis in ("consent", "existing_customer") else ""
        row = message(key, lane, session=key, not_before=self.now, created_at=self.now)
        begun = session(key, lane, basis=basis, grant_id=grant)
        await self.store.accept([event(f"t{key}", lane, ready_at=self.now)])
        known = address(lane, session=key)
        await self.store.work(50, self.now, finishing(addresses=[known], sessions=[begun], outbox=[row]))

    async def _told(self, action: str) -> None:
        await self.store.run(lambda: record([self._event(action)], self.now))
        self.granted = action == "granted"

    async def consent(self, _: str) -> None:
        self.grant = f"{self.tag}.{self.now}"
        await self._told("granted")

    async def withdraw(self, _: str) -> None:
        await self._told("withdrawn")

    async def object(self, _: str) -> None:
        await self._told("objected")

    async def suppress(self, _: str) -> None:
        off = Suppression(
            self.here.names, self.here.key_id, "sms", "manual", self.now, f"x{self.tag}.{self.now}", (self.to.lane,)
        )
        await self.store.run(lambda: suppress(off, self.now))
        self.suppressed = True

    async def lift(self, _: str) -> None:
        await self.store.run(lambda: lift(self.here.names, "sms", [self.to.lane], ["manual"], self.now))
        self.suppressed = False

    async def lease(self, _: str) -> None:
        for lease in await self.store.lease("w", 50, self.now, self.now + 10**9, ["sms"]):
            if lease.lane == self.to.lane:
                basis = self.bases[lease.key]
                assert not self.suppressed, "I6"
                assert basis in BY_THEMSELVES or (self.granted and basis in ("consent", "existing_customer")), "I5"
                [(proved, about)] = await self.store.run(lambda key=lease.key: (yield Ask("mixture_proofs", (key,))))
                assert (proved, about) == ((basis, "") if basis in BY_THEMSELVES else ("consent", self.grant))
                self.flying.append(lease)

    async def settle(self, state: str) -> None:
        await self.store.settle([settled(each, state, owner="w", not_before=self.now) for each in self.flying])
        self.flying.clear()


async def _any_mixture(steps, url):
    store = await open_store(url)
    try:
        world = World(store)
        for step, what in [("ask", "operator"), *steps, ("lease", "")]:
            await world.do(step, what)
        assert await store.run(lambda: (yield Ask("mixture_unproved"))) == []
    finally:
        await store.close()
