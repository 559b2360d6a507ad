"""Tallies on both databases: any period and any filter comes to what adding up the surveys one by one does."""

import json
import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from storage import migrate, sql, tallies
from storage.scripts import _postgres, _sqlite
from storage.sqlite import connect
from storage.tallies import Span, spans
from tests.storage import counts
from tests.storage.builders import answer, session, turn

HOUR = 3_600_000
START = date(2026, 11, 20)
BRANDS = ("acme", "bolt", "")
REGIONS = ("north", "south")
DAYS = 75


@pytest.fixture(autouse=True)
def statements():
    counts.install()


@pytest.fixture
async def year(store):
    """A survey per day; every third has a brand that nobody knows, every fifth a comment."""
    sessions, answers = [], []
    for number in range(DAYS):
        at = ms(START + timedelta(days=number)) + 7 * HOUR
        about = {"brand": BRANDS[number % 3], "region": REGIONS[number % 2]}
        state = json.dumps({"variables": about})
        lane = f"sms:+49{number}"
        sessions.append(session(f"s{number:02}", lane, state=state, started_at=at))
        words = f"because {number}" if number % 5 == 0 else ""
        day = (START + timedelta(days=number)).isoformat()
        score = answer(session=f"s{number:02}", lane=lane, value=number % 11, comment=words, at=at + HOUR, day=day)
        answers.append(score)
    await turn(store, sessions=sessions, answers=answers)
    return store


def ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def wanted(filters, first, last):
    """The numbers of the surveys that a tally should be of."""
    allowed = {"brand": lambda n: BRANDS[n % 3], "region": lambda n: REGIONS[n % 2]}
    days = [number for number in range(DAYS) if first <= START + timedelta(days=number) <= last]
    return [n for n in days if all(allowed[name](n) in values for name, values in filters.items())]


FILTERS = [
    {},
    {"brand": ["acme"]},
    {"brand": ["acme", "bolt"]},
    {"brand": [""]},
    {"brand": ["", "bolt"]},
    {"brand": ["acme"], "region": ["south"]},
    {"brand": ["", "acme"], "region": ["north", "south"]},
    {"brand": ["nobody"]},
]
PERIODS = [(START, START + timedelta(days=DAYS)), (date(2026, 12, 1), date(2026, 12, 31)), (START, START)]


@pytest.mark.parametrize(("first", "last"), PERIODS)
async def test_a_tally_is_what_the_surveys_add_up_to(year, first, last):
    """All together, by day, by month, and by dimensions that are filtered or not."""
    for filters in FILTERS:
        expected = wanted(filters, first, last)
        keys = {
            "": lambda _: "",
            "day": lambda n: (START + timedelta(days=n)).isoformat(),
            "month": lambda n: f"{(START + timedelta(days=n)).isoformat()[:7]}-01",
            "brand": lambda n: BRANDS[n % 3],
            "region": lambda n: REGIONS[n % 2],
            "plan": lambda _: "",
        }
        for by, key in keys.items():
            lines = await year.read(lambda by=by, f=filters: tallies.tally(f, first, last, by))
            found = {line.key: list(line.tally.scores) for line in lines}
            groups = {key(n): [0] * 11 for n in expected} or ({} if by else {"": [0] * 11})
            for n in expected:
                groups[key(n)][n % 11] += 1
            assert found == groups, (by, filters)
            assert [line.key for line in lines] == sorted(found)
            assert sum(line.answered for line in lines) == sum(line.tally.asked for line in lines) == len(expected)


@pytest.mark.parametrize("limit", [1, 2, 4, 100])
async def test_pages_of_comments_are_all_of_them_newest_first(year, limit):
    """Each once, with its words, whatever the filter and the size of a page."""
    for filters in FILTERS:
        expected = [n for n in wanted(filters, START, date.max) if n % 5 == 0][::-1]
        found, before = [], ""
        while page := await year.read(lambda f=filters, b=before: tallies.comments(f, b, limit)):
            assert len(page) <= limit
            found += page
            before = page[-1].cursor
        assert [one.session for one in found] == [f"s{n:02}" for n in expected]
        assert [one.text for one in found] == [f"because {n}" for n in expected]
        assert [one.score for one in found] == [n % 11 for n in expected]
        assert [one.about.get("brand", "") for one in found] == [BRANDS[n % 3] for n in expected]


