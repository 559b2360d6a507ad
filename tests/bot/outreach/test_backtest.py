"""The past with other rules: what would have been asked, and that the same rules change nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.contacts import Contact, Reach
from bot.outreach.backtest import Past, Recorded, Span, Tally, retake
from bot.outreach.candidate import Asked, Candidate, Grant
from bot.outreach.policy import Policy

AT = 1_800_000_000_000  # Friday, 15 January 2027, nine o'clock in Berlin
DAY = 86_400_000
HOUR = 3_600_000
ALWAYS = Policy(hours="24/7", cool_down=30 * DAY)
LANE = "sms:+491"


def past(**fields) -> Past:
    person = Contact(id="c", country="DE", zone="Europe/Berlin", reaches=(Reach(LANE, "sms", "h"),))
    usual = {"contact": person, "grants": {LANE: (Span(0, 0), Grant("e", "consent"))}}
    return Past(**{**usual, **fields})


def recorded(n: int, at: int, outcome: str = "asked", rule: str = "asked", life: int = 3 * DAY, **fields) -> Recorded:
    candidate = Candidate(
        id=f"d{n}", source="trigger", name="t", flow="f", kind="transactional", at=at, not_after=at + life
    )
    usual = {"lane": LANE, "grant": "e", "basis": "consent", "ran": Span(at, at + HOUR)}
    return Recorded(candidate, at, outcome, rule, **{**(usual if outcome == "asked" else {}), **fields})


def outcomes(known: Past, rows, policy: Policy) -> list[tuple[str, str]]:
    return [(each.decision.outcome, each.decision.rule) for each in retake(known, rows, policy)]


def test_a_shorter_cool_down_asks_who_was_left_out():
    """Asked on day 0, left out on day 20 under 30 days; under 10 days both."""
    rows = [recorded(0, AT), recorded(1, AT + 20 * DAY, "not_asked", "cool_down")]
    assert outcomes(past(), rows, ALWAYS) == [("asked", "asked"), ("not_asked", "cool_down")]
    assert outcomes(past(), rows, replace(ALWAYS, cool_down=10 * DAY)) == [("asked", "asked")] * 2


def test_a_longer_cool_down_frees_who_comes_later():
    """Of questions on days 0, 20 and 40 the rules asked all; 30 days ask the first and the third."""
    rows = [recorded(n, AT + 20 * n * DAY) for n in range(3)]
    assert outcomes(past(), rows, replace(ALWAYS, cool_down=30 * DAY)) == [
        ("asked", "asked"), ("not_asked", "cool_down"), ("asked", "asked"),
    ]  # fmt: skip


def test_what_came_later_does_not_count_earlier():
    """A stop, a case and a grant of the second day, seen from the first, second and third."""
    rows = [recorded(n, AT + n * DAY, "not_asked", "x", life=HOUR) for n in range(3)]
    free = replace(ALWAYS, cool_down=0)
    stopped = past(stops={LANE: (Span(AT + DAY, 0), "complaint")})
    assert outcomes(stopped, rows, free) == [
        ("asked", "asked"),
        ("not_asked", "suppressed"),
        ("not_asked", "suppressed"),
    ]
    case = past(cases=(Span(AT + DAY - HOUR, AT + DAY + 2 * HOUR),))
    assert [rule for _, rule in outcomes(case, rows, free)] == ["asked", "open_case", "asked"]
    granted = past(grants={LANE: (Span(AT + DAY, AT + 2 * DAY), Grant("e", "consent"))})
    assert [rule for _, rule in outcomes(granted, rows, free)] == ["no_basis", "asked", "no_basis"]


def test_who_was_really_asked_had_a_basis():
    """The grant of then has been replaced since; what stood on it stands."""
    later = past(grants={LANE: (Span(AT + DAY, 0), Grant("e2", "consent"))})
    assert outcomes(later, [recorded(0, AT)], ALWAYS) == [("asked", "asked")]


def test_what_others_asked_counts():
    known = past(asked=(Asked(AT - DAY, "nps", "relationship"),))
    assert outcomes(known, [recorded(0, AT)], ALWAYS) == [("not_asked", "cool_down")]


def test_the_tally_says_what_moved_and_how_much_one_person_was_asked():
    tally = Tally()
    rows = [recorded(0, AT), recorded(1, AT + 20 * DAY, "not_asked", "cool_down"), recorded(2, AT + 40 * DAY)]
    tally.add(retake(past(), rows, replace(ALWAYS, cool_down=10 * DAY)))
    tally.add(retake(past(stops={LANE: (Span(0, 0), "stop")}), [recorded(3, AT)], ALWAYS))
    assert (tally.contacts, tally.same, tally.before, tally.after) == (2, 2, 3, 3)
    assert (tally.most_before, tally.most_after) == (2, 3)
    assert tally.moves == {
        ("not_asked", "cool_down", "asked", "asked"): 1, ("asked", "asked", "not_asked", "suppressed"): 1,
    }  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 120), min_size=1, max_size=8),
    st.integers(0, 60),
    st.sampled_from(["24/7", "Mo-Fr 10:00-16:00"]),
)
def test_the_same_rules_give_the_same_decisions(days, cool_down, hours):
    """What a policy made of candidates it makes of them again: nothing moves."""
    policy = replace(ALWAYS, cool_down=cool_down * DAY, hours=hours, never_while=frozenset())
    rows = [recorded(n, AT + day * DAY, "not_asked", "x") for n, day in enumerate(sorted(days))]
    first = retake(past(), rows, policy)
    kept = [one.recorded._replace(outcome=one.decision.outcome, rule=one.decision.rule) for one in first]
    again = retake(past(), kept, policy)
    assert [each.decision for each in again] == [each.decision for each in first]
    tally = Tally()
    tally.add(again)
    assert (tally.moves, tally.same) == ({}, len(rows))
