"""What events of a lane lead to: STOP, START and HELP, invitations, halves of messages, failures."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.engine.state import Turn
from bot.errors import UnknownRevision
from bot.messages import Consent, Control, Delivery, Inbound, Invite, Pressed, Said, TimerFired, Unreadable
from bot.rows import Batch, Consequences
from bot.runtime.intake import arrival
from bot.runtime.lane import NOTICE_LIFE, SURVEY_LIFE, Lane
from bot.runtime.route import MOST_ATTEMPTS, decide, id_of, park
from flows.phrases import phrase
from tests.bot.runtime.house import ANNA, BEN, GATHER, NOW
from tests.bot.runtime.lanes import Strip, claimed, invite, unknown

HOUR = 3_600_000


@pytest.fixture
def strip(library):
    return Strip(library)


def told(rows):
    return [msgspec.json.decode(row.payload)["prompt"]["text"] for row in rows.outbox]


# --- STOP, START and HELP ------------------------------------------------------------------------------------------

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


# --- invitations ---------------------------------------------------------------------------------------------------


def test_i6_who_has_opted_out_cannot_be_invited(strip, library):
    strip.take("STOP")
    rows = strip.take(invite(library), at=NOW + HOUR)
    assert (rows.sessions, rows.outbox, rows.done) == ([], [], [2])


def test_i9_nobody_is_invited_while_a_person_talks_with_them(strip, library):
    strip.take(invite(library))
    strip.take(Control("human", "eva"), at=NOW + 1)
    before = strip.session
    rows = strip.take(invite(library, flow="relationship"), at=NOW + 2)
    assert (rows.sessions, rows.outbox, strip.session) == ([], [], before)


def test_a_newer_survey_ends_the_one_that_runs(strip, library):
    strip.take(invite(library))
    old = strip.session.id
    rows = strip.take(invite(library, flow="relationship"), at=NOW + HOUR)
    assert [(row.id == old, row.outcome, row.version) for row in rows.sessions] == [
        (True, "superseded", 2),
        (False, "", 1),
    ]
    assert rows.cleared == [old]
    assert [timer.key for timer in rows.timers] == [strip.session.id]
    assert strip.take(TimerFired(old, NOW), at=NOW + 2 * HOUR).outbox == []


def test_two_invitations_at_once_leave_one_conversation(strip, library):
    rows = strip.take(invite(library), invite(library))
    assert [row.outcome for row in rows.sessions] == ["superseded", ""]
    assert [timer.key for timer in rows.timers] == [rows.sessions[1].id]
    assert len({row.key for row in rows.outbox}) == 2


def test_a_new_survey_after_the_end_of_the_last_one_supersedes_nothing(strip, library):
    strip.take(invite(library), "STOP", "START", apart=GATHER)
    rows = strip.take(invite(library), at=NOW + HOUR)
    assert [row.outcome for row in rows.sessions] == [""]


def test_the_basis_of_an_invitation_is_kept_with_the_session(strip, library):
    revision = library.get("after-support").revision
    rows = strip.take(Invite("after-support", revision, "de", "consent", {"first_name": "Anna"}))
    assert rows.sessions[0].basis == "consent"
    assert told(rows)[0].startswith("Hallo Anna")


def test_an_invitation_gives_the_same_session_for_ever(library):
    assert [Strip(library).take(invite(library)).sessions[0].id for _ in range(2)] == [id_of(ANNA.lane, "e1", NOW)] * 2
    ids = [id_of(*which) for which in itertools.product(["sms:1", "sms:2"], ["a", "b"], [NOW, NOW + 1])]
    assert len(set(ids)) == 8
    assert {len(one) for one in ids} == {24}
    assert id_of("z", "z", NOW) < id_of("a", "a", NOW + 1_000)


def test_a_revision_that_is_not_loaded_comes_out_by_name(strip, library):
    lost = Invite("after-support", "lost", "en", "operator")
    with pytest.raises(UnknownRevision, match="lost"):
        strip.take(lost)


# --- who else says something ---------------------------------------------------------------------------------------


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
    assert [(case.desk, case.reason) for case in rows.cases] == [("support", "score")]


@pytest.mark.parametrize(
    ("state", "rank"),
    [("sent", 3), ("failed", 5), ("undelivered", 5), ("delivered", 5), ("read", 6), ("new word", 2)],
)
def test_a_report_is_passed_on_with_how_far_the_message_got(strip, state, rank):
    rows = strip.take(Delivery("no such key", "P1", state, "30003", "off"))
    [row] = rows.deliveries
    assert (row.key, row.channel, row.provider_id, row.state, row.rank, row.code) == (
        "no such key",
        "sms",
        "P1",
        state,
        rank,
        "30003",
    )


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


# --- messages in halves --------------------------------------------------------------------------------------------

REPORT = Delivery("k", "P1", "delivered")


@pytest.mark.parametrize(
    ("bodies", "apart", "answers"),
    [
        (["8", "because it was slow"], GATHER - 1, {"score": "because it was slow", "what-better": ""}),
        (["8", "because it was slow"], GATHER, {"score": "", "what-better": ""}),
        (["8", REPORT, "because it was slow"], 100, {"score": "because it was slow", "what-better": ""}),
        ([REPORT, "8", "because", "it was slow"], 400, {"score": "because\nit was slow", "what-better": ""}),
        (["8", Control("bot"), "because it was slow"], 100, {"score": "", "what-better": ""}),
    ],
)
def test_texts_within_the_window_are_one_reply(strip, library, bodies, apart, answers):
    strip.take(invite(library))
    rows = strip.take(*bodies, at=NOW + HOUR, apart=apart)
    assert {row.question: row.comment for row in rows.answers} == answers
    assert rows.done == list(range(2, 2 + len(bodies)))


@pytest.mark.parametrize("halves", [["9", "STOP"], ["STOP", "9"], ["9", "please stop texting me"]])
def test_c7_a_stop_in_any_half_stops(strip, library, halves):
    strip.take(invite(library))
    strip.take(*halves, at=NOW + HOUR)
    assert strip.session.outcome == "opted_out"


def test_the_answer_goes_out_from_the_number_that_was_written_to(library):
    strip = Strip(library)
    strip.take(invite(library))
    event = claimed(2, "9", NOW + 1)
    inbound = msgspec.json.decode(event.body) | {"recipient": "+49300"}
    rows = strip.decide([event._replace(body=msgspec.json.encode(inbound).decode())])
    assert msgspec.json.decode(rows.outbox[0].payload)["sender"] == "+49300"
    assert strip.known.sender == "+49300"


# --- failures ------------------------------------------------------------------------------------------------------

BROKEN = "{not json"


@pytest.mark.parametrize(
    ("bodies", "done", "parked"),
    [
        ([BROKEN], [], [1]),
        (["hi", BROKEN], [1], [2]),
        ([BROKEN, "hi"], [], [1]),
        (["hi", "STOP", BROKEN, "START"], [1, 2], [3]),
        ([Unreadable("raw", "why")], [], [1]),
        (["hi", Unreadable("raw", "why"), "hi"], [1], [2]),
        ([BROKEN, BROKEN], [], [1]),
        (["hi", Unreadable("raw", "why"), BROKEN], [1], [3, 2]),
    ],
)
def test_the_event_that_fails_is_parked_what_came_before_it_stands_and_what_came_after_waits(
    library, bodies, done, parked
):
    strip = Strip(library, gather=0)
    events = [
        claimed(n, "", NOW + n)._replace(body=body) if body == BROKEN else claimed(n, body, NOW + n)
        for n, body in enumerate(bodies, 1)
    ]
    rows = strip.decide(events)
    assert rows.done == done
    assert [row.id for row in rows.parked] == parked
    assert len(rows.addresses) == bool(done)


def test_what_was_written_before_a_failure_is_written_once(strip, library):
    rows = strip.take(invite(library), Unreadable("raw", "why"))
    assert [len(each) for each in (rows.sessions, rows.outbox, rows.timers, rows.journal, rows.addresses)] == [1] * 5


def test_a_state_that_cannot_be_read_is_not_the_fault_of_the_other_lanes(library):
    known = {ANNA.lane: unknown()._replace(session="s", state="{"), BEN.lane: unknown(BEN)}
    batch = Batch([claimed(1, "hi"), claimed(2, "STOP", source=BEN)], known)
    rows = decide(batch, library.revision, NOW)
    assert (rows.done, [row.id for row in rows.parked]) == ([2], [1])
    assert [row.lane for row in rows.outbox] == [BEN.lane]


@pytest.mark.parametrize("attempts", range(MOST_ATTEMPTS))
def test_an_event_is_tried_again_later_each_time_and_then_given_up(attempts):
    parked = park(claimed(7, "secret", attempts=attempts), ValueError("secret"), NOW)
    assert parked.state == ("poison" if attempts + 1 == MOST_ATTEMPTS else "new")
    assert (parked.attempts, parked.ready_at) == (attempts + 1, NOW + 5_000 * (attempts + 1))
    assert parked.error == "ValueError at ?"


def test_s34_what_is_said_about_a_failure_names_the_place_and_not_the_customer(strip):
    body = msgspec.json.decode(claimed(1, "").body)
    body["body"] = {"type": "said", "text": 4915112340001}
    rows = strip.decide([claimed(1, "")._replace(body=msgspec.json.encode(body).decode())])
    assert rows.parked[0].error.startswith("ValidationError at bot.runtime.route:")


def test_an_effect_without_a_row_is_an_error(library):
    strip = Strip(library)
    strip.take(invite(library))
    lane = Lane(Consequences.none(), strip.known, ANNA, strip.session)
    with pytest.raises(TypeError, match="no row for str"):
        lane.apply(Turn(strip.session, ("what?",)), "{}", NOW)


# --- rows ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bodies", "written"),
    [
        (["hi"], True),  # heard: there is no session to tell
        (["9"], True),
        ([Consent("stop")], True),
        ([Delivery("k", "P1", "sent")], False),
        ([Control("bot")], False),
    ],
)
def test_an_address_is_written_when_it_changes(strip, bodies, written):
    strip.take("hello")
    assert bool(strip.take(*bodies, at=NOW + 1).addresses) == written


def test_a_turn_writes_the_session_and_leaves_the_address_alone(strip, library):
    strip.take(invite(library))
    rows = strip.take("9", at=NOW + 1)
    assert rows.addresses == []
    assert [row.heard_at for row in rows.sessions] == [NOW + 1]
    assert strip.take("STOP", at=NOW + 2).addresses != []


def test_an_opt_out_of_an_unknown_address_is_kept(strip):
    rows = strip.take(Consent("stop", answered=True))
    assert [(row.chat, row.opted_out_at) for row in rows.addresses] == [(ANNA.chat, NOW)]


def test_a_message_is_not_worth_sending_for_ever(strip, library):
    rows = strip.take(invite(library))
    assert rows.outbox[0].not_after == NOW + SURVEY_LIFE
    assert msgspec.json.decode(rows.outbox[0].payload)["not_after"] == NOW + SURVEY_LIFE


# --- replay --------------------------------------------------------------------------------------------------------

TYPED = ["9", "3", "because", "STOP", "START", "HELP", "hello"]
ACTS = [Consent("stop", answered=True), Control("human"), Control("bot"), REPORT, "invite", "invite", "timer"]
BODIES = st.sampled_from([*TYPED, *ACTS])


@given(bodies=st.lists(BODIES, min_size=1, max_size=12), cuts=st.sets(st.integers(0, 12)))
def test_p2_however_events_are_cut_into_batches_the_outcome_is_the_same(library, bodies, cuts):
    """Also with a crash after any batch: what is decided again has the same keys."""

    def outcome(batches):
        strip = Strip(library, gather=0)
        for batch in batches:
            bodies = [_body(strip, library, body) for _, body in batch]
            events = [claimed(n, body, NOW + n * HOUR) for (n, _), body in zip(batch, bodies, strict=True)]
            before, told = strip.known, dict(strip.told)
            first = strip.decide(events)
            strip.known, strip.told = before, told
            assert strip.decide(events) == first
            assert first.parked == []
        return strip.told, strip.known

    numbered = list(enumerate(bodies, 1))
    edges = [0, *sorted(cut for cut in cuts if 0 < cut < len(bodies)), len(bodies)]
    cut = outcome([numbered[a:b] for a, b in itertools.pairwise(edges)])
    alone = outcome([[one] for one in numbered])
    if "timer" not in bodies:  # a timer names the session that runs, which a batch learns only at its end
        assert cut[0] == alone[0]
        assert cut[1]._replace(heard_at=0, version=0) == alone[1]._replace(heard_at=0, version=0)


def _body(strip, library, body):
    if body == "invite":
        return invite(library)
    if body == "timer":
        return TimerFired(strip.session.id if strip.session else "nobody", NOW)
    return body


# --- arrivals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "kind", "rests", "state"),
    [
        (Said("8, because"), "said", True, "new"),
        (Said("STOP"), "keyword", False, "new"),
        (Said("Hilfe!"), "keyword", False, "new"),
        (Pressed("k", "8"), "pressed", False, "new"),
        (Consent("stop", answered=True), "consent", False, "new"),
        (Control("human"), "event", False, "new"),
        (Unreadable("raw", "no From"), "unreadable", False, "poison"),
    ],
)
def test_typed_words_rest_for_their_other_half_and_nothing_else_does(body, kind, rests, state):
    inbound = msgspec.json.decode(claimed(1, body).body)
    row = arrival(msgspec.convert(inbound, type=Inbound), NOW + 5, GATHER)
    assert (row.kind, row.state, row.ready_at) == (kind, state, NOW + 5 + GATHER * rests)
    assert (row.channel, row.lane, row.event_key, row.received_at) == ("sms", ANNA.lane, "e1", NOW + 5)
    assert row.error == ("no From" if state == "poison" else "")
