"""The funnel's steps, and detractors who were asked again."""

import pytest

from insights.funnel import beside, funnel, recovery
from insights.proportions import newcombe, wilson
from insights.tally import Tally

FULL = Tally(
    scores=(5, 0, 0, 0, 0, 0, 5, 5, 5, 10, 20), asked=200, delivered=180, completed=40, commented=30, opted_out=2
)


def test_steps():
    """Each of all that were asked, and of those who could take it."""
    steps = {step.name: step for step in funnel(FULL)}
    assert [(name, step.people) for name, step in steps.items()] == [
        ("asked", 200), ("delivered", 180), ("answered", 50), ("completed", 40), ("commented", 30), ("opted_out", 2)
    ]  # fmt: skip
    assert steps["answered"].of_asked == wilson(50, 200)
    assert steps["answered"].of_before == wilson(50, 180)
    assert steps["completed"].of_before == wilson(40, 50)
    assert steps["commented"].of_before == wilson(30, 50)
    assert steps["opted_out"].of_before == wilson(2, 200)


def test_a_channel_that_does_not_tell_what_was_delivered():
    """All that were asked count as delivered."""
    steps = {step.name: step for step in funnel(Tally(scores=FULL.scores, asked=200, completed=60))}
    assert steps["delivered"].people == 200
    assert steps["answered"].of_before == wilson(50, 200)
    assert steps["completed"].of_before is None  # more than answered: no share of them


def test_nobody_asked():
    """No shares."""
    assert all(step.of_asked is step.of_before is None for step in funnel(Tally()))
    assert {step.of_asked for step in funnel(Tally(scores=FULL.scores))[2:3]} == {None}


def test_recovery():
    """Of five detractors three gave more, two are no detractors any more, and it went up by 1.6 in the mean."""
    found = recovery([(0, 9), (6, 7), (3, 4), (5, 5), (2, 0), (9, 0), (7, 10)])
    assert found.people == 5
    assert found.higher == wilson(3, 5)
    assert found.left == wilson(2, 5)
    assert found.change == pytest.approx((9 + 1 + 1 + 0 - 2) / 5)
    assert recovery([(8, 9)]) == recovery([])
    assert recovery([]).change is None


def test_handled_beside_others():
    """Newcombe's difference, in points."""
    handled, others = [(3, 9)] * 30 + [(3, 3)] * 10, [(3, 9)] * 10 + [(3, 1)] * 30 + [(9, 10)] * 5
    found, usual = beside(handled, others), newcombe((30, 40), (10, 40))
    assert (found.value, found.low, found.high) == pytest.approx((50, 100 * usual.low, 100 * usual.high))
    assert found.p == usual.p
    assert beside(handled, []) is None
