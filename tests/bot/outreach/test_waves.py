"""Waves: on the calendar's days, spread evenly over the hours in which one may ask, everybody once, repeatably."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.contacts import Contact, Reach, ids_of
from bot.outreach.campaign import check
from bot.outreach.waves import Plan, Setting, first_key, members, spans, still_to_come
from bot.pseudonyms import Pseudonyms

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = Setting("relationship", "Mo-Sa 08:00-20:00; PH off", "DE", "Europe/Berlin")
FOREVER = 4_000_000_000_000


def campaign(more: str = "", waves: str = "{starts: 2027-01-11, days: 10}"):
    found = check(f"format: 1\ncampaign:\n  id: nps\n  flow: nps\n  waves: {waves}\n{more}", "nps.yaml")
    assert found.campaign, found.problems
    return found.campaign


def people(count: int, **fields) -> list[Contact]:
    return [
        Contact(id=f"c{n}", reaches=(Reach(f"sms:+49{n}", "sms", "h"),), **{k: v(n) for k, v in fields.items()})
        for n in range(count)
    ]


def only(one, **setting):
    return next(iter(spans(one, "Europe/Berlin")))


def days(proposals) -> Counter:
    return Counter(datetime.fromtimestamp(each.due_at / 1000, BERLIN).date().isoformat() for each in proposals)


@pytest.mark.parametrize(
    ("waves", "starts"),
    [
        ("{starts: 2027-01-11}", ["2027-01-11"]),
        ("{starts: 2027-01-11, every: quarter, count: 3}", ["2027-01-11", "2027-04-11", "2027-07-11"]),
        ("{starts: 2027-10-31, every: month, count: 2}", ["2027-10-31", "2027-11-30"]),
        ("{starts: 2028-01-31, every: month, count: 3}", ["2028-01-31", "2028-02-29", "2028-03-31"]),
        ("{starts: 2027-12-20, every: week, days: 5, count: 3}", ["2027-12-20", "2027-12-27", "2028-01-03"]),
        ("{starts: 2028-02-29, every: year, count: 2}", ["2028-02-29", "2029-02-28"]),
        ("{starts: 2027-03-28, every: half-year, count: 2}", ["2027-03-28", "2027-09-28"]),
    ],
)  # fmt: skip
def test_waves_begin_at_midnight_of_their_days(waves, starts):
    """The last day of a month stays the last day, and a change of clocks moves no midnight."""
    found = list(spans(campaign(waves=waves), "Europe/Berlin"))
    local = [datetime.fromtimestamp(each.starts / 1000, BERLIN) for each in found]
    assert [each.date().isoformat() for each in local] == starts
    assert all((each.hour, each.minute) == (0, 0) for each in local)
    assert [each.n for each in found] == list(range(1, len(starts) + 1))


def test_an_endless_campaign_tells_its_waves_up_to_a_moment():
    """And at least the next one, however far it is."""
    one = campaign(waves="{starts: 2027-01-01, every: month}")
    now, until = (round(datetime(2027, month, 1, tzinfo=BERLIN).timestamp() * 1000) for month in (1, 6))
    assert [each.n for each in still_to_come(one, "Europe/Berlin", now, until)] == [1, 2, 3, 4, 5]
    assert [each.n for each in still_to_come(one, "Europe/Berlin", 0, 0)] == [1]


def test_a_wave_that_has_begun_is_what_is_left_of_it():
    """Started on its second day: no turn lies in the past, and waves that are over are not made up for."""
    one = campaign(waves="{starts: 2027-01-11, days: 5, every: month, count: 3}")
    now = round(datetime(2027, 2, 12, 15, tzinfo=BERLIN).timestamp() * 1000)
    left = list(still_to_come(one, "Europe/Berlin", now, FOREVER))
    assert [each.n for each in left] == [2, 3]
    proposals, _, _ = members(one, left[0], people(100), Plan(), HOURS)
    assert min(each.due_at for each in proposals) >= now


def test_turns_are_spread_evenly_over_the_days_on_which_one_may_ask():
    """10 days from a Monday hold nine working days; each gets a ninth, within 15 % for 9,000 people, none at night."""
    one = campaign()
    proposals, left, plan = members(one, only(one), people(9000), Plan(), HOURS)
    per_day = days(proposals)
    assert (len(proposals), left, plan.taken, plan.looked_at) == (9000, [], 9000, 9000)
    assert len(per_day) == 9
    assert "2027-01-17" not in per_day  # a Sunday
    assert all(850 <= count <= 1150 for count in per_day.values()), per_day
    hours = {datetime.fromtimestamp(each.due_at / 1000, BERLIN).hour for each in proposals}
    assert hours == set(range(8, 20))
    assert dict(plan.days) == per_day


def test_a_daily_limit_moves_people_to_days_with_room_and_leaves_out_who_finds_none():
    one = campaign("  daily: 50")
    proposals, left, plan = members(one, only(one), people(500), Plan(), HOURS)
    assert set(days(proposals).values()) == {50}
    assert len(proposals) == 450
    assert {each.rule for each in left} == {"wave_full"}
    assert plan.left_out == {"wave_full": 50}


def test_a_quota_is_per_cell_and_holds_over_portions():
    """Planned in portions of seven or at once: the same people."""
    one = campaign("  quota: {by: [brand, region], most: 10}")
    everybody = people(200, brand=lambda n: "ab"[n % 2], region=lambda n: "xy"[n % 3 == 0])
    at_once, left, plan = members(one, only(one), everybody, Plan(), HOURS)
    assert Counter(each.candidate.cell for each in at_once) == {"a|x": 10, "a|y": 10, "b|x": 10, "b|y": 10}
    assert len(at_once) + len(left) == 200
    portions, so_far = [], Plan()
    for n in range(0, 200, 7):
        some, _, so_far = members(one, only(one), everybody[n : n + 7], so_far, HOURS)
        portions += some
    assert portions == at_once
    assert so_far == plan


def test_with_four_groups_everybody_is_asked_once_a_year():
    one = campaign("  rotate: 4", waves="{starts: 2027-01-11, every: quarter, count: 8}")
    asked = Counter()
    for span in spans(one, "Europe/Berlin"):
        some, _, _ = members(one, span, people(400), Plan(), HOURS)
        assert 70 <= len(some) <= 130
        asked.update(each.contact for each in some)
    assert set(asked.values()) == {2}
    assert len(asked) == 400


def test_each_wave_draws_its_own_sample_of_the_size_that_was_asked_for():
    """25 % of 4,000 within 10 %, and of two waves' samples a quarter is the same people."""
    one = campaign("  sample: 25%", waves="{starts: 2027-01-11, every: quarter, count: 2}")
    first, second = (
        {each.contact for each in members(one, span, people(4000), Plan(), HOURS)[0]}
        for span in spans(one, "Europe/Berlin")
    )
    assert all(900 <= len(each) <= 1100 for each in (first, second))
    assert 200 <= len(first & second) <= 300


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        ("{}", "abcd"),
        ("{attribute: {brand: acme}}", "ab"),
        ("{attribute: {brand: [acme, nord], plan: gold}}", "ac"),
        ("{language: de}", "ad"),
        ("{country: [AT, CH]}", "b"),
        ("{revenue_from: 100}", "bd"),
        ("{attribute: {brand: acme}, language: de}", "a"),
    ],
)
def test_the_audience_is_who_meets_all_conditions(audience, who):
    there = (Reach("sms:+491", "sms", "h"),)
    everybody = [
        Contact(id="a", brand="acme", language="de-AT", attributes={"plan": "gold"}, reaches=there),
        Contact(id="b", brand="acme", language="en", country="CH", revenue=100, reaches=there),
        Contact(id="c", brand="nord", attributes={"plan": "gold"}, reaches=there),
        Contact(id="d", language="de", revenue=500, reaches=there),
        Contact(id="e", brand="acme", language="de", revenue=500),  # nowhere to be reached
    ]
    one = campaign(f"  audience: {audience}")
    proposals, _, _ = members(one, only(one), everybody, Plan(), HOURS)
    assert "".join(each.contact for each in proposals) == ("".join(who))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 40), st.integers(1, 60), st.none() | st.integers(1, 30), st.none() | st.integers(1, 20),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]), st.integers(0, 364),
)  # fmt: skip
def test_whatever_the_limits_turns_lie_in_the_wave_and_in_hours(wave_days, count, daily, most, zone, shift):
    """Limits hold, every turn lies in its wave and in open hours, everybody is in or left out, ids repeat exactly."""
    limits = "".join(f"\n  {name}: {value}" for name, value in (("daily", daily), ("most", most)) if value)
    first = datetime.fromordinal(datetime(2027, 1, 1).toordinal() + shift).date()  # noqa: DTZ001  # a date
    one = campaign(f"  zone: {zone}{limits}", f"{{starts: {first}, days: {wave_days}}}")
    [span] = spans(one, zone)
    proposals, left, plan = members(one, span, people(count), Plan(), HOURS)
    again = members(one, span, people(count), Plan(), HOURS)
    assert (proposals, left, plan) == again
    assert len(proposals) + len(left) == count
    assert len({each.candidate.id for each in proposals}) == len(proposals) <= (most or count)
    assert all(value <= (daily or count) for value in plan.days.values())
    for each in proposals:
        local = datetime.fromtimestamp(each.due_at / 1000, ZoneInfo(zone))
        assert span.starts <= each.due_at < span.ends + 300_000
        assert 8 <= local.hour < 20
        assert local.weekday() < 6
        assert each.candidate.not_after >= each.due_at


def test_turns_depend_on_the_campaigns_id_alone():
    """Another title or survey changes nobody's turn; another id does."""
    one = campaign()
    turns = [
        [each.due_at for each in members(each, only(one), people(50), Plan(), HOURS)[0]]
        for each in (one, campaign("  title: other"), one.model_copy(update={"id": "other"}))
    ]
    assert turns[0] == turns[1] != turns[2]


def test_waves_begin_to_look_at_different_places_among_the_ids_of_contacts():
    """Of ids as contacts have them, several lie before each beginning and several behind it, in most waves."""
    ids = [ids_of(str(n), Pseudonyms([b"k" * 32]))[0] for n in range(200)]
    before = [sum(key < first_key("spring", n) for key in ids) for n in range(1, 21)]
    assert sum(10 < count < 190 for count in before) >= 14, before
    assert len(set(before)) > 10
