"""Answers one by one on both databases: in order, whose, under which dimensions, worth what, handled or not."""

import json
from datetime import UTC, date, datetime

import pytest

from bot.messages import TEST
from storage import each as module
from storage.each import each
from tests.storage import counts
from tests.storage.builders import answer, case, session, turn

DAY = 86_400_000
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
START = int(datetime(2026, 11, 1, 9, tzinfo=UTC).timestamp()) * 1000


@pytest.fixture(autouse=True)
def statements():
    counts.install()


def given(number, lane, score, *, day=None, region="north", **more):
    """A survey that began on this day of the month (from 0), and its score."""
    key, at = f"s{number}", START + (number if day is None else day) * DAY
    state = json.dumps({"variables": {"region": region}})
    on = datetime.fromtimestamp(at / 1000, UTC).date().isoformat()
    return session(key, lane, state=state, started_at=at, **more), answer(
        session=key, lane=lane, value=score, at=at, day=on
    )


async def store_all(store, *rows, cases=()):
    await turn(store, sessions=[row[0] for row in rows], answers=[row[1] for row in rows], cases=list(cases))


async def read(store, filters=None, first=FIRST, last=LAST):
    return await store.read(lambda: each(filters or {}, first, last))


async def test_in_order_and_of_whom(store):
    """The first survey first; the same customer has the same number, and no address is in it."""
    rows = [given(1, "sms:+491", 2), given(3, "sms:+492", 9), given(5, "sms:+491", 10)]
    await store_all(store, *reversed(rows))
    found = await read(store)
    assert [row.score for row in found] == [2, 9, 10]
    assert found[0].person == found[2].person != found[1].person
    assert "+49" not in "".join(row.person for row in found)
    assert found[0].about["region"] == "north"
    assert found[0].revenue is None


async def test_filters_and_days(store):
    """Only these values, "" for not known; a score counts on its day, whenever its survey began."""
    rows = [given(1, "sms:+491", 2), given(2, "sms:+492", 3, region="south"), given(3, "sms:+493", 4, region="")]
    await store_all(store, *rows)
    for values, scores in ((["north"], [2]), (["north", "south"], [2, 3]), ([""], [4]), (["west"], [])):
        assert [row.score for row in await read(store, {"region": values})] == scores
    assert [row.score for row in await read(store, first=date(2026, 11, 3), last=date(2026, 11, 3))] == [3]


async def test_solved_cases_are_known(store):
    """Resolved or confirmed; an open one is not handled yet."""
    rows = [given(number, f"sms:+49{number}", 1) for number in (1, 2, 3)]
    cases = [
        case(id=f"{number:024}", lane=f"sms:+49{number}", session=f"s{number}", phase=phase, opened_at=START + DAY)
        for number, phase in ((1, "resolved"), (2, "open"), (3, "confirmed"))
    ]
    await store_all(store, *rows, cases=cases)
    assert [row.handled for row in await read(store)] == [True, False, True]


async def test_what_was_only_tried_out_is_not_there(store):
    """As everywhere."""
    await store_all(store, given(1, "sms:+491", 2, basis=TEST), given(2, "sms:+492", 9))
    assert [row.score for row in await read(store)] == [9]


async def test_too_many_are_said_to_be(store, monkeypatch):
    """None rather than some of them."""
    await store_all(store, *[given(number, f"sms:+49{number}", 9) for number in range(1, 6)])
    monkeypatch.setattr(module, "MOST", 5)
    assert len(await read(store)) == 5
    monkeypatch.setattr(module, "MOST", 4)
    assert await read(store) is None
