"""Campaigns on both databases: planned in portions, paused, resumed, cancelled, and told how far they are."""

import pytest

from bot.outreach.campaign import check
from bot.outreach.candidate import Decision
from bot.outreach.ledger import Decided, Invited
from bot.outreach.plans import Kept, counts
from bot.outreach.policy import Policy
from bot.outreach.waves import spans
from bot.runtime.decider import Decider
from bot.runtime.planner import Planner
from commands.ask_budget import budget
from flows.library import Library
from storage import decisions
from storage.campaigns import StoredPlans, answers_of
from storage.ledger import StoredLedger
from tests.storage import standings
from tests.storage.builders import answer, event, rows, session
from tests.storage.standings import AT, DAY, person

YAML = """
format: 1
campaign:
  id: spring
  flow: relationship
  waves: {starts: 2027-01-18, days: 6}
"""
FOREVER = AT + 1000 * DAY


@pytest.fixture(autouse=True)
def statements():
    standings.install()


async def started(store, more: str = "", count: int = 25) -> tuple[StoredPlans, Planner]:
    """A campaign with so many people, running."""
    for n in range(count):
        await store.run(lambda n=n: person(f"{n % 16:x}{n:03}", lanes=(f"sms:+49{n:03}",)))
    found = check(YAML + more, "spring.yaml")
    assert found.campaign, found.problems
    plans = StoredPlans(store)
    kept = Kept("spring", found.revision, YAML + more, "running", AT, "ada")
    await plans.begin(kept, list(spans(found.campaign, "Europe/Berlin")))
    return plans, Planner(plans, lambda _flow: "relationship", Policy(), lambda: AT + 3 * DAY)


async def work(store, **changes):
    """Write rows as a batch's consequences."""
    await store.accept([event("any", "sms:+49000")])
    await store.work(1, AT * 2, lambda batch: rows(done=[one.id for one in batch.events], **changes))


async def planned(plans: StoredPlans, planner: Planner, portion: int = 4) -> int:
    """Plan all there is to plan, in portions; how many portions that took."""
    portions = 0
    while await plans.plan_some(FOREVER, AT, portion, planner._members, planner._budget):
        portions += 1
    return portions


@pytest.mark.parametrize("portion", [1, 4, 25, 100])
async def test_whatever_the_portions_everybody_is_in_the_ledger_once(store, portion):
    """A wave begins somewhere among the ids, goes to the end and on from the beginning: nobody twice, nobody missed."""
    plans, planner = await started(store)
    await planned(plans, planner, portion)
    members = await store.read(lambda: decisions.entries("", FOREVER, "", "spring", 1000))
    assert sorted(each.contact for each in members) == sorted(f"{n % 16:x}{n:03}" for n in range(25))
    [progress] = await plans.progress("spring")
    assert (progress.wave.state, progress.wave.looked_at, progress.wave.taken) == ("asking", 25, 25)
    assert counts(progress)["waiting"] == 25
    assert progress.last_due == max(each.due_at for each in members)


async def test_who_finds_no_room_is_in_the_ledger_with_the_reason(store):
    plans, planner = await started(store, "  most: 10\n")
    await planned(plans, planner)
    assert sorted(await store.read(lambda: decisions.tally("campaign", "spring", 1))) == [
        ("not_asked", "wave_full", 15), ("pending", "", 10),
    ]  # fmt: skip
    [left, *_] = await store.read(lambda: decisions.entries("", FOREVER, "not_asked", "spring", 100))
    assert left.inputs == {"most": 10}


async def test_a_wave_that_does_not_begin_yet_is_not_planned(store):
    plans, planner = await started(store)
    assert await planner.round() > 0  # it begins within a day
    other = Planner(plans, lambda _flow: "relationship", Policy(), lambda: AT - 100 * DAY)
    await plans.begin(Kept("later", "r", YAML.replace("spring", "later"), "running", AT, ""), list(spans(
        check(YAML.replace("spring", "later"), "x").campaign, "Europe/Berlin")))  # fmt: skip
    assert await other._plans.plan_some(AT - 99 * DAY, AT, 10, planner._members, planner._budget) == 0


async def test_a_paused_campaign_asks_nobody_and_goes_on_where_it_was(store):
    """Members that come due meanwhile wait; resumed, they are due at once."""
    plans, planner = await started(store, count=5)
    await planned(plans, planner)
    assert await plans.set_state("spring", "paused", "ada", AT)
    assert not await plans.set_state("spring", "paused", "ada", AT)
    decider = Decider(StoredLedger(store), Library(), Policy(), lambda: AT + 30 * DAY)
    assert await decider.round() == 5
    assert await decider.round() == 0
    assert await store.read(lambda: decisions.tally("campaign", "spring")) == [("deferred", "campaign_paused", 5)]
    assert await plans.set_state("spring", "running", "ada", AT + 30 * DAY)
    assert await decider.round() == 5
    assert [rule for _, rule, _ in await store.read(lambda: decisions.tally("campaign", "spring"))] != [
        "campaign_paused"
    ]


