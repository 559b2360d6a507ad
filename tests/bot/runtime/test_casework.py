"""A case in its customer's lane: how it opens, what it hears, and the rows that its effects become."""

import msgspec
import pytest

from bot.cases.desks import Desks
from bot.cases.state import Score, key
from bot.messages import (
    CaseWanted,
    Edited,
    Inbound,
    Media,
    Pressed,
    Reacted,
    Removed,
    Said,
)
from bot.runtime.caserows import AGENT_LIFE
from bot.runtime.lane import MOST_SCORES
from bot.runtime.showing import SIGN_LIFE
from tests.bot.runtime.floor import ANNA, DESKS, OFFICE, PHONE, ROOM, SUPPORT, THREAD, Floor
from tests.bot.runtime.lanes import invite

DAY = 24 * 3600_000


@pytest.fixture
def floor(library) -> Floor:
    return Floor(library)


# --- opening ---------------------------------------------------------------------------------------------------------


def test_a_low_score_opens_a_case_in_every_place_of_the_desk_before_the_reason_is_known(floor):
    rows = floor.opened()
    [case] = rows.cases
    assert (case.version, case.phase, case.score, case.lane, case.desk) == (1, "open", 2, ANNA.lane, "support")
    assert case.session == floor.case.session == rows.sessions[0].id
    assert rows.addresses[0].case_id == case.id
    assert [(row.place, row.inbound) for row in rows.places] == [
        (f"slack:C1#@{case.id}", ""),
        (f"sms:+4930111#@{case.id}", "sms:+4930111"),
    ]
    kinds = [(row.kind, row.lane) for row in rows.outbox]
    assert kinds[:3] == [("survey", ANNA.lane), ("card", f"slack:C1#@{case.id}"), ("card", PHONE.lane)]
    assert floor.sent("card", PHONE.lane)[0].startswith(f"{case.code}: ")
    assert "We are sorry to hear that" in floor.sent("desk", floor.thread())[0]
    assert floor.sent("desk", PHONE.lane) == []
    assert [row.session for row in rows.journal] == [case.session, case.id, case.id]
    assert [json_tag(row.event) for row in rows.journal[1:]] == ["begun", "bot_said"]
    assert {row.key for row in rows.timers} == {case.session, f"case:{case.id}"}


def json_tag(event: str) -> str:
    return str(msgspec.json.decode(event)["type"])


def test_the_same_event_opens_the_same_case_under_the_same_keys(library):
    keys = [[row.key for row in Floor(library).opened().outbox] for _ in range(2)]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("flow", ["after-support", "relationship"])
def test_without_desks_there_is_a_case_for_the_web_inbox_and_the_customer_reads_the_same(library, flow):
    """Both shipped surveys call for a person on the score, and say nothing that only holds where there is a desk."""
    read = []
    for desks in (Desks(), DESKS):
        floor = Floor(library, desks)
        floor.take(invite(library, flow=flow))
        rows = floor.take("2")
        assert ([case.desk for case in rows.cases], len(rows.places)) == (
            (["support"], 2) if desks.desks else ([""], 0)
        )
        told = floor.sent("survey")
        floor.take("the parcel was late")
        assert floor.case.comment == "the parcel was late"
        read.append([*told, *floor.sent("survey")])
        assert desks.desks or len(floor.rows.outbox) == len(floor.sent("survey"))
    assert read[0] == read[1]


def test_the_reason_reaches_the_card_and_the_thread_but_no_phone(floor):
    floor.opened()
    rows = floor.take("the parcel was late")
    assert floor.case.comment == "the parcel was late"
    card, *_ = [row for row in rows.outbox if row.kind == "card"]
    assert (card.lane, card.edits) == (floor.thread(), card.key.rpartition(".")[0])
    assert [change.before_key for change in rows.superseded] == [card.key]
    texts = floor.sent("desk", floor.thread())
    assert "the parcel was late" in texts[0]
    assert len(texts) == 2  # and what the survey answered
    assert floor.sent(lane=PHONE.lane) == []


def test_a_second_call_for_a_person_is_the_same_case(floor):
    floor.opened()
    case = floor.case.id
    wanted = CaseWanted("support", "urgent", "request", floor.case.session)
    rows = floor.take(wanted)
    assert ([row.id for row in rows.cases], floor.case.priority) == ([case], "urgent")


