"""T5: whatever rules, clock and person do, nobody is asked when they must not be, and nothing waits for ever.

Lives at random, from the first look until the message has left or never will: clocks jump by an hour, a day or ten
years between any two looks, go forward and back in eight zones, and meet leap days; people move, stop, withdraw, are
asked by others. Nightly it is twenty times as many.
"""

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.hours import HORIZON
from bot.outreach.candidate import ASKED, DEFERRED, NOT_ASKED, Asked, Candidate, Decision, Standing
from bot.outreach.decide import RULES, after, decide
from bot.outreach.policy import Policy
from bot.outreach.quiet import allowed_from
from bot.outreach.where import quiet_of
from tests.bot.outreach.worlds import World, awake, world
from tests.durability.seeds import fresh_seed

ORDER = list(RULES)
WAITS = ("open_case", "survey_running")


@pytest.mark.parametrize("lives", [5_000, pytest.param(100_000, marks=pytest.mark.nightly)])
def test_t5_whatever_the_clock_does(lives):
    """Nobody is asked in quiet hours, without a basis, after a stop, or too soon after another survey."""
    seed = fresh_seed()
    ends: Counter[str] = Counter()
    for life in range(lives):
        lived = world(Random(f"{seed} {life}"))
        try:
            ends[_live(lived)] += 1
        except AssertionError:
            print(f"life {life}: {lived}")
            raise
    print(dict(ends))
    assert ends.keys() >= {f"not_asked {rule}" for rule in ORDER if rule != "too_early"} | {"sent", "expired"}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_t5_the_smallest_life_that_goes_wrong(dice):
    """The same by a search that makes what it finds small."""
    _live(world(dice))


def _live(lived: World) -> str:
    """One life, to its end; how it ended."""
    policy, standing, candidate, now, course = lived
    course = list(course)
    most = 6 + 2 * len(course) + (candidate.not_after - candidate.at) // policy.wait_for_case
    previous: Decision | None = None
    looks = 0
    while True:
        decision = decide(candidate, standing, policy, now)
        assert decision == decide(candidate, standing, policy, now), "the same facts, another decision"
        _right(decision, candidate, standing, policy, now)
        if previous:
            _goes_on(previous, decision)
        if decision.outcome == NOT_ASKED:
            return f"not_asked {decision.rule}"
        if decision.outcome == ASKED:
            _once(decision, candidate, standing, policy, now)
            return _sent(decision, candidate, standing, policy, now, course)
        looks += 1
        assert looks <= most, "no end"
        now, previous = decision.until, decision
        if course:
            jump, happened, zone = course.pop()
            changed = _happened(happened, zone, standing, now)
            previous = previous if changed == standing and not jump else None
            now, standing = now + jump, changed


def _right(decision: Decision, candidate: Candidate, standing: Standing, policy: Policy, now: int) -> None:
    """What must hold for a decision by itself."""
    if decision.outcome == DEFERRED:
        assert now < decision.until <= candidate.not_after
        assert decision.until == decision.inputs["until"]
        return
    assert decision.until == 0
    if decision.outcome == NOT_ASKED:
        assert decision.rule in ORDER
        return
    assert candidate.at <= now <= candidate.not_after
    assert decision.lane in {reach.lane for reach in standing.contact.reaches}
    assert not candidate.channels or decision.lane.partition(":")[0] in candidate.channels
    assert decision.lane not in standing.stopped, "asked after a stop"
    assert decision.grant == standing.grants[decision.lane], "asked without a basis"
    assert decision.grant.basis in policy.bases[candidate.kind]
    assert awake(policy, standing.contact, now), "asked in quiet hours"
    assert not (standing.open_case and "case_open" in policy.never_while)
    assert not (standing.running and "survey_running" in policy.never_while)
    for group in policy.quarantines:
        assert standing.contact.segment != "s" or 0 < group.until <= now, "asked in quarantine"
    for asked in standing.asked:
        assert now - asked.at >= _least(candidate, asked, policy), "asked too soon"


def _least(candidate: Candidate, asked: Asked, policy: Policy) -> int:
    if candidate.flow in policy.cool_down_by_flow:
        return policy.cool_down_by_flow[candidate.flow]
    if candidate.kind == asked.kind and candidate.kind in policy.cool_down_by_kind:
        return max(policy.cool_down, policy.cool_down_by_kind[candidate.kind])
    return policy.cool_down


def _goes_on(previous: Decision, decision: Decision) -> None:
    """Looked at again when it was due, with nothing changed: what it waited for is over, or it waits on."""
    if previous.rule in WAITS:
        assert decision.outcome != ASKED
        assert decision.outcome == NOT_ASKED or decision.until > previous.until
        return
    assert decision.outcome == ASKED or ORDER.index(decision.rule) > ORDER.index(previous.rule)


def _once(decision: Decision, candidate: Candidate, standing: Standing, policy: Policy, now: int) -> None:
    """Whoever was asked is not asked again by another event of the same moment."""
    then = after(standing, decision, candidate, now)
    again = decide(replace(candidate, id="d2", flow="another"), then, policy, now)
    kept = "survey_running" in policy.never_while or policy.cool_down or policy.cool_down_by_kind.get(candidate.kind)
    assert again.outcome != ASKED or not kept, "asked twice"


def _happened(what: str, zone: str, standing: Standing, now: int) -> Standing:
    lanes = [reach.lane for reach in standing.contact.reaches]
    match what:
        case "stopped":
            return replace(standing, stopped=dict.fromkeys(lanes[:1], "stop") | dict(standing.stopped))
        case "withdrawn":
            return replace(standing, grants={lane: standing.grants[lane] for lane in list(standing.grants)[1:]})
        case "moved":
            return replace(standing, contact=replace(standing.contact, zone=zone, zone_source="given"))
        case "asked elsewhere":
            return replace(standing, asked=(Asked(now, "welcome", "relationship"), *standing.asked))
        case "case" | "no case" | "ended":
            return replace(standing, open_case=what == "case", running=what == "no case" and standing.running)
    return standing


def _sent(decision: Decision, candidate: Candidate, standing: Standing, policy: Policy, now: int, course: list) -> str:
    """The way to the provider: looked at again each time the message could leave, by the clock of that moment."""
    contact = standing.contact
    quiet = decision.quiet
    assert quiet == quiet_of(contact, policy)
    while True:
        if course:
            jump, happened, zone = course.pop()
            now += jump
            if happened == "moved":
                contact = replace(contact, zone=zone, zone_source="given")
                quiet = quiet_of(contact, policy)
        if now > candidate.not_after:
            return "expired"
        allowed = allowed_from(quiet, now)
        assert now <= allowed <= now + HORIZON
        if allowed == now:
            assert awake(policy, contact, now), "sent in quiet hours"
            return "sent"
        assert not awake(policy, contact, now), "held for nothing"
        now = allowed
