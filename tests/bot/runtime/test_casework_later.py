"""A case in its customer's lane as time goes on: its end, deliveries, timers, other desks, and what is written down."""

import msgspec
import pytest

from bot.cases.desks import Desks
from bot.cases.state import Case, Customer, key
from bot.messages import (
    Consent,
    Delivery,
    FromDesk,
    Inbound,
    Pressed,
    Removed,
    Said,
    Started,
    TimerFired,
)
from bot.rows import Consequences
from bot.runtime.caserows import customer
from bot.runtime.lane import Lane
from tests.bot.runtime.floor import ANNA, BILLING, DESKS, OTHER_PHONE, PHONE, ROOM, THREAD, Floor
from tests.bot.runtime.lanes import invite, unknown

DAY = 24 * 3600_000


@pytest.fixture
def floor(library) -> Floor:
    return Floor(library)


# --- the end, and what comes after it --------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", ["STOP", "please stop texting me", Consent("stop", answered=True)])
def test_p8_a_stop_is_no_chat_and_the_desk_is_told(floor, stop):
    floor.opened()
    floor.claimed()
    floor.at_desk("One moment")
    rows = floor.take(stop)
    assert floor.case.opted_out_at
    assert (rows.silenced, rows.addresses[0].opted_out_at) == ([ANNA.lane], floor.now)
    assert all("stop texting" not in text for text in floor.sent("desk"))
    assert floor.sent("agent") == []
    floor.take("START")
    assert not floor.case.opted_out_at
    assert all("START" not in line.text for line in floor.case.lines)


@pytest.mark.parametrize("before", [[], ["too slow"]])  # the survey is still open, or has ended
@pytest.mark.parametrize(
    ("stop", "told"), [("STOP", "You are unsubscribed"), ("please stop texting me", "Did I get you wrong?")]
)
def test_c7_who_stops_in_words_of_their_own_is_told_how_to_undo_it(floor, before, stop, told):
    floor.opened()
    for text in before:
        floor.take(text)
    floor.claimed()
    floor.take(stop)
    [said] = floor.sent("notice")
    assert told in said


def test_p8_a_stop_while_nobody_has_claimed_is_no_chat_either(floor):
    floor.opened()
    floor.take("please stop texting me")
    assert floor.case.opted_out_at
    assert all("stop texting" not in line.text for line in floor.case.lines)
    assert all("stop texting" not in text for text in floor.sent("desk"))


def test_p8_a_stop_in_the_same_batch_withdraws_what_the_agent_said(floor):
    floor.opened()
    floor.claimed()
    floor.now += 1_000
    said = FromDesk(floor.case.id, THREAD.lane, "U1", Said("Hello", ref="C1:8"))
    rows = floor.decide(
        ANNA.lane, Inbound("desk:1", floor.now, THREAD, said), Inbound("s1", floor.now, ANNA, Said("STOP"))
    )
    agent = [row.key for row in rows.outbox if row.kind == "agent"]
    assert set(agent) <= set(rows.withdrawn)
    assert len(agent) == 1


def test_while_a_person_talks_nobody_is_asked_and_start_says_no_welcome(floor):
    floor.opened()
    floor.claimed()
    assert floor.take(invite(floor.library)).sessions == []
    rows = floor.take(Started())
    assert (rows.outbox, rows.sessions) == ([], [])
    floor.at_desk("!resolve price done")
    floor.take("yes")
    assert len(floor.take(invite(floor.library)).sessions) >= 1


def test_another_survey_later_is_no_business_of_a_case_that_is_closed(floor):
    floor.opened()
    floor.claimed()
    floor.at_desk("!resolve price done")
    floor.take("yes")
    case = floor.case
    floor.take(invite(floor.library))
    floor.take("9")
    assert floor.case == case
    floor.take(invite(floor.library))
    floor.take("1")
    assert floor.case.id != case.id
    assert [former.id for former in floor.case.former] == [case.id]
    assert [one.score for one in floor.case.scores] == [9, 2]


