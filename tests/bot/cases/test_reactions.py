"""Emoji at the desk on what the customer wrote: which ones the customer gets to see, and what the agent reads."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases.desks import Reach
from bot.cases.effects import React
from bot.cases.events import (
    AgentReacted,
    AgentSaid,
    Assigned,
    BotSaid,
    Claimed,
    CustomerRemoved,
    CustomerSaid,
    DeliveryChanged,
    OptedIn,
    OptedOut,
    Released,
    Reopened,
    Resolved,
)
from bot.cases.reactions import AMONG_US
from tests.bot.cases.people import (
    ANNA,
    BEN,
    CARO,
    DESKS,
    LANE,
    STRANGER,
    TELEGRAM,
    Entry,
    Note,
    SetTimer,
    Story,
    claimed,
)

SHOWS = msgspec.structs.replace(DESKS, reach={"sms": Reach(4096, emoji=frozenset("👍❤🔥"))})


def noted(story: Story, number: int = 0) -> str:
    """The key of a message at the desk that shows what was said last: in the desk's place of this number."""
    return f"{story.notes[-1].key}.p{number}"


def told(by=ANNA, desks=SHOWS, **fields) -> tuple[Story, str]:
    """Somebody owns the case, and the customer has written: what shows it at the desk."""
    story = claimed(by, desks).does(CustomerSaid("It works", fields.get("ref", "m7")))
    return story, noted(story)


def puts(emoji: str, *shown: str, by=ANNA, taken: str = "") -> AgentReacted:
    return AgentReacted(by, "C0123:17.5", emoji, taken, shown)


def at_customer(story: Story) -> list[tuple[str, str, str]]:
    """What the last event put onto the customer's messages."""
    return [(one.place, one.ref, one.symbol) for one in story.of(React) if one.key]


@pytest.mark.parametrize(
    ("emoji", "shown"),
    [("👍", "👍"), ("❤️", "❤"), ("❤", "❤"), ("👍🏽", "👍"), ("🔥", "🔥")],
)
def test_the_owners_emoji_goes_onto_the_customers_own_message(emoji, shown):
    """However the agent's app spells it, the customer's gets the one that it knows; nothing is said in words there."""
    story, note = told()
    story.does(puts(emoji, note))
    assert at_customer(story) == [(LANE, "m7", shown)]
    assert (story.told, [each.text for each in story.notes]) == ([], [f"Anna: {emoji} on “It works”"])
    assert [each.place for each in story.notes] == [TELEGRAM]  # the desk's other place reads it in words
    [entry] = story.of(Entry)
    assert (entry.kind, entry.by, entry.text) == ("agent", "Anna", f"{emoji} on “It works”")
    assert entry.key == story.of(React)[0].key


@pytest.mark.parametrize(
    ("by", "emoji"),
    [
        (BEN, "👍"),
        (CARO, "🔥"),
        *((ANNA, emoji) for emoji in ("✅", "✔️", "☑️", "👀", "👓", "❌", "❔", "👌", "🤔", "💔")),
    ],
)
def test_lf5_colleagues_emoji_and_marks_stay_inside(by, emoji):
    """LF5: what is not the owner's, and what marks messages among colleagues, is noted and not sent."""
    story, note = told(desks=msgspec.structs.replace(SHOWS, reach={"sms": Reach(1600, emoji=AMONG_US | {"👍", "🔥"})}))
    story.does(puts(emoji, note, by=by))
    assert (at_customer(story), story.told, story.notes) == ([], [], [])
    assert [(each.kind, each.text) for each in story.of(Entry)] == [("note", f"{emoji} on “It works”")]


def test_nobody_owns_the_case_and_nobody_speaks_for_it():
    """LF5: before a claim, and once it is given back or away, an emoji is a note."""
    story = Story(SHOWS).opened().does(CustomerSaid("Hello?", "m7"))
    note = noted(story)
    assert at_customer(story.does(puts("👍", note))) == []
    story.does(Claimed(ANNA), Released(ANNA))
    assert at_customer(story.does(puts("👍", note))) == []
    story.does(Claimed(ANNA), Assigned(ANNA, "ben"))
    assert at_customer(story.does(puts("👍", note))) == []
    assert at_customer(story.does(puts("👍", note, by=BEN))) == [(LANE, "m7", "👍")]


