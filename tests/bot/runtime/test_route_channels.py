"""What Telegram and Slack bring to a lane: shared chats, presses that prove a delivery, links, changes, marks."""

import hashlib

import msgspec
import pytest

from bot.messages import Consent, Control, DeadLink, Edited, Moved, Pressed, Removed, Said, Started
from bot.rows import Opened
from bot.runtime.lives import MARK_LIFE
from flows.phrases import phrase
from tests.bot.runtime.house import ANNA, NOW
from tests.bot.runtime.lanes import Strip, invite, told

HOUR = 3_600_000


# --- shared chats --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "9", "STOP", "START", "HELP", Said("9", ref="m1"), Edited("m1", "STOP"), Pressed("s.1.0", "9", "m1"),
        Started("token"), Started(), Consent("stop"), Consent("help"), Removed("m1"), Moved("-100"),
    ],
)  # fmt: skip
def test_who_speaks_in_a_group_is_no_customer(library, body):
    """It starts nothing, answers no HELP and silences nobody: the group is not one person."""
    strip = Strip(library, author="U1")
    rows = strip.take(body)
    assert rows.done == [1]
    assert (rows.outbox, rows.sessions, rows.opened, rows.deliveries, rows.silenced) == ([], [], [], [], [])
    assert strip.known.opted_out_at == 0


def test_somebody_in_a_group_does_not_answer_for_the_person_who_was_asked(library):
    strip = Strip(library)
    strip.take(invite(library))
    strip.author = "U1"
    assert strip.take("9", "STOP", at=NOW + 1).answers == []
    assert strip.session.outcome == ""


# --- presses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("question", "ref", "proofs"), [("s.1.0", "P7", 1), ("s.1.0", "", 0), ("", "P7", 0)])
def test_a_press_proves_that_its_message_arrived(strip, question, ref, proofs):
    """Its send may be in doubt, and its id is needed to change it."""
    rows = strip.take(Pressed(question, "9", ref))
    assert len(rows.deliveries) == proofs
    for row in rows.deliveries:
        assert (row.key, row.provider_id, row.state, row.rank) == ("s.1.0", "P7", "sent", 4)


# --- opened conversations ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "de-AT", "en", "", "xx"])
def test_who_opens_the_conversation_is_welcomed_in_the_language_the_provider_knows(strip, language):
    rows = strip.take(Started(language=language))
    assert told(rows) == [phrase("welcome", language[:2] or "en")]
    assert strip.known.language == language
    assert [row.kind for row in rows.outbox] == ["notice"]


def test_the_language_we_know_already_counts_more_than_the_providers(strip, library):
    strip.take(invite(library, "de"), "STOP")
    rows = strip.take(Started(language="en"), at=NOW + HOUR)
    assert told(rows) == [phrase("welcome", "de")]


def test_keywords_count_in_the_language_the_provider_knows(strip):
    strip.take(Started(language="de-AT"))
    assert told(strip.take("Hilfe", at=NOW + 1)) == [phrase("help", "de")]
    assert told(strip.take("abmelden", at=NOW + 2)) == [phrase("stopped", "de")]


def test_p8_who_opens_the_conversation_after_an_opt_out_has_opted_in_again(strip, library):
    strip.take("STOP")
    assert told(strip.take(Started(), at=NOW + 1)) == [phrase("welcome", "en")]
    assert strip.known.opted_out_at == 0
    assert len(strip.take(invite(library), at=NOW + 2).sessions) == 1


def test_who_opens_the_conversation_in_a_survey_is_asked_again_and_not_welcomed(strip, library):
    strip.take(invite(library))
    [text] = told(strip.take(Started(), at=NOW + HOUR))
    assert text.startswith("Back to our question")
    assert strip.take(Started(), at=NOW + HOUR).outbox == []
    strip.take(Control("human"), at=NOW + HOUR)
    assert strip.take(Started(), at=NOW + HOUR).outbox == []