def test_what_surveys_asked_for_before_there_were_cases_opens_one(floor):
    floor.asked()
    floor.take(CaseWanted("support", "high", "score", "s"))
    assert (floor.case.desk, floor.case.priority, floor.case.score) == ("support", "high", None)


def test_nobody_is_called_for_where_nothing_was_asked(floor):
    assert floor.take(CaseWanted("support", "high", "score", "s")).cases == []


def test_a_case_knows_the_scores_before_it_newest_first_and_not_more_than_five(floor):
    given = [7, 8, 9, 10, 9, 8, 7]  # none of which opens a case itself
    for score in given:
        floor.take(invite(floor.library, flow="relationship"))
        floor.take(str(score))
    floor.now += 9 * DAY
    floor.take(invite(floor.library))
    history = msgspec.json.decode(floor.lanes[ANNA.lane].history, type=list[Score])
    assert [one.score for one in history] == given[:1:-1]
    assert len(history) == MOST_SCORES
    floor.take("2")
    assert floor.case.scores == tuple(history)


# --- talking ---------------------------------------------------------------------------------------------------------


def test_who_claims_talks_and_the_survey_is_silent(floor):
    floor.opened()
    rows = floor.claimed()
    assert floor.case.owner.id == "mia"
    assert [row.owner for row in rows.sessions] == ["human"]
    assert floor.sent("desk", PHONE.lane)[0].startswith(floor.case.code)
    rows = floor.at_desk("Sorry about that. What happened?")
    [told] = floor.messages("agent")
    assert (told.to, told.prompt.text, told.alias) == (ANNA, "Sorry about that. What happened?", "Mia")
    assert told.not_after == floor.now + AGENT_LIFE
    row = next(row for row in rows.outbox if row.kind == "agent")
    assert (row.lane, row.not_after, row.session) == (ANNA.lane, 0, floor.case.id)
    [sign] = floor.messages("status")
    assert (sign.prompt.text, sign.to.lane, sign.not_after) == ("pending", floor.thread(), floor.now + SIGN_LIFE)
    assert rows.addresses == []  # nobody heard the customer
    floor.take("It broke")
    assert floor.sent("survey") == []
    assert "It broke" in floor.sent("desk", floor.thread())[0]


def test_two_halves_of_a_message_are_two_lines_at_the_desk(floor):
    floor.opened()
    floor.claimed()
    floor.now += 1_000
    halves = [
        Inbound(f"h{n}", floor.now, ANNA, Said(text, ref=f"S{n}")) for n, text in enumerate(("It broke", "twice"))
    ]
    floor.decide(ANNA.lane, *halves)
    assert [line.ref for line in floor.case.lines[-2:]] == ["S0", "S1"]


def test_a_release_lets_the_bot_stay_silent_and_a_desk_that_is_done_hands_back_without_a_word(floor):
    floor.opened()
    floor.claimed()
    floor.at_desk("!release")
    floor.take("hello?")
    assert floor.sent("survey") == []
    floor.claimed()
    floor.at_desk("!resolve price refunded")
    assert "solved" in floor.sent("case")[0]
    rows = floor.take("yes")
    assert (floor.case.phase, rows.sessions[0].owner, rows.sessions[0].outcome) == ("confirmed", "bot", "handed_over")
    assert f"case:{floor.case.id}" in rows.cleared
    assert rows.sessions[0].id in rows.cleared


def test_a_desk_that_resumes_lets_the_survey_go_on_and_the_thread_reads_it(library):
    desk = msgspec.structs.replace(SUPPORT, resume=True, confirm=False)
    floor = Floor(library, Desks({"support": desk}))
    floor.opened()
    floor.claimed()
    floor.at_desk("!resolve price refunded")
    assert "What went wrong?" in floor.sent("survey")[0]
    assert any("What went wrong?" in text for text in floor.sent("desk", floor.thread()))


def test_the_customers_press_under_the_cases_own_question_answers_it(floor):
    floor.opened()
    floor.claimed()
    floor.at_desk("!resolve price refunded")
    floor.take(Pressed(floor.case.asked_key, "no"))
    assert (floor.case.phase, floor.case.reopened) == ("claimed", 1)