async def test_comments_of_one_day_go_on_behind_the_cursor(store):
    """Also of one moment: then the survey's id decides."""
    at = ms(START)
    keys = [f"s{n}" for n in range(9)]
    day = START.isoformat()
    said = [answer(session=key, at=at + n // 3, day=day, comment=key) for n, key in enumerate(keys)]
    await turn(store, sessions=[session(key, started_at=at) for key in keys], answers=said)
    found, before = [], ""
    while page := await store.read(lambda before=before: tallies.comments({}, before, 2)):
        found += [one.text for one in page]
        before = page[-1].cursor
    assert found == keys[::-1]


async def test_words_are_those_of_the_score_or_the_first_that_were_given(store):
    """As exports have them."""
    day, at = START.isoformat(), ms(START)
    words = answer("a", type="text", value=None, segment="", text="first", at=at)
    second = words._replace(question="b", text="second", at=at + 3)
    cases = {
        "s1": [answer(comment="own", at=at, day=day), second],
        "s2": [answer(at=at, day=day), second, words],
        "s3": [answer(at=at, day=day)],
    }
    rows = [one._replace(session=key) for key, some in cases.items() for one in some]
    await turn(store, sessions=[session(key, started_at=at) for key in cases], answers=rows)
    found = await store.read(lambda: tallies.comments({}))
    assert {one.session: one.text for one in found} == {"s1": "own", "s2": "first"}
    exported = {row["session"]: row["comment"] for row in await store.responses()}
    assert {one.session: one.text for one in found}.items() <= exported.items()


async def test_nothing_at_all(store):
    """An empty database has no comments, no values, and one line of zeros."""
    assert await store.read(lambda: tallies.comments({})) == []
    assert await store.read(lambda: tallies.values("brand")) == []
    [line] = await store.read(lambda: tallies.tally({}, START, START))
    assert (line.tally.asked, line.tally.answered, line.answered) == (0, 0, 0)


async def test_values_of_a_dimension(year):
    """What can be chosen in a filter."""
    assert await year.read(lambda: tallies.values("brand")) == ["acme", "bolt"]
    assert await year.read(lambda: tallies.values("brand' OR 1=1 --")) == []


async def test_s30_filters_are_values(year):
    """Whatever stands in them, they find nothing and break nothing."""
    for hostile in ("x' OR '1'='1", 'a"; DROP TABLE rollup', "%", "a:b", "\u00e4\u202e"):
        for filters in ({"brand": [hostile]}, {hostile: ["acme"]}):
            [line] = await year.read(lambda f=filters: tallies.tally(f, START, date(2027, 12, 31)))
            assert line.tally.asked == 0
        lines = await year.read(lambda by=hostile: tallies.tally({}, START, START, by))
        assert [(line.key, line.tally.asked) for line in lines] == [("", 1)]


@pytest.mark.parametrize(
    ("first", "last", "months", "expected"),
    [
        ("2026-11-01", "2026-11-30", True, "month 2026-11-01 2026-11-30"),
        ("2026-11-01", "2026-12-31", True, "month 2026-11-01 2026-12-31"),
        ("2026-11-01", "2026-11-30", False, "day 2026-11-01 2026-11-30"),
        ("2026-11-02", "2026-11-30", True, "day 2026-11-02 2026-11-30"),
        ("2026-11-01", "2026-11-29", True, "day 2026-11-01 2026-11-29"),
        (
            "2026-10-31", "2027-02-03", True,
            "day 2026-10-31 2026-10-31, month 2026-11-01 2027-01-31, day 2027-02-01 2027-02-03",
        ),
        ("2027-02-27", "2027-03-01", True, "day 2027-02-27 2027-03-01"),
        ("2027-02-27", "2027-02-26", True, ""),
    ],
)  # fmt: skip
def test_a_period_is_read_in_as_few_rows_as_possible(first, last, months, expected):
    """Whole months in one, what is left by day; no day twice, none left out."""
    found = spans(date.fromisoformat(first), date.fromisoformat(last), months=months)
    assert ", ".join(f"{span.period} {span.first} {span.last}" for span in found) == expected


def test_spans_cover_each_day_once():
    """For every length of a period over a change of year."""
    for length in range(100):
        first = date(2026, 11, 13) + timedelta(days=length % 40)
        last = first + timedelta(days=length)
        days = [day for span in spans(first, last, months=True) for day in _days(span)]
        assert days == [first + timedelta(days=n) for n in range(length + 1)]


def _days(span: Span) -> list[date]:
    return [span.first + timedelta(days=n) for n in range((span.last - span.first).days + 1)]


READS = (
    "tally", "tally_of", "days_with_comments", "cells_with_comments", "cells_with_comments_of", "counted_days",
    "commented", "words",
)  # fmt: skip
WRITES = (
    "lock_counted", "countable", "landed", "circumstances", "known_cells", "opened_by", "opened_by_reported",
    "drop_counted",
)  # fmt: skip
LARGE = re.compile(r"SCAN (rollup|counted|session|answer|outbox|address|contact\w*|decision|[racsopdfl])\b")


async def test_no_statement_goes_through_a_whole_table(tmp_path):
    """Rollups are read by their key, comments by the cells' index, surveys by their ids."""
    path = tmp_path / "plans.db"
    await migrate.upgrade(f"sqlite:///{path}")
    connection = connect(path)
    plans = {name: _plan(connection, name) for name in (*READS, *WRITES, "answers_each", "sessions_with_solved_cases")}
    for name, plan in plans.items():
        assert not [step for step in plan if LARGE.match(step) and "VIRTUAL" not in step], (name, plan)
    assert any("counted_comments" in step for step in plans["commented"])
    found = "SEARCH r USING PRIMARY KEY (grain=? AND period=? AND start=? AND cell=?)"
    assert all(found in plans[name] for name in ("tally_of", "cells_with_comments_of"))
    connection.close()


def _plan(connection: sqlite3.Connection, name: str) -> list[str]:
    text = _sqlite(name)
    facts = ("[]",) * len(set(re.findall(r"\?\d+", text)))
    return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {text}", facts)]


FILL = """
INSERT INTO counted (session, cell, asked, delivered, completed, opted_out, scored, score, commented_at)
SELECT 's' || n, n % 50, '2026-11-20', 1, 1, 0, '2026-11-20', n % 11, n FROM generate_series(1, 50000) AS n"""


async def test_on_postgresql_comments_are_found_by_their_index(postgres_url):
    """However many there are."""
    database = await asyncpg.connect(postgres_url)
    await database.execute(FILL)
    await database.execute("ANALYZE counted")
    text = _postgres("commented")
    values = ("'[3, 4]'", "49000", "60000", "''", "20")
    for number, value in reversed(list(enumerate(values, 1))):
        text = text.replace(f"${number}", value)
    plan = [row[0] for row in await database.fetch(f"EXPLAIN {text}")]
    assert any("counted_comments" in step for step in plan), plan
    assert not any("Seq Scan on counted" in step for step in plan), plan
    await database.close()


def test_every_statement_is_tried():
    """A new one has to say whether it may go through a whole table."""
    few = {"dimension_values", "hold_counted", "add_cell", "add_cell_term", "save_counted", "add_rollup"}
    once = {
        "to_recount", "how_many_surveys", "grains", "months_counted", "rollups_beside_counted", "drop_empty_rollups"
    }  # fmt: skip
    folder = Path(sql.__file__).parent / "insights"
    texts = "".join((folder / f"{name}.sql").read_text() for name in ("rollups", "tallies", "rebuild"))
    named = {name.removesuffix("_set") for name in re.findall(r"^-- name: (\w+)$", texts, re.MULTILINE)}
    assert named == {*READS, *WRITES} | few | once
