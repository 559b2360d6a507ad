"""What is read together, and that it does not matter how events are cut into batches."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Consent, Control, Delivery, Inbound, Pressed, Said, TimerFired, Unreadable
from bot.runtime.intake import arrival
from tests.bot.runtime.house import ANNA, GATHER, NOW
from tests.bot.runtime.lanes import Strip, claimed, invite

HOUR = 3_600_000

# --- messages in halves ----------------------------------------------------------------------------------------------

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


# --- replay ----------------------------------------------------------------------------------------------------------

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


# --- arrivals --------------------------------------------------------------------------------------------------------


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
