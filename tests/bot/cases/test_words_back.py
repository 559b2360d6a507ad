"""Deliveries, edits and deletions (LIVE_FOLLOWUP 4 and 8), loops (9)."""

import itertools

import msgspec
import pytest
from msgspec.structs import replace

from bot.cases.desks import Canned, Reach
from bot.cases.effects import Entry, Note, Tell
from bot.cases.events import (
    AgentEdited,
    AgentRemoved,
    AgentSaid,
    BotSaid,
    Chosen,
    Claimed,
    CustomerEdited,
    CustomerRemoved,
    CustomerSaid,
    DeliveryChanged,
    OptedOut,
    Released,
    Resolved,
    Woken,
)
from bot.messages import Media
from tests.bot.cases.people import ANNA, ANNA_WEB, BEN, DESKS, MINUTE, SUPPORT, Story, claimed

EDITING = msgspec.structs.replace(DESKS, reach={"sms": Reach(4096, edits=True)})


def sent(desks=DESKS) -> tuple[Story, str]:
    """A case in which Anna has written, and the key of what the customer got."""
    story = claimed(desks=desks).does(AgentSaid(ANNA, "hello", "r1"))
    return story, story.of(Tell)[0].key


@pytest.mark.parametrize("order", list(itertools.permutations(["queued", "sent", "delivered", "read"])))
def test_a_status_never_goes_back(order):
    """Whatever order reports come in, the sign on the message is the furthest of them."""
    story, key = sent()
    story.does(*[DeliveryChanged(key, state) for state in order])
    assert story.case.lines[-1].state == "read"


def test_a_failure_says_why_and_offers_to_try_again():
    """Retry sends the same words once more, once."""
    story, key = sent()
    story.does(DeliveryChanged(key, "failed", "30003", "the phone is off"))
    assert story.signs == ["failed"]
    (note,) = story.notes
    assert "the phone is off" in note.text
    assert [option.value for option in note.options] == [f"retry:{key}"]
    story.does(Chosen(ANNA, "retry", key))
    assert story.told == ["hello"]
    story.does(Chosen(ANNA, "retry", key))
    assert story.told == []


def test_a_send_in_doubt_is_said_and_never_repeated_by_us():
    """LIVE_FOLLOWUP 4."""
    story, key = sent()
    story.does(DeliveryChanged(key, "unknown"))
    assert story.told == []
    assert story.signs == ["unknown"]
    story.does(DeliveryChanged(key, "delivered"))
    assert story.case.lines[-1].state == "delivered"


@pytest.mark.parametrize("first", [OptedOut("stop"), "cancelled"])
@pytest.mark.parametrize("later", ["failed", "undelivered", "expired", "cancelled"])
def test_b04_what_was_cancelled_and_then_failed_is_shown_as_failed_once(first, later):
    """A STOP while it is under way, and the provider refuses it: the desk has read that nothing is sent any more."""
    story, key = sent()
    story.does(first if isinstance(first, OptedOut) else DeliveryChanged(key, first, "", "opted out"))
    assert story.signs == ["failed"]
    assert len(story.notes) == 1
    story.does(DeliveryChanged(key, later, "21610", "the customer has opted out"))
    assert (story.signs, story.notes) == ([], [])


@pytest.mark.parametrize(("later", "sign"), [("sent", "sent"), ("delivered", "delivered"), ("unknown", "unknown")])
def test_b04_what_was_cancelled_and_went_out_all_the_same_says_so(later, sign):
    """It was with the provider when the STOP came."""
    story, key = sent()
    story.does(OptedOut("stop"))
    story.does(DeliveryChanged(key, later))
    assert story.signs == [sign]
    assert len(story.notes) == (later == "unknown")


def test_an_edit_changes_the_customer_s_copy_where_the_channel_can():
    """And a link's preview is no edit."""
    story, key = sent(EDITING)
    story.does(AgentEdited(ANNA, "r1", "hello!"))
    (tell,) = story.of(Tell)
    assert (tell.edits, tell.text) == (key, "hello!")
    assert story.does(AgentEdited(ANNA, "r1", "hello!")).told == []
    assert story.does(AgentEdited(BEN, "r1", "evil")).told == []


def test_on_sms_a_correction_is_offered_and_never_sent_by_itself():
    """LIVE_FOLLOWUP 8."""
    story, _ = sent()
    story.does(AgentEdited(ANNA, "r1", "hello Mr B"))
    assert story.told == []
    assert [option.value for option in story.notes[0].options] == ["correct:r1"]
    assert story.does(Chosen(ANNA, "correct", "r1")).told == ["* hello Mr B"]


def test_a_deleted_message_goes_where_it_can_and_a_thread_s_root_means_nothing():
    """Deleting a Slack thread's root sends the customer nothing."""
    story, key = sent(EDITING)
    story.does(AgentRemoved(ANNA, "r1"))
    assert [(tell.removes, tell.edits) for tell in story.of(Tell)] == [(True, key)]
    assert story.does(AgentRemoved(ANNA, "root")).effects == ()
    story, _ = sent()
    story.does(AgentRemoved(ANNA, "r1"))
    assert story.told == []
    assert story.notes


def test_a_held_message_is_changed_and_dropped_with_its_original():
    """Before anybody has decided."""
    story = claimed().does(AgentSaid(BEN, "x", "r1"), AgentEdited(BEN, "r1", "y"))
    assert story.case.held[0].text == "y"
    assert story.does(AgentRemoved(BEN, "r1")).case.held == ()