def test_who_comes_back_long_after_gets_a_new_case_that_has_heard_them(floor):
    floor.opened()
    floor.claimed()
    floor.at_desk("!resolve price done")
    floor.take("yes")
    first = floor.case
    floor.now += 30 * DAY
    rows = floor.take("It broke again")
    assert (floor.case.id != first.id, floor.case.former[0].id) == (True, first.id)
    assert floor.case.lines[-1].text == "It broke again"
    assert [row.version for row in rows.cases if row.id == floor.case.id] == [1]


def test_a_new_case_takes_over_from_the_old_one_and_its_thread_is_told(floor):
    floor.opened()
    old = floor.case
    floor.claimed()
    floor.at_desk("!resolve price done")
    floor.take("yes")
    floor.take(invite(floor.library))
    floor.take("1")
    for body in (Said("Are you there?", ref="C1:5"), Pressed(key(old.id, "card"), "reopen", "C1:4")):
        floor.at_desk(body, case=old.id)
        [told] = floor.messages("desk")
        assert (told.to.lane, told.whisper) == (f"slack:C1#@{old.id}", "U1")
        assert floor.case.code in told.prompt.text
        assert floor.rows.cases == []
    assert floor.at_desk(Removed("C1:5"), case=old.id).outbox == []
    assert floor.at_desk("hello", case=old.id, place="web").outbox == []


def test_an_event_of_a_desk_where_there_is_no_case_means_nothing(floor):
    act = FromDesk("a" * 24, THREAD.lane, "U1", Said("hello"))
    assert floor.decide(ANNA.lane, Inbound("desk:1", floor.now, THREAD, act)).outbox == []


# --- delivery and time -----------------------------------------------------------------------------------------------


def test_what_became_of_a_message_shows_on_it_and_the_latest_sign_is_enough(floor):
    floor.opened()
    floor.claimed()
    floor.at_desk(Said("Hello", ref="C1:9"))
    sent = floor.messages("agent")[0].key
    pending = floor.rows.superseded[-1]
    rows = floor.decide(ANNA.lane, Inbound(f"settled:{sent}:sent", floor.now, ANNA, Delivery(sent, "SM1", "sent")))
    assert rows.deliveries == []  # the row itself says so
    assert floor.sent("status") == ["sent"]
    assert (rows.superseded[-1].edits, rows.superseded[-1].lane) == (pending.edits, pending.lane)
    rows = floor.take(Delivery(sent, "SM1", "failed", "30003", "unreachable"))
    assert len(rows.deliveries) == 1
    [note] = [one for one in floor.messages("desk") if one.prompt.options]
    assert note.prompt.options[0].value == f"retry:{sent}"
    assert floor.take(Delivery("", "SM1", "delivered")).cases == []


def test_a_refusal_because_of_an_opt_out_is_one(floor):
    floor.opened()
    floor.claimed()
    floor.at_desk(Said("Hello", ref="C1:9"))
    sent = floor.messages("agent")[0].key
    floor.take(Delivery(sent, "SM1", "failed", "21610", "opted out", opted_out=True))
    assert floor.case.opted_out_at
    assert floor.case.blocked == "provider"
    assert set(floor.sent("status")) == {"failed"}
    assert any("blocked us there" in text for text in floor.sent("desk"))
    floor.at_desk(Said("Hello?", ref="C1:10"))
    assert "blocked us there" in floor.sent("desk")[-1]


def test_lf11_blocked_without_a_word_is_no_stop_of_the_customers(floor):
    floor.opened()
    floor.take(Consent("stop", answered=True, silent=True))
    assert floor.case.blocked == "provider"
    floor.take(Consent("start", answered=True))
    assert (floor.case.blocked, floor.case.opted_out_at) == ("", 0)
    floor.take(Consent("stop", answered=True))  # the provider has answered their STOP itself
    assert floor.case.blocked == ""
    assert floor.case.opted_out_at


