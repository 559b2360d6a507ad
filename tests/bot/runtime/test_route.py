"""What events of a lane lead to: STOP, START and HELP, and who else says something."""

import pytest

from bot.messages import Consent, Control, Delivery, Pressed, TimerFired
from bot.rows import TAKEN
from bot.runtime.lives import NOTICE_LIFE
from flows.phrases import phrase
from tests.bot.runtime.house import ANNA, GATHER, NOW
from tests.bot.runtime.lanes import invite, told

HOUR = 3_600_000

# --- STOP, START and HELP --------------------------------------------------------------------------------------------

STOPS = {"de": ["STOP", "Stopp!", "abmelden"], "en": ["stop", "Unsubscribe", " STOP. "], "": ["STOP", "ABMELDEN"]}
HELPS = {"de": ["HILFE", "help"], "en": ["help", "INFO"], "": ["HELP"]}


@pytest.mark.parametrize(
    ("language", "text", "answer"),
    [
        *[(language, text, "stopped") for language, texts in STOPS.items() for text in texts],
        *[(language, text, "help") for language, texts in HELPS.items() for text in texts],
        *[(language, "START", "restarted") for language in ("de", "en", "")],
    ],
)
def test_c7_a_keyword_outside_of_a_conversation_is_answered_in_the_language_of_the_last_one(
    strip, library, language, text, answer
):
    if language:
        strip.take(invite(library, language), "9", "because", Control("bot"))
        strip.take("it was fast", at=NOW + HOUR)
        assert strip.session.outcome == "completed"
    rows = strip.take(text, at=NOW + 2 * HOUR)
    assert told(rows) == [phrase(answer, language or "en")]
    assert [row.kind for row in rows.outbox] == ["notice"]
    assert rows.outbox[0].not_after == NOW + 2 * HOUR + NOTICE_LIFE


def test_p8_there_is_one_confirmation_however_often_somebody_stops(strip):
    rows = [strip.take(text, at=NOW + n) for n, text in enumerate(["STOP", "stop", "Stopp", "HELLO?"])]
    assert [len(each.outbox) for each in rows] == [1, 0, 0, 0]
    assert rows[0].silenced == [ANNA.lane]
    assert strip.known.opted_out_at == NOW


def test_p8_several_stops_in_one_batch_are_confirmed_once(strip):
    rows = strip.take("STOP", Consent("stop"), "STOP", Consent("stop", answered=True), apart=1)
    assert told(rows) == [phrase("stopped", "en")]


@pytest.mark.parametrize("action", ["stop", "start", "help"])
def test_what_the_provider_has_answered_we_do_not_answer_again(strip, action):
    rows = strip.take(Consent(action, answered=True))
    assert rows.outbox == []
    assert strip.known.opted_out_at == (NOW if action == "stop" else 0)


def test_start_ends_an_opt_out_and_an_invitation_works_again(strip, library):
    strip.take("STOP")
    strip.take(Consent("start"), at=NOW + HOUR)
    assert strip.known.opted_out_at == 0
    assert len(strip.take(invite(library), at=NOW + 2 * HOUR).sessions) == 1


@pytest.mark.parametrize("stop", ["STOP", Consent("stop"), Consent("stop", answered=True)])
def test_c7_a_stop_in_a_conversation_ends_it_even_while_a_person_talks(strip, library, stop):
    for owner in ("bot", "human"):
        strip.take(invite(library), at=NOW)
        strip.take(Control(owner), at=NOW + 1)
        rows = strip.take(stop, at=NOW + 2)
        assert strip.session.outcome == "opted_out"
        assert strip.known.opted_out_at == NOW + 2
        answered = isinstance(stop, Consent) and stop.answered
        assert told(rows) == ([] if answered else [phrase("stopped", "en")])
        assert rows.cleared == [strip.session.id]
        strip.take("START", at=NOW + 3)


