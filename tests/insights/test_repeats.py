"""People who answer again: every answer counts, and the interval is that of people."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.nps import Scores, nps, together
from insights.repeats import by_person, effective, last

SEED = 41
ONE = {-1: Scores(1, 0, 0), 0: Scores(0, 1, 0), 1: Scores(0, 0, 1)}


@pytest.mark.parametrize(
    ("people", "worth"),
    [
        ([Scores(0, 0, 2)] * 10 + [Scores(2, 0, 0)] * 10, 20),  # the same twice: people
        ([Scores(1, 0, 1)] * 20, 40),  # opposites: no more than the answers there are
        ([Scores(0, 0, 7)] * 5, 5),  # all agree: people
        ([Scores(0, 0, 90), *[Scores(0, 0, 1)] * 10], 100**2 / (90**2 + 10)),  # one speaks for nearly all
        ([Scores(3, 4, 5)], 1),
        ([Scores()], 0),
        ([], 0),
    ],
)
def test_as_how_many_they_count(people, worth):
    """By hand."""
    assert effective(people) == pytest.approx(worth)


@given(st.lists(st.sampled_from(list(ONE.values())), min_size=2, max_size=60))
def test_one_answer_each(people):
    """Is the usual interval: as many answers as people."""
    found, usual = by_person(people), nps(together(people))
    assert (found.value, found.low, found.high, found.n) == pytest.approx((usual.value, usual.low, usual.high, usual.n))


def test_nobody():
    """No people, no score; who gave no answer is nobody."""
    assert by_person([]) is by_person([Scores()]) is None
    assert last([]) == last([[]]) == Scores()


def test_one_vote_each():
    """The last one."""
    assert last([[ONE[1], ONE[-1]], [ONE[0]], [], [ONE[1]]]) == Scores(1, 1, 1)


def test_it_holds_where_the_usual_one_does_not():
    """Forty people with one to twelve answers each, alike within a person: 1,000 times."""
    rng, held, usual, times = Random(SEED), 0, 0, 1000
    for _ in range(times):
        people = []
        for _ in range(40):
            mood = rng.choices((-1, 0, 1), (0.2, 0.3, 0.5))[0]
            drawn = [
                mood if rng.random() < 0.7 else rng.choices((-1, 0, 1), (0.2, 0.3, 0.5))[0]
                for _ in range(rng.choice((1, 2, 4, 12)))
            ]
            people.append(Scores(drawn.count(-1), drawn.count(0), drawn.count(1)))
        found = by_person(people)
        plain = nps(together(people))
        held += found.low <= 30 <= found.high
        usual += plain.low <= 30 <= plain.high
    assert held / times > 0.93
    assert usual / times < 0.8