def test_a_case_wakes_by_its_own_timer_and_an_earlier_ones_wakes_nobody(floor):
    floor.opened()
    [timer] = [row for row in floor.rows.timers if row.key.startswith("case:")]
    floor.now = timer.due_at
    rows = floor.take(TimerFired(timer.key, timer.due_at))
    alarms = [row for row in rows.outbox if row.lane in (ROOM.lane, PHONE.lane)]
    assert {row.lane for row in alarms} == {ROOM.lane, PHONE.lane}
    assert floor.take(TimerFired("case:" + "a" * 24, floor.now)).cases == []


def test_the_surveys_own_timer_is_its_own(floor):
    floor.opened()
    floor.now += DAY
    rows = floor.take(TimerFired(floor.case.session, floor.now))
    assert [row.kind for row in rows.outbox if row.lane == ANNA.lane] == ["survey"]


# --- desks -----------------------------------------------------------------------------------------------------------


def test_a_case_that_goes_to_another_desk_opens_there_and_its_old_card_says_where(floor):
    floor.opened()
    floor.claimed()
    rows = floor.at_desk("!handover billing")
    case = floor.case
    assert [row.place for row in rows.places] == [f"telegram:-100#@{case.id}", f"sms:+4930222#@{case.id}"]
    cards = {row.lane: row for row in rows.outbox if row.kind == "card"}
    assert set(cards) == {floor.thread(), f"telegram:-100#@{case.id}", OTHER_PHONE.lane}
    assert cards[floor.thread()].edits
    assert not msgspec.json.decode(cards[floor.thread()].payload)["prompt"].get("options")
    assert cards[f"telegram:-100#@{case.id}"].edits == ""
    back = floor.at_desk("!handover support", place="telegram:-100#3", author="77")
    again = {row.lane: row for row in back.outbox if row.kind == "card"}
    assert back.places == []
    assert again[floor.thread()].edits == cards[floor.thread()].edits
    assert PHONE.lane not in again


def test_a_desk_that_is_gone_from_the_settings_is_not_written_to(floor):
    floor.opened()
    floor.claimed()
    floor.desks = Desks({"billing": BILLING})
    rows = floor.take("hello?")
    assert {row.lane for row in rows.outbox} == {f"telegram:-100#@{floor.case.id}"}


def test_what_is_done_in_the_web_inbox_is_answered_there(floor):
    floor.opened()
    rows = floor.at_desk("hello", author="mia", place="web")
    answer = next(row for row in rows.entries if row.kind == "answer")
    assert (answer.by, answer.case_id) == ("mia", floor.case.id)
    floor.at_desk("!claim", author="mia", place="web")
    assert floor.case.owner.id == "mia"
    floor.at_desk(Said("Hello Anna", ref="w1"), author="mia", place="web")
    assert floor.sent("agent") == ["Hello Anna"]
    assert floor.sent("status") == []


def test_an_agents_own_phone_reads_what_goes_on_in_their_case(floor):
    floor.opened()
    floor.at_desk("!claim", author="", place=PHONE.lane)
    assert floor.case.owner.id == "mia"
    floor.take("It broke")
    assert [text[:4] for text in floor.sent("desk", PHONE.lane)] == [floor.case.code]


def test_the_journal_gives_the_case_again(floor):
    """Begun, and then the same events at the same times."""
    from bot.cases.case import decide  # noqa: PLC0415 - the machine itself, for this one proof
    from bot.cases.events import Begun, CaseEvent  # noqa: PLC0415

    lines = []
    floor.asked()
    for act in ("2", "it broke"):
        floor.take(act)
        lines += [row for row in floor.rows.journal if row.session == floor.case.id]
    for act in ("!claim", "Sorry!", "!resolve price done"):
        floor.at_desk(act)
        lines += [row for row in floor.rows.journal if row.session == floor.case.id]
    first, *rest = [msgspec.json.decode(row.event, type=Begun | CaseEvent) for row in lines]
    case: Case = first.case
    for row, event in zip(lines[1:], rest, strict=True):
        case = decide(case, event, row.at, DESKS).case
        assert case.turn == row.turn
    assert case == floor.case


def test_a_customer_without_a_survey_has_only_an_address():
    lane = Lane(Consequences.none(), unknown(), ANNA, None)
    assert customer(lane) == Customer(ANNA.lane, channel="sms")