def test_a_press_on_the_survey_is_shown_and_one_on_an_older_case_is_not(floor):
    floor.asked()
    score = floor.rows.outbox[0].key
    floor.take("2")
    floor.take(Pressed(score, "3"))
    assert (floor.case.score, floor.case.lines[-2].text) == (3, "3")
    lines = floor.case.lines
    floor.take(Pressed(key("a" * 24, 3, 0), "yes"))
    assert floor.case.lines == lines


def test_changes_and_reactions_of_the_customer_reach_the_desk(floor):
    floor.opened()
    floor.claimed()
    floor.take(Said("It broke", ref="7"))
    floor.take(Edited("7", "It broke twice"))
    assert any("It broke twice" in text for text in floor.sent("desk"))
    floor.take(Reacted("7", "👍"))
    assert any("👍" in text for text in floor.sent("desk"))
    floor.take(Removed("7"))
    assert floor.case.lines[-1].state == "removed"


def test_a_reaction_where_there_is_no_case_means_nothing(floor):
    rows = floor.take(Reacted("7", "👍"))
    assert (rows.outbox, rows.cases) == ([], [])


def test_what_agents_change_delete_and_mark_with_emoji_comes_to_the_case(floor):
    floor.opened()
    floor.claimed()
    floor.at_desk(Said("Hello", ref="C1:9"))
    floor.at_desk(Edited("C1:9", "Hello Anna"))
    assert floor.case.lines[-1].text == "Hello Anna"
    floor.at_desk(Reacted("C1:9", "👍"))
    floor.at_desk(Removed("C1:9"))
    assert floor.sent()  # it cannot be taken back on SMS, and the agent reads so
    floor.at_desk(Said(""))
    assert floor.rows.cases == []


def test_files_keep_where_they_came_from(floor):
    floor.opened()
    floor.claimed()
    photo = Media("F1", "image/jpeg", "photo.jpg")
    floor.at_desk(Said("See", (photo,), "C1:9"))
    assert [(one.media, one.origin) for one in floor.messages("agent")] == [((photo,), floor.thread())]
    floor.take(Said("", (photo,)))
    assert [(one.media, one.origin) for one in floor.messages("desk")] == [((photo,), ANNA.lane)]


# --- what its threads hang on ----------------------------------------------------------------------------------------


def test_lf10_a_card_that_was_deleted_is_shown_again_and_nothing_else_happens(floor):
    """The case has not changed: no turn, no word to the customer; told twice, it is the same message."""
    floor.opened()
    lost, wanted = Removed("C1:17.1", ours=True), []
    for _ in range(2):
        floor.events = 50
        rows = floor.at_desk(lost, author="B1")
        [card] = rows.outbox
        wanted.append((card.key, card.kind, card.lane, card.edits, rows.cases, rows.journal))
        assert [one.before_key for one in rows.superseded] == [card.key]
    assert wanted[0] == wanted[1]
    assert wanted[0][1:] == ("card", floor.thread(), card.key.rpartition(".")[0], [], [])


@pytest.mark.parametrize("place", [OFFICE.lane, PHONE.lane, "slack:C9#17.1"])
def test_lf10_where_the_case_is_not_no_card_comes_back(floor, place):
    floor.opened()
    assert floor.at_desk(Removed("C1:17.1", ours=True), author="B1", place=place).outbox == []


def test_lf10_the_card_of_a_closed_case_stays_away(floor):
    floor.opened()
    floor.claimed()
    floor.at_desk("!resolve price")
    assert floor.case.closed
    assert floor.at_desk(Removed("C1:17.1", ours=True), author="B1").outbox == []


def test_lf10_a_card_is_deleted_before_we_know_that_it_was_posted(floor):
    """It is looked at again once its thread has its name."""
    floor.opened()
    floor.opening = {ROOM.lane}
    rows = floor.take(Removed("C1:17.1", ours=True), source=THREAD, author="B1")
    assert ([event.state for event in rows.parked], rows.forwards) == (["new"], [])
    floor.opening = set()
    rows = floor.take(Removed("C1:17.1", ours=True), source=THREAD, author="B1")
    assert (rows.parked, rows.forwards) == ([], [])  # it was no card of ours
