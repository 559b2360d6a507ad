"""Asked on another channel, because the provider of the first one refused: one decision, and at most one survey."""

import pytest

from bot.contacts import place
from bot.errors import InDoubt, Rejected, Unreachable
from bot.messages import Address, Sent
from bot.outreach.candidate import Candidate, Decision
from bot.outreach.explain import explain
from bot.outreach.ledger import Proposal
from bot.outreach.policy import Policy
from bot.pseudonyms import Pseudonyms
from bot.runtime.decider import Decider
from bot.runtime.dispatcher import Dispatcher
from flows import library
from storage.decisions import entries_of
from storage.ledger import StoredLedger
from storage.scripts import Ask
from tests.bot.runtime.house import House, Line
from tests.storage import standings

NAMES = Pseudonyms([b"k" * 32])
TELEGRAM, SMS = "telegram:77", "sms:+4915112345678"
HOUR, DAY = 3_600_000, 86_400_000
BLOCKED = Unreachable("the bot was blocked by the user", "403", opted_out=True)
STOPPED = Unreachable("the customer has opted out", "21610", opted_out=True)
REACH = """INSERT INTO contact_address (lane, contact, channel, hmac, key_id, rank, added_at)
VALUES (:a, 'c1', :b, :c, 'k', :d, 0)"""
GRANT = """INSERT INTO consent_grant (hmac, purpose, channel, event, basis, at)
VALUES (:a, 'survey', :b, :c, 'consent', 5)"""
SHELF = library.load()


class Town:
    """One person on Telegram and by SMS, a provider for each, and the decider."""

    def __init__(self, store, telegram: Line, sms: Line) -> None:
        self.store, self.telegram, self.sms = store, telegram, sms
        self.house = House(store, SHELF, sms)
        self.clock = self.house.clock
        self.house.worker.names = lambda to: (to.channel, place(to, to.channel, NAMES))
        self.first = Dispatcher("telegram", telegram, store, "t", self.clock)
        self.ledger = StoredLedger(store)
        self.decider = Decider(self.ledger, SHELF, Policy(hours="24/7"), self.clock)

    async def meets(self, *channels: str) -> None:
        standings.install({"test_named_reach": REACH, "test_named_grant": GRANT})
        for flow in SHELF.flows:
            await self.store.save_revision(flow.revision, flow.id, SHELF.source(flow.revision), 1)
        await self.store.run(lambda: self._somebody(channels))

    def _somebody(self, channels):
        yield from standings.person("c1", lanes=())
        for rank, lane in enumerate((TELEGRAM, SMS)):
            channel = lane.partition(":")[0]
            name = place(Address.of_lane(lane), channel, NAMES).hmac
            yield Ask("test_named_reach", (lane, channel, name, rank))
            if channel in channels:
                yield Ask("test_consent", (f"e-{lane}", name, channel, "consent"))
                yield Ask("test_named_grant", (name, channel, f"e-{lane}"))

    async def wants(self, key: str = "d1", meaningful: int = DAY) -> None:
        now = self.clock()
        candidate = Candidate(
            id=key, source="trigger", name="t", flow="after-support", kind="transactional", at=now,
            not_after=now + meaningful, happening=key,
        )  # fmt: skip
        await self.ledger.propose([Proposal(candidate, "c1", now)])

    async def lives(self, ms: int = 0) -> None:
        """Everybody does what is theirs to do, until nothing more happens."""
        self.clock.passes(ms)
        for _ in range(6):
            await self.decider.round()
            await self.house.works()
            for dispatcher in (self.first, self.house.dispatcher):
                while await dispatcher._lease_and_send():
                    self.house.dispatcher, home = dispatcher, self.house.dispatcher
                    await self.house.lands()
                    self.house.dispatcher = home
            await self.store.tick(self.clock(), 100)

    async def entries(self):
        return await self.store.read(lambda: entries_of("c1"))

    def surveys(self) -> list[str]:
        """Where a question was taken."""
        return [each.to.lane for line in (self.telegram, self.sms) for each in line.taken if each.kind == "survey"]