@pytest.mark.parametrize("before", [[], ["STOP"], ["invite"]])
def test_a_link_is_opened_by_what_its_secret_hashes_to_and_nothing_is_said_yet(strip, library, before):
    """Whether it starts anything is decided where links are stored."""
    for body in before:
        strip.take(invite(library) if body == "invite" else body)
    rows = strip.take(Started("secret", "de"), at=NOW + 1)
    token = hashlib.sha256(b"secret").hexdigest()
    assert rows.opened == [Opened(token, ANNA, "de", f"e{strip.ids}", NOW + 1)]
    assert (rows.outbox, strip.known.opted_out_at) == ([], 0)


@pytest.mark.parametrize("why", ["used", "expired", "unknown"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_a_link_that_starts_nothing_says_why(strip, why, language):
    strip.take(Started(language=language))
    rows = strip.take(DeadLink(why), at=NOW + 1)
    assert told(rows) == [phrase(f"link_{why}", language)]
    assert [row.kind for row in rows.outbox] == ["notice"]


# --- changes -------------------------------------------------------------------------------------------------------


def test_a_changed_message_corrects_its_answer(strip, library):
    strip.take(invite(library))
    strip.take(Said("9", ref="m1"), at=NOW + 1)
    rows = strip.take(Edited("m1", "3"), at=NOW + 2)
    assert [(row.value, row.corrections) for row in rows.answers] == [(3, 1)]


@pytest.mark.parametrize("before", [[], ["invite"], ["invite", "9 - quick help"], ["invite", Control("human")]])
def test_c7_a_message_changed_into_a_stop_stops_with_and_without_a_conversation(strip, library, before):
    for n, body in enumerate(before):
        strip.take(invite(library) if body == "invite" else body, at=NOW + n)
    rows = strip.take(Edited("m1", "STOP"), at=NOW + HOUR)
    assert told(rows) == [phrase("stopped", "en")]
    assert strip.known.opted_out_at == NOW + HOUR


@pytest.mark.parametrize("body", [Edited("m1", "9"), Removed("m1"), Moved("-100")])
def test_what_changes_nothing_for_a_survey_is_done_all_the_same(strip, library, body):
    assert strip.take(body).done == [1]
    strip.take(invite(library), at=NOW + 1)
    before = strip.session
    rows = strip.take(body, at=NOW + 2)
    assert (rows.outbox, rows.journal, strip.session) == ([], [], before)


# --- marks ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def marking(library):
    return Strip(library, marking=True)


def marks(rows):
    return [
        (row.key, row.edits, msgspec.json.decode(row.payload)["prompt"]["text"], row.not_after - row.created_at)
        for row in rows.outbox
        if row.kind == "mark"
    ]


def test_a_choice_is_shown_under_its_question_before_anything_else_is_said(marking, library):
    session = marking.take(invite(library)).sessions[0].id
    marking.take("hm", at=NOW + 1)
    rows = marking.take(Pressed(f"{session}.1.0", "9"), at=NOW + 2)
    assert [row.kind for row in rows.outbox] == ["mark", "mark", "survey"]
    assert marks(rows) == [
        (f"{session}.1.0.m3", f"{session}.1.0", "", MARK_LIFE),
        (f"{session}.2.0.m3", f"{session}.2.0", "9", MARK_LIFE),
    ]
    assert all(msgspec.json.decode(row.payload).get("edits", "") == row.edits for row in rows.outbox)


def test_a_correction_shows_under_the_same_message_as_another_change(marking, library):
    session = marking.take(invite(library)).sessions[0].id
    marking.take("9", at=NOW + 1)
    rows = marking.take("sorry, meant 3", at=NOW + 2)
    assert marks(rows) == [(f"{session}.1.0.m3", f"{session}.1.0", "3", MARK_LIFE)]


def test_a_channel_that_cannot_change_messages_gets_no_marks(strip, library):
    strip.take(invite(library))
    assert marks(strip.take("9", at=NOW + 1)) == []


def test_p8_a_stop_in_the_same_batch_takes_the_marks_back(marking, library):
    marking.take(invite(library))
    rows = marking.take("9", Consent("stop"), at=NOW + 1)
    assert [row.key for row in rows.outbox if row.kind != "notice"] == rows.withdrawn
    assert len(marks(rows)) == 1