def test_help_in_a_conversation_is_the_surveys_business(strip, library):
    strip.take(invite(library, "de"))
    rows = strip.take("HILFE", at=NOW + HOUR)
    assert [row.session for row in rows.outbox] == [strip.session.id]
    assert strip.session.helps == 1


def test_a_report_that_the_person_opted_out_is_an_opt_out(strip, library):
    strip.take(invite(library))
    report = Delivery(f"{strip.session.id}.1.0", "P1", "failed", "21610", "opted out", opted_out=True)
    rows = strip.take(report, at=NOW + 1)
    assert (strip.session.outcome, rows.outbox, len(rows.deliveries)) == ("opted_out", [], 1)
    assert strip.take(report, at=NOW + 2).silenced == []


def test_two_questions_for_help_get_two_answers_under_different_keys(strip):
    rows = strip.take("HELP", "HELP", apart=GATHER)
    assert len({row.key for row in rows.outbox}) == 2
    together = strip.take("HELP", "INFO")
    assert len(together.outbox) == 1


# --- who else says something -----------------------------------------------------------------------------------------


def test_words_from_nowhere_start_nothing_and_are_remembered(strip):
    rows = strip.take("hello?")
    assert (rows.outbox, rows.sessions, rows.done) == ([], [], [1])
    assert [(row.lane, row.chat, row.heard_at) for row in rows.addresses] == [(ANNA.lane, ANNA.chat, NOW)]


def test_i9_while_a_person_talks_the_bot_is_silent_and_then_goes_on(strip, library):
    strip.take(invite(library))
    strip.take(Control("human", "eva"), at=NOW + 1)
    assert strip.take("9", at=NOW + 2).outbox == []
    rows = strip.take(Control("bot"), at=NOW + HOUR)
    assert told(rows)[0].startswith("Back to our question")


def test_a_button_answers_the_question_it_hangs_on(strip, library):
    strip.take(invite(library))
    rows = strip.take(Pressed(strip.session.prompt_key, "3"), at=NOW + 1)
    assert [(row.question, row.value) for row in rows.answers] == [("score", 3)]


@pytest.mark.parametrize(
    ("state", "rank"),
    [("sent", 4), ("failed", 5), ("undelivered", 5), ("delivered", 5), ("read", 6), ("new word", 2)],
)
def test_a_report_is_passed_on_with_how_far_the_message_got(strip, state, rank):
    rows = strip.take(Delivery("no such key", "P1", state, "30003", "off"))
    [row] = rows.deliveries
    assert row.held_until == 0
    assert (row.key, row.channel, row.provider_id, row.state, row.rank, row.code) == (
        "no such key",
        "sms",
        "P1",
        state,
        rank,
        "30003",
    )


def test_b03_a_report_that_the_provider_queues_a_message_holds_up_what_comes_behind_it(strip):
    [row] = strip.take(Delivery("no such key", "P1", "sent", holds=5_000)).deliveries
    assert (row.state, row.rank, row.at, row.held_until) == ("sent", TAKEN, NOW, NOW + 5_000)


def test_p9_a_timer_of_another_session_does_nothing(strip, library):
    assert strip.take(TimerFired("nobody", NOW)).outbox == []
    strip.take(invite(library))
    rows = strip.take(TimerFired("nobody", NOW), at=NOW + 48 * HOUR)
    assert (rows.outbox, rows.sessions, rows.journal) == ([], [], [])


def test_p9_a_timer_reminds_once_however_often_it_fires(strip, library):
    strip.take(invite(library))
    fired = TimerFired(strip.session.id, NOW + 24 * HOUR)
    rows = strip.take(fired, fired, at=NOW + 24 * HOUR)
    assert told(rows)[0].startswith("Just a quick one")
    assert len(rows.outbox) == 1


def test_a_clock_that_went_back_does_not_harm_a_session(strip, library):
    strip.take(invite(library))
    rows = strip.take("9", at=NOW - HOUR)
    assert rows.answers[0].at == NOW
