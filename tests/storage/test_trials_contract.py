"""Surveys that somebody only tries out, on both databases: kept, and counted nowhere."""

import re

import pytest

from bot.messages import TEST
from bot.rows import JournalRow
from storage.sql import statements
from tests.storage.builders import CASE, LANE, NOW, OTHER, address, answer, case, session, turn

TRIAL = "sms:+492"


@pytest.fixture
async def both(store):
    """A real conversation and a test of it, each with a score, a journal and an overdue case."""
    await turn(
        store,
        addresses=[address(case_id=CASE), address(TRIAL, session="s2", case_id=OTHER)],
        sessions=[session(), session("s2", TRIAL, basis=TEST)],
        answers=[answer(), answer(session="s2", lane=TRIAL, value=1, text="1", segment="detractor")],
        journal=[JournalRow("s1", 1, NOW, "{}"), JournalRow("s2", 1, NOW, "{}")],
        cases=[case(due_at=1), case(id=OTHER, lane=TRIAL, session="s2", due_at=1, basis=TEST)],
    )
    return store


async def test_responses_are_of_customers_or_of_tests(both):
    """Never of both at once."""
    for tests, score in ((False, 9), (True, 1)):
        [response] = await both.responses(tests=tests)
        assert (response["score"], len(response["answers"])) == (score, 1)
        assert await both.responses(response["cursor"], tests=tests) == []


async def test_pages_pass_over_tests(store):
    """A page is full although tests lie between its rows."""
    for number in range(1, 7):
        key = f"s{number}"
        basis = TEST if number % 2 else "operator"
        await turn(store, sessions=[session(key, started_at=NOW + number, basis=basis)], answers=[answer(session=key)])
    first = await store.responses("", 2)
    rest = await store.responses(first[-1]["cursor"], 2)
    assert [row["session"] for row in [*first, *rest]] == ["s2", "s4", "s6"]
    assert [row["session"] for row in await store.responses(tests=True)] == ["s1", "s3", "s5"]


async def test_a_replay_has_no_tests(both):
    """Another version is compared on what customers said."""
    assert [row["session"] for row in await both.past_conversations("nps")] == ["s1"]


async def test_gauges_count_customers_only(both):
    """Nobody is paged because of a test."""
    counts = await both.counts()
    assert (counts["sessions_running"], counts["cases_open"], counts["cases_overdue"]) == (1, 1, 1)


async def test_a_case_tells_its_basis_wherever_it_is_read(both):
    """And keeps it when it goes on."""
    moved = case(id=OTHER, lane=TRIAL, session="s2", phase="claimed", version=2)
    await turn(both, TRIAL, cases=[moved._replace(basis=TEST)])
    lists = [await both.cases(), await both.cases("support", ("open", "claimed")), await both.case_by_code("K7Q2")]
    for rows in [*lists, [await both.case(CASE), await both.case(OTHER)]]:
        assert {row["id"]: row["basis"] for row in rows} == {CASE: "", OTHER: TEST}
    assert {row["id"]: row["basis"] for row in await both.sessions()} == {"s1": "operator", "s2": TEST}


@pytest.mark.parametrize(
    ("sessions", "cases", "busy"),
    [
        ({}, {}, "survey"),
        ({"basis": TEST}, {}, "case"),
        ({"outcome": "completed"}, {"phase": "claimed"}, "case"),
        ({"outcome": "completed"}, {"phase": "resolved"}, ""),
        ({"basis": TEST}, {"basis": TEST}, ""),
    ],
)
async def test_an_address_tells_whether_it_is_a_customers_at_this_moment(store, sessions, cases, busy):
    """What a test would come between."""
    known = [address(case_id=CASE)]
    await turn(store, addresses=known, sessions=[session(**sessions)], cases=[case(**cases)])
    assert (await store.lane(LANE))["busy"] == busy


async def test_an_address_without_anything_is_free(store):
    """Neither a session nor a case."""
    await turn(store, addresses=[address(session="")])
    assert (await store.lane(LANE))["busy"] == ""


# these stand for customers: how often each leaves tests out
COUNTS = {
    "response_sessions": 1, "response_answers": 1, "past_conversations": 1, "counts": 3, "lane_state": 2,
    "experiment": 1, "running_sessions": 1,
}  # fmt: skip
SHOWS = {  # these are looked at by people, who see the basis beside it
    "latest_sessions", "latest_cases", "cases_in", "cases_waiting", "cases_over", "cases_by_code", "case",
}  # fmt: skip
WORKS = {  # these look after one conversation, of whatever basis
    "running_revisions",  # a test has to be played to its end, too
    "live_threads",  # and its threads are looked after
    "case_entries",  # of one case that is known
}
READS = re.compile(r"(FROM|JOIN)\s+(session|answer|cases|case_entry)\b")


def test_every_statement_that_reads_answers_has_decided_about_tests():
    """A new one belongs into one of the three sets, and into the first if anybody takes its figures for customers'."""
    reading = {name: re.sub(r"--.*", "", text) for name, text in statements("reading").items()}
    found = {name for name, text in reading.items() if READS.search(text)}
    assert found <= COUNTS.keys() | SHOWS | WORKS
    for name in found & COUNTS.keys():
        times = COUNTS[name]
        assert len(re.findall(r"basis <> 'test'|CASE s\.basis WHEN 'test'", reading[name])) == times, name
    for name in SHOWS:
        assert re.search(r"\bbasis\b", reading[name].partition("FROM")[0]), name
