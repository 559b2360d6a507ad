"""Answers one by one: what they are worth, who answered again, and what channels do among the like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insights.comparisons import Given, by_worth, channels, recovered, repeated, representing
from insights.intervals import careful
from insights.nps import Scores

HAPPY, SAD = 10, 2


def one(person, score, revenue=None, handled=False, **about):  # noqa: FBT002
    return Given(str(person), score, about, revenue, handled)


def test_who_is_worth_more_counts_more():
    """Ten happy customers with 1 each, ten unhappy ones with 3 each: 0 plain, -50 weighted, and less sure."""
    found = by_worth([*[one(n, HAPPY, 1) for n in range(10)], *[one(n, SAD, 3) for n in range(10)]])
    assert (found.plain.value, found.weighted.value) == (0, pytest.approx(-50))
    assert found.effective == pytest.approx(40**2 / (10 + 90))
    assert found.weighted.n == 20


@pytest.mark.parametrize("revenue", [None, 0, -5])
def test_without_worth_there_is_nothing_to_weight(revenue):
    """Not known, nothing, or less than nothing."""
    assert by_worth([one(1, HAPPY, revenue)] * 20) is None


def test_as_if_everybody_had_answered():
    """In the south half as many answered: they count twice. By hand: (50 + 2 * -25) / (50 + 50) = 0 of +33."""
    given_ = [one(n, HAPPY, region="n") for n in range(50)] + [one(n, SAD, region="s") for n in range(25)]
    found = representing(given_, {"region": {"n": 100, "s": 100}, "brand": {"a": 200}})
    assert found.unweighted.value == pytest.approx(100 / 3)
    assert found.score.value == pytest.approx(0, abs=1e-6)
    assert found.effective < 75
    assert representing(given_, {"brand": {"a": 200}}) is None
    assert representing([], {"region": {"n": 100, "s": 100}}) is None


def test_an_answer_from_before_is_of_nobody_who_was_asked():
    """A value with which nobody was asked in this time counts nothing; one who did not answer is named."""
    given_ = [*[one(n, HAPPY, region="n") for n in range(40)], one(99, SAD, region="old")]
    found = representing(given_, {"region": {"n": 100, "s": 1}})
    assert found.score.value == 100
    assert found.unheard == ("s",)


def test_who_answers_again_is_one_customer():
    """Twenty people of one mind ten times over are twenty people, and the last answer is their vote."""
    given_ = [one(n, HAPPY if n % 2 else SAD) for _ in range(10) for n in range(20)]
    found = repeated(given_)
    assert (found.people, found.again, found.all_answers.n, found.last_only.n) == (20, 20, 200, 20)
    plain = careful(Scores(100, 0, 100))
    assert found.all_answers.high - found.all_answers.low > 2.5 * (plain.high - plain.low)
    assert repeated([one(n, HAPPY) for n in range(20)]) is None
    assert repeated([]) is None


def test_what_became_of_detractors():
    """The next score of each, with a solved case and without; who was none is left out."""
    given_ = [one(1, 2, handled=True), one(2, 3), one(3, 9), one(1, 9), one(2, 1), one(3, 0)]
    found = recovered(given_)
    assert (found.next.people, found.next.higher.value, found.next.left.value) == (2, 0.5, 0.5)
    assert (found.handled.people, found.handled.higher.value) == (1, 1)
    assert found.beside.value == 100
    assert recovered(given_[:3]) is None
    assert recovered([one(1, 2), one(1, 9)]).beside is None


def test_channels_among_the_like():
    """SMS is asked where people are unhappy: far apart as answered, alike within a brand. In the order of names."""
    sad = [one(n, SAD if n % 2 else HAPPY, channel="sms", brand="b") for n in range(200)]
    sad += [one(n, SAD if n % 2 else HAPPY, channel="app", brand="b") for n in range(40)]
    glad = [one(n, HAPPY, channel="app", brand="a") for n in range(200)]
    glad += [one(n, HAPPY, channel="sms", brand="a") for n in range(40)]
    app, sms = channels(sad + glad, ["brand"])
    assert (app.key, sms.key) == ("app", "sms")
    assert sms.plain.value < -30
    assert sms.adjusted.value == pytest.approx(0, abs=1e-9)
    assert channels(sad, [])[1].plain.value == channels(sad, [])[1].adjusted.value


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 10), st.booleans()), max_size=40))
def test_counts_add_up(rows):
    """Whatever was answered: nobody counts twice, and a next score needs a score before."""
    given_ = [one(person, score, 1, handled) for person, score, handled in rows]
    again, back, worth = repeated(given_), recovered(given_), by_worth(given_)
    people = {person for person, *_ in rows}
    if again:
        assert again.all_answers.n == len(rows) > again.last_only.n == again.people == len(people)
    if back:
        assert back.handled.people <= back.next.people <= len(rows) - len(people)
    if worth:
        assert worth.effective == pytest.approx(len(rows))
        assert worth.weighted.value == pytest.approx(worth.plain.value)