def test_a_strangers_emoji_means_nothing_and_asks_for_no_answer():
    """Whoever passes by with an emoji is not told off for it."""
    story, note = told()
    story.does(puts("👍", note, by=STRANGER))
    assert story.effects == ()


def test_taking_it_away_takes_it_away_there():
    """Only by who put it; one of several that were put is not the one that shows."""
    story, note = told()
    story.does(puts("👍", note), puts("🔥", note))
    assert at_customer(story) == [(LANE, "m7", "🔥")]  # the latest counts
    for event in (puts("", note, taken="👍"), puts("", note, by=BEN, taken="🔥"), puts("", note, by=BEN)):
        assert story.does(event).effects == ()
    story.does(puts("", note, taken="🔥"))
    assert at_customer(story) == [(LANE, "m7", "")]
    assert [each.text for each in story.of(Entry)] == ["took 🔥 off “It works”"]
    assert story.does(puts("", note, taken="🔥")).effects == ()
    story.does(puts("❤️", note), puts("", note))  # where the provider does not say which
    assert at_customer(story) == [(LANE, "m7", "")]


def test_who_gave_the_case_away_may_still_take_their_emoji_back():
    """And the new owner's takes the place of the former one's."""
    story, note = told()
    story.does(puts("👍", note), Assigned(ANNA, "ben"), puts("🔥", note, by=BEN))
    assert at_customer(story) == [(LANE, "m7", "🔥")]
    assert story.does(puts("", note, taken="👍")).effects == ()
    story, note = told()
    story.does(puts("👍", note), Assigned(ANNA, "ben"), puts("", note, taken="👍"))
    assert at_customer(story) == [(LANE, "m7", "")]


def test_the_same_emoji_again_is_no_news():
    """The same in another spelling, from another place, told a second time."""
    story, note = told()
    story.does(puts("❤️", note))
    assert story.does(puts("❤", note)).effects == ()
    assert story.does(puts("❤️", note.replace(".p0", ".p1"))).effects == ()


def test_where_there_are_no_emoji_each_agent_reads_so_once():
    """On SMS: one whisper to who put it, nothing to the customer, and no second one in this case."""
    story, note = told(desks=DESKS)
    story.does(puts("👍", note))
    assert (at_customer(story), story.told) == ([], [])
    [whisper] = story.notes
    assert (whisper.place, whisper.whisper, whisper.reply_to) == (ANNA.place, "U1", "C0123:17.5")
    assert whisper.text.startswith("Only the desk sees your 👍")
    assert story.does(puts("🔥", note)).effects == ()
    story.does(Assigned(ANNA, "ben"), puts("👍", note, by=BEN))
    assert [each.whisper for each in story.notes] == ["U2"]


@pytest.mark.parametrize(
    ("ref", "emoji"),
    [("m7", ":party_parrot:"), ("m7", "🐌"), ("", "👍")],
)
def test_an_emoji_that_cannot_be_shown_there_is_told_every_time(ref, emoji):
    """One that the customer's app lacks, or on a press, which is no message of theirs."""
    story, note = told(ref=ref)
    for _ in range(2):
        story.does(puts(emoji, note))
        assert (at_customer(story), story.told) == ([], [])
        assert [each.whisper for each in story.notes] == ["U1"]
        assert f"Only the desk sees your {emoji}" in story.notes[0].text


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (Resolved(ANNA, "price"), "this case is resolved"),
        (OptedOut(), "STOP"),
        (CustomerRemoved("m7"), "none can be put"),
    ],
)
def test_nothing_is_put_where_nothing_may_be_sent(event, why):
    """After the end, after STOP, on a message that the customer took back: the agent reads why."""
    story, note = told()
    story.does(event, puts("👍", note))
    assert at_customer(story) == []
    assert [why in each.text for each in story.notes] == [True]