@pytest.fixture
async def town(store):
    """Nobody has blocked anything yet, and both channels have a basis."""

    async def made(telegram=(), sms=(), channels=("telegram", "sms")) -> Town:
        found = Town(store, Line(*telegram), Line(*sms))
        await found.meets(*channels)
        await found.wants()
        await found.lives()
        return found

    return made


async def test_who_blocked_the_bot_is_asked_by_sms_at_once(town):
    """One decision, which says so; the survey on Telegram is over, and nothing of it comes later."""
    here = await town(telegram=[BLOCKED])
    [entry] = await here.entries()
    assert (entry.outcome, entry.rule, entry.lane, entry.tries) == ("asked", "asked_instead", SMS, 2)
    assert entry.inputs["refused"] == {"telegram": "blocked_bot"}
    assert here.surveys() == [SMS]
    said = explain_of(entry)
    assert said.startswith("Asked on sms, because it was refused elsewhere (telegram: bot blocked)")
    await here.house.gets("9", Address.of_lane(SMS))
    await here.lives(2_000)
    assert [(row["score"], row["channel"]) for row in await here.store.responses()] == [(9, "sms")]
    await here.lives(3 * DAY)
    assert [each.to.lane for each in here.telegram.tried] == [TELEGRAM]


async def test_each_channel_is_tried_once_and_then_nobody_is_asked(town):
    """The reason names both providers' words."""
    here = await town(telegram=[BLOCKED], sms=[STOPPED])
    [entry] = await here.entries()
    assert (entry.outcome, entry.rule, entry.tries, entry.session) == ("not_asked", "suppressed", 3, "")
    assert "sms: opted out at the provider, telegram: bot blocked" in explain_of(entry)
    await here.lives(2 * DAY)
    assert (len(here.telegram.tried), len(here.sms.tried), here.surveys()) == (1, 1, [])


@pytest.mark.parametrize(
    "step",
    [
        InDoubt("no answer"),  # may have arrived
        Rejected("too long"),  # says nothing about the person
        Sent("P1"),
    ],
)
async def test_nobody_is_asked_twice_where_the_first_message_may_have_arrived(town, step):
    """Nor where the provider did not say that the person is out of reach."""
    here = await town(telegram=[step])
    await here.lives(HOUR)
    [entry] = await here.entries()
    assert (entry.outcome, entry.rule, entry.lane, here.sms.tried) == ("asked", "asked", TELEGRAM, [])


async def test_who_blocks_after_the_question_is_not_asked_elsewhere(town):
    """It was taken; what is refused is the next message."""
    here = await town(telegram=[Sent("P1"), BLOCKED])
    await here.house.gets("3", Address.of_lane(TELEGRAM))
    await here.lives()
    assert len(here.telegram.tried) == 2
    assert [(entry.rule, entry.lane) for entry in await here.entries()] == [("asked", TELEGRAM)]
    assert here.sms.tried == []


async def test_without_a_basis_elsewhere_the_decision_says_that(town):
    """And nothing is sent."""
    here = await town(telegram=[BLOCKED], channels=("telegram",))
    [entry] = await here.entries()
    assert (entry.outcome, entry.rule, here.sms.tried) == ("not_asked", "no_basis", [])


async def test_what_was_never_taken_counts_for_no_rest(town):
    """The next event finds the survey that was asked, and not the one that was refused; the first is found again."""
    here = await town(telegram=[BLOCKED], channels=("telegram",))
    await here.store.run(allowed_by_sms)
    await here.wants("d2")
    await here.lives()
    later, first = sorted(await here.entries(), key=lambda entry: entry.id, reverse=True)
    assert (first.outcome, later.outcome, later.rule, later.lane) == ("not_asked", "asked", "asked", SMS)
    assert later.inputs["passed_over"] == ["telegram"]


def allowed_by_sms():
    name = place(Address.of_lane(SMS), "sms", NAMES).hmac
    yield Ask("test_consent", ("e-late", name, "sms", "consent"))
    yield Ask("test_named_grant", (name, "sms", "e-late"))


def explain_of(entry) -> str:
    return explain(Decision(outcome=entry.outcome, rule=entry.rule, inputs=entry.inputs), "en")
