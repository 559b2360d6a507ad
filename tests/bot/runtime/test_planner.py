"""The planner: goes on while there is something to plan, waits otherwise, and reads each campaign once."""

import asyncio

import pytest

from bot.contacts import Contact, Reach
from bot.errors import StoreUnavailable
from bot.outreach.plans import Answers, Kept
from bot.outreach.policy import Policy
from bot.outreach.waves import Plan, Span
from bot.runtime import planner as planner_module
from bot.runtime.planner import LEAD, SOME, Planner

AT = 1_800_000_000_000
DAY = 86_400_000
YAML = "format: 1\ncampaign: {id: spring, flow: nps, waves: {starts: 2027-02-01, days: 3, every: month, count: 2}}\n"
PRECISE = YAML.replace("flow: nps", "flow: nps, precision: {by: [brand], messages: 5}")


class Plans:
    """Plans in memory: portions that are left, and what was asked of it."""

    def __init__(self, *portions: int | Exception) -> None:
        self.portions = list(portions)
        self.looked, self.to_come, self.ended = 0, [], 0

    async def plan_some(self, until, now, limit, _members, _budget):
        assert (until, now, limit) == (AT + LEAD, AT, SOME)
        if not self.portions:
            raise asyncio.CancelledError
        found = self.portions.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def end_some(self, _now, _limit):
        self.ended += 1
        return 0

    async def campaigns(self, _campaign=""):
        self.looked += 1
        return [Kept("spring", "r", YAML, "running", AT, ""), Kept("old", "r", "not read", "paused", AT, "")]

    async def waves_to_come(self, campaign, revision, spans):
        self.to_come.append((campaign, revision, [span.n for span in spans]))


def planner(plans, allocate=None) -> Planner:
    return Planner(plans, lambda _flow: "relationship", Policy(), lambda: AT, allocate)


async def test_it_goes_on_while_there_is_something_and_waits_otherwise(monkeypatch):
    """It looks ahead when it has nothing else to do; a database that is away is waited for."""
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr(planner_module.asyncio, "sleep", sleep)
    plans = Plans(7, 3, 0, StoreUnavailable("away"))
    with pytest.raises(asyncio.CancelledError):
        await planner(plans).run()
    assert slept == [0.005, 0.005, 5.0, 5.0]
    assert plans.looked == 3  # at first, after a round without anything, after the error
    assert plans.ended == 1
    assert plans.to_come == [("spring", "r", [1, 2])] * 3


def test_members_are_those_of_the_campaign_under_the_rules_of_the_house():
    one = planner(Plans())
    person = Contact(id="c", reaches=(Reach("sms:+491", "sms", "h"),))
    proposals, left, plan = one._members(YAML, Span(1, AT, AT + 3 * DAY), [person], Plan())
    assert ([each.contact for each in proposals], left, plan.taken) == (["c"], [], 1)
    assert proposals[0].candidate.kind == "relationship"
    assert one._campaign(YAML) is one._campaign(YAML)


def test_only_a_precise_campaign_that_has_counted_has_a_budget():
    answers = [Answers("a", 1, 0, 0, 0, 1)]
    given = []

    def allocate(precision, sizes, answers):
        given.append((precision.messages, dict(sizes), list(answers)))
        return {"a": 5}

    one, plan = planner(Plans(), allocate), Plan(sizes={"a": 9})
    assert one._budget(PRECISE, plan, answers).budget == {"a": 5}
    assert given == [(5, {"a": 9}, answers)]
    assert one._budget(YAML, plan, answers) is plan
    assert planner(Plans())._budget(PRECISE, plan, answers) is plan


def test_what_is_no_campaign_is_a_bug():
    with pytest.raises(ValueError, match="bug"):
        planner(Plans())._campaign("format: 2")