async def test_a_cancelled_campaign_leaves_nobody_waiting(store):
    """In portions; what was decided before stays, and the wave ends as cancelled."""
    plans, planner = await started(store, count=9)
    await planned(plans, planner)
    done = Decision(outcome="not_asked", rule="try")
    await StoredLedger(store).settle_due(
        FOREVER, 2, 0, str, lambda due: [Decided(one.candidate.id, done) for one in due]
    )
    await plans.set_state("spring", "cancelled", "ada", AT)
    portions = 0
    while await plans.end_some(AT, 3):
        portions += 1
    assert portions >= 3
    assert sorted(await store.read(lambda: decisions.tally("campaign", "spring"))) == [
        ("not_asked", "campaign_cancelled", 7), ("not_asked", "try", 2),
    ]  # fmt: skip
    [progress] = await plans.progress("spring")
    assert progress.wave.state == "cancelled"


async def test_a_wave_is_done_when_everybody_is_decided(store):
    plans, planner = await started(store, count=3)
    await planned(plans, planner)
    assert await plans.end_some(AT, 10) == 0
    done = Decision(outcome="not_asked", rule="try")
    await StoredLedger(store).settle_due(
        FOREVER, 9, 0, str, lambda due: [Decided(one.candidate.id, done) for one in due]
    )
    assert await plans.end_some(AT, 10) == 1
    [progress] = await plans.progress("spring")
    assert (progress.wave.state, counts(progress)["not_asked"]) == ("done", {"try": 3})


async def test_planning_begun_again_in_the_middle_doubles_nobody(store):
    """The planner dies between two portions, or two of them plan at once: the same people, once each."""
    plans, planner = await started(store)
    await plans.plan_some(FOREVER, AT, 7, planner._members, planner._budget)
    other = Planner(StoredPlans(store), lambda _flow: "relationship", Policy(), lambda: AT)
    seen = 1
    while seen:
        seen = await plans.plan_some(FOREVER, AT, 5, planner._members, planner._budget)
        seen += await plans.plan_some(FOREVER, AT, 3, other._members, other._budget)
    members = await store.read(lambda: decisions.entries("", FOREVER, "", "spring", 1000))
    assert len({each.contact for each in members}) == len(members) == 25


async def test_a_precise_campaign_counts_first_and_asks_by_budget(store):
    """Cells of 20 and 5 people; what the budget leaves out is in the ledger, and it saw what was answered before."""
    for n in range(25):
        await store.run(lambda n=n: person(f"{n % 16:x}{n:03}", lanes=(f"sms:+49{n:03}",), brand="ab"[n % 5 == 0]))
    source = YAML + "  precision: {by: [brand], within: 20, messages: 9}\n"
    found = check(source, "spring.yaml")
    assert found.campaign, found.problems
    plans, seen = StoredPlans(store), []
    kept = Kept("spring", found.revision, source, "running", AT, "ada")
    await plans.begin(kept, list(spans(found.campaign, "Europe/Berlin")))

    def share(precision, sizes, answers):
        seen.append((dict(sizes), list(answers)))
        return budget(precision, sizes, answers)

    planner = Planner(plans, lambda _flow: "relationship", Policy(), lambda: AT, share)
    await planned(plans, planner)
    assert seen == [({"a": 20, "b": 5}, [])]
    [progress] = await plans.progress("spring")
    assert (progress.wave.state, progress.wave.looked_at, progress.wave.taken) == ("asking", 25, 9)
    assert progress.outcomes == {("pending", ""): 9, ("not_asked", "precise_enough"): 16}
    # A second wave knows who was asked and what came of it.
    await work(
        store,
        sessions=[session("s1", "sms:+49001", outcome="completed"), session("s2", "sms:+49002")],
        answers=[answer(value=3)],
    )
    members = await store.read(lambda: decisions.entries("", FOREVER, "pending", "spring", 100))
    sessions = dict(zip([each.id for each in members], ["s1", "s2"], strict=False))

    def settle(due):
        made = Decision(outcome="asked", rule="asked")
        return [
            Decided(key, made, Invited("sms", key, "x", "{}", sessions.get(key, "s0")))
            for key in (one.candidate.id for one in due)
        ]

    await StoredLedger(store).settle_due(FOREVER, 100, 0, str, settle)
    found = await store.read(lambda: answers_of("spring"))
    assert sum(each.asked for each in found) == 9
    assert sum(each.waiting for each in found) == 1
    assert [sum(each[n] for each in found) for n in (3, 4, 5)] == [1, 0, 0]