def test_customer_edits_show_old_and_new():
    """The original is kept."""
    story = claimed().does(CustomerSaid("I am angry", "c1"), CustomerEdited("c1", "I am sad"))
    assert all("I am angry" in note.text and "I am sad" in note.text for note in story.notes)
    story.does(CustomerRemoved("c1"))
    assert story.told == []
    assert story.notes


def test_eleven_messages_in_half_a_minute_are_no_person():
    """LIVE_FOLLOWUP 9: two machines that answer each other stop at ten in 30 s."""
    story = claimed()
    out = 0
    for number in range(30):
        story.does(AgentSaid(ANNA, f"auto {number}", f"r{number}"), after=500)
        out += len(story.told)
        story.does(CustomerSaid("auto", f"c{number}"), after=500)
    assert out == 10


def test_whoever_writes_every_three_seconds_is_a_person():
    """LIVE_FOLLOWUP 9: ten in 30 s are counted, and those before are forgotten."""
    story = claimed()
    for number in range(30):
        story.does(AgentSaid(ANNA, f"word {number}", f"r{number}"), after=3_000)
        assert story.told == [f"word {number}"]


def test_what_would_be_cut_or_costly_is_said_before_it_is_sent():
    """The limit is the channel's; four paid parts ask first, and say-so sends."""
    story = claimed().does(AgentSaid(ANNA, "x" * 1601, "r1"))
    assert story.told == []
    story.does(AgentSaid(ANNA, "x" * 600, "r2"))
    assert story.told == []
    story.does(Chosen(ANNA, "send", story.case.held[0].id))
    assert story.told == ["x" * 600]


@pytest.mark.parametrize("intent", ["", "reply"])
@pytest.mark.parametrize("text", ["x" * 600, "ü" * 153 * 4, "🙂" * 140])
def test_a_kept_reply_costs_what_typed_words_cost(text, intent):
    """More than three paid parts, also where one emoji makes all of them shorter, are asked about."""
    story = claimed().does(AgentSaid(ANNA, text, "r1", intent=intent))
    assert (story.told, [note.whisper for note in story.notes]) == ([], ["U1"])
    assert "paid text messages" in story.notes[0].text
    story.does(Chosen(ANNA, "send", story.case.held[0].id))
    assert story.told == [text]


def test_a_kept_reply_is_no_answer_to_the_question_for_the_cause():
    """Whoever is asked for a cause and sends a kept reply has sent it, or reads that it is held."""
    story = claimed().does(Resolved(ANNA), AgentSaid(ANNA, "We are sorry.", intent="reply"))
    assert (story.told, story.case.phase) == (["We are sorry."], "waiting")
    story = Story().opened().does(Resolved(ANNA), AgentSaid(ANNA, "We are sorry.", intent="reply"))
    assert (story.told, story.case.phase, len(story.case.held)) == ([], "open", 1)


def test_a_code_that_is_not_known_yet_counts_as_the_longest():
    """And the desk reads the voucher's name where it will be, in the history, in other places, and if it fails."""
    goodwill = Canned("goodwill", {"en": "{{ code }}"}, voucher=True, codes=("A", "B" * 480))
    desks = replace(DESKS, desks={"support": replace(SUPPORT, canned=(goodwill,))})
    story = Story(desks).opened().does(Claimed(ANNA))
    said = AgentSaid(ANNA, "Your code: {{ code }}", "r1", intent="reply", voucher="goodwill")
    story.does(said)
    assert "that makes 4 paid text messages" in story.notes[0].text
    story.does(Chosen(ANNA, "send", story.case.held[0].id))
    (tell,) = story.of(Tell)
    assert (tell.text, tell.voucher) == ("Your code: {{ code }}", "support/goodwill")
    assert [entry.text for entry in story.of(Entry)] == ["Your code: [voucher goodwill]"]
    assert [note.text for note in story.notes] == ["Anna: Your code: [voucher goodwill]"]
    story.does(DeliveryChanged(tell.key, "failed"))
    assert "“Your code: [voucher goodwill]”" in story.notes[0].text
    story.does(Released(ANNA), said, after=0)
    story.does(Woken(), after=20 * MINUTE)
    assert [entry.text for entry in story.of(Entry) if entry.kind == "held"] == ["Your code: [voucher goodwill]"]


def test_what_the_bot_says_is_known_by_its_message():
    """So that the history can tell what became of it."""
    story = claimed().does(BotSaid("How likely …?", "s1.2.0"))
    assert [(entry.kind, entry.key) for entry in story.of(Entry)] == [("bot", "s1.2.0")]


def test_both_sides_appear_in_every_place():
    """Mirrored words of the customer carry the text as it is, for the channel to escape."""
    hostile = "<!channel> <@U1> *x* _y_ \u202e"
    story = claimed().does(CustomerSaid(hostile, "c1"))
    assert all(hostile in note.text for note in story.of(Note))


def test_a_retry_takes_the_files_along_from_where_they_came_in():
    """Whoever presses it, and wherever."""
    photo = Media("F1", "image/png", "a.png")
    story = claimed().does(AgentSaid(ANNA, "look", "r1", (photo,)))
    (first,) = story.of(Tell)
    story.does(DeliveryChanged(first.key, "failed"), Chosen(ANNA_WEB, "retry", first.key))
    (second,) = story.of(Tell)
    assert (second.media, second.origin) == ((photo,), first.origin)