def test_only_what_the_customer_wrote_is_meant():
    """The card, what an agent or the bot said, another case's message, a note that is forgotten: nothing happens."""
    story, note = told()
    story.does(BotSaid("How likely …?"))
    others = [noted(story)]
    story.does(AgentSaid(CARO, "Hello", "r1", intent="internal"))
    others += [noted(story), "kabcdefghijklmnopqrstuvwx.card.pabcd", note.replace("abc", "xyz"), "", "k.p0"]
    for other in others:
        assert story.does(puts("👍", other)).effects == ()
    assert story.does(puts("👍")).effects == ()


def test_of_several_texts_that_stand_in_one_message_the_latest_is_meant():
    """A desk that is slow to read is told several things as one; the customer's latest words are what one answers."""
    story, first = told()
    story.does(CustomerSaid("Thank you", "m8"))
    second = noted(story)
    story.does(BotSaid("How likely …?"))
    story.does(puts("👍", noted(story), second, first))
    assert at_customer(story) == [(LANE, "m8", "👍")]


@pytest.mark.parametrize("state", ["failed", "cancelled", "expired", "unknown"])
def test_lf4_an_emoji_that_did_not_arrive_is_told(state):
    """LF4: where it was put, in words; after that it is none, and can be put again."""
    story, note = told()
    story.does(puts("👍", note))
    sent = story.of(React)[0].key
    story.does(DeliveryChanged(sent, state))
    assert [(each.place, each.text) for each in story.notes] == [
        (ANNA.place, "Did not reach the customer: 👍 on “It works”")
    ]
    assert story.does(DeliveryChanged(sent, state)).effects == ()
    assert at_customer(story.does(puts("👍", note))) == [(LANE, "m7", "👍")]
    assert story.does(DeliveryChanged(sent, "failed")).effects == ()  # the earlier one's


def test_an_emoji_is_no_answer():
    """The clocks of the first answer and of silence go on: the customer has read no word."""
    story, note = told()
    before = story.case
    story.does(puts("👍", note))
    for name in ("responded_at", "due_at", "silent_since", "relayed", "phase"):
        assert getattr(story.case, name) == getattr(before, name)


PEOPLE = st.sampled_from([ANNA, BEN, CARO, STRANGER])
PUT = st.builds(puts, st.sampled_from(["👍", "❤️", "✅", "🐌", ""]), by=PEOPLE, taken=st.sampled_from(["", "👍"]))
OTHERS = st.one_of(
    st.builds(Claimed, PEOPLE),
    st.builds(Released, PEOPLE),
    st.builds(Resolved, PEOPLE, st.just("price")),
    st.builds(Reopened, PEOPLE),
    st.sampled_from([OptedOut(), OptedIn(), CustomerSaid("Hm", "m8"), CustomerRemoved("m7")]),
)


@settings(max_examples=300, deadline=None)
@given(steps=st.lists(st.one_of(PUT, PUT, OTHERS), max_size=20), sms=st.booleans())
def test_lf5_t14_nobodys_but_the_owners_emoji_gets_there(steps, sms):
    """LF5, T14: whatever happens around it, the owner puts it, in an open case; who put it takes it away."""
    story, note = told(desks=DESKS if sms else SHOWS)
    for event in steps:
        before = story.case
        story.does(msgspec.structs.replace(event, shown=(note,)) if isinstance(event, AgentReacted) else event)
        there = [react for react in story.of(React) if react.key]
        if isinstance(event, AgentReacted):
            assert all(isinstance(one, Note | Entry | React | SetTimer) for one in story.effects)
        for react in there:
            assert not sms
            assert (react.place, react.ref) == (LANE, "m7")
            [line] = [line for line in before.lines if line.ref == "m7"]
            if react.symbol:
                assert react.symbol in "👍❤"
                assert (before.owner, before.closed, before.opted_out_at) == (event.by, False, 0)
            else:
                assert line.emoji.by == event.by.id
