"""The whole way of a conversation, inbox to provider, as transcripts on both databases."""

import pytest

from bot.messages import Consent, Control, Delivery, Pressed
from flows.phrases import phrase
from tests.bot.runtime.house import ANNA, BEN, GATHER, House, Line

ASKED = "Hi, this is Echolot. After talking to our support, how likely are you to recommend us?"
HOUR, DAY = 3_600_000, 86_400_000

STORIES = {
    "a reason of its own": """
        > 9
        ~ 1500
        < That is great to hear, thank you! What helped you most?
        > Anna on the phone
        ~ 1500
        < Thank you, we will pass that on. Have a lovely day!
    """,
    "split messages are read together (window)": """
        > 8
        ~ 700
        <
        > because the first answer was wrong
        ~ 800
        < Thank you, we will pass that on. Have a lovely day!
    """,
    "c6 p8 a stop does not wait, and wakes what rests in its lane": """
        > 8
        > STOP
        ~ 0
        < You are unsubscribed and will get no more surveys from us. Reply START to subscribe again.
        > STOP
        ~ 1500
        <
    """,
    "p9 a reminder comes once, and the survey ends by itself": """
        ~ 86400000
        < Just a quick one…
        ~ 0
        ~ 1000
        <
        ~ 259200000
        <
        > 9
        ~ 1500
        < Thank you, your answer has arrived, even though the survey had already ended.
    """,
    "p9 after an outage one reminder stands for all that were missed": """
        ~ 172800000
        < Just a quick one…
    """,
}


@pytest.mark.parametrize("story", STORIES)
async def test_stories(house, story):
    await house.asks()
    assert house.line.taken.pop().prompt.text.startswith(ASKED)
    await house.play(STORIES[story])
    assert (await house.store.poison()) == []


@pytest.mark.parametrize(("language", "word"), [("de", "Abmelden"), ("en", "unsubscribe")])
async def test_i6_after_a_stop_nothing_more_is_sent_and_nobody_is_invited(house, language, word):
    await house.asks(language=language)
    await house.play(f"> {word}\n~ 0\n< {phrase('stopped', language)}")
    tried = len(house.line.tried)
    session = await house.asks()
    assert await house.store.outbound(f"{session}.1.0") is None
    await house.gets("9")
    await house.waits(DAY)
    assert len(house.line.tried) == tried
    await house.play(f"> START\n~ 0\n< {phrase('restarted', language)}")
    await house.asks()
    assert len(house.line.tried) == tried + 2


async def test_p8_what_waits_to_be_sent_when_somebody_stops_is_cancelled(house):
    session = await house.office.invite("after-support", ANNA, language="en")
    await house.works()
    await house.gets(Consent("stop", answered=True))
    await house.waits()
    assert (house.line.tried, await house.state(f"{session}.1.0")) == ([], "cancelled")


async def test_p8_what_a_stop_meets_in_its_own_batch_is_not_sent_either(house):
    session = await house.office.invite("after-support", ANNA, language="en")
    await house.gets("STOP")
    await house.waits()
    assert [message.prompt.text for message in house.line.tried] == [phrase("stopped", "en")]
    assert await house.state(f"{session}.1.0") == "cancelled"


async def test_i9_a_reminder_that_is_queued_when_a_person_takes_over_is_not_sent(house):
    """LIVE_FOLLOWUP 7: the owner is checked again when a message is about to go."""
    session = await house.asks()
    house.clock.passes(DAY)
    await house.store.tick(house.clock(), 10)
    await house.works()
    await house.office.hand_over(ANNA, "human", "eva", "act-1")
    await house.works()
    await house.sends()
    assert len(house.line.tried) == 1
    assert await house.states() == {"sent": 1, "cancelled": 1}
    await house.office.hand_over(ANNA, "bot", "eva", "act-2")
    await house.office.hand_over(ANNA, "bot", "eva", "act-2")
    await house.waits()
    assert [message.key for message in house.line.tried[1:]] == [f"{session}.4.0"]


async def test_p2_the_same_event_five_times_has_one_effect(house):
    session = await house.asks()
    for _ in range(5):
        await house.gets(Pressed(f"{session}.1.0", "10"), key="once")
        await house.waits(0)
    assert len(house.line.tried) == 2
    [response] = await house.store.responses()
    assert response["score"] == 10


async def test_i11_the_journal_of_a_session_names_every_turn(house):
    session = await house.asks()
    await house.gets("9, because it was fast")
    await house.waits()
    journal = await house.store.journal(session)
    assert [row["turn"] for row in journal] == [1, 2]


@pytest.mark.parametrize("late", [0, 1])
async def test_p4_what_could_not_be_sent_in_time_expires(house, late):
    """A survey's question after a day, the confirmation of an opt-out after five minutes; not a moment earlier."""
    session = await house.office.invite("after-support", ANNA, language="en")
    await house.gets("HELP", BEN)
    await house.works()
    house.clock.passes(5 * 60_000 + late)
    await house.dispatcher._lease_and_send()
    await house.lands()
    assert [message.to for message in house.line.tried] == ([ANNA] if late else [ANNA, BEN])
    assert await house.states() == ({"sent": 1, "expired": 1} if late else {"sent": 2})
    assert await house.state(f"{session}.1.0") == "sent"
    other = await house.office.invite("relationship", BEN, language="en")
    await house.works()
    house.clock.passes(DAY + late)
    await house.sends()
    assert await house.state(f"{other}.1.0") == ("expired" if late else "sent")


@pytest.mark.parametrize("key", ["", "P-unknown"])
async def test_a_report_about_a_message_that_nobody_knows_changes_nothing(house, key):
    await house.asks()
    await house.gets(Delivery(key, "P99", "failed", "30003"))
    await house.waits()
    assert await house.states() == {"sent": 1}
    assert await house.store.poison() == []


async def test_a_report_settles_its_message(house):
    session = await house.asks()
    for state, after in [("delivered", "delivered"), ("sent", "delivered"), ("read", "read"), ("failed", "read")]:
        await house.gets(Delivery(f"{session}.1.0", "P1", state))
        await house.waits(0)
        assert await house.state(f"{session}.1.0") == after


# --- the office ----------------------------------------------------------------------------------------------------


async def test_p10_the_same_key_invites_once_and_names_the_same_session(house):
    first = await house.asks(key="order-7")
    house.clock.passes(HOUR)
    again = await house.asks(key="order-7")
    assert (again, len(house.line.tried)) == (first, 1)
    assert await house.state(f"{first}.1.0") == "sent"
    assert await house.asks(key="order-7", to=BEN) != first
    assert await house.asks() != first


async def test_an_invitation_names_the_session_even_if_the_clock_goes_on_meanwhile(store, library):
    house = House(store, library)
    times = iter(range(house.clock.now, house.clock.now + 1000, 7))
    for part in (house.office, house.intake):
        part._clock = lambda: next(times)
    house.clock.passes(10_000)
    session = await house.asks()
    assert await house.state(f"{session}.1.0") == "sent"


async def test_a_conversation_goes_on_with_the_flow_it_began_with(store, library):
    """Another process, whose library has never seen that revision, loads it from the store."""
    house = House(store, library)
    await house.asks()
    from flows.library import Library, Source  # noqa: PLC0415 - a library of its own

    text = library.source(library.get("relationship").revision)
    other = House(store, Library([Source("relationship.yaml", text)]), Line())
    other.clock.passes(HOUR)
    await other.intake.accept([])
    other._events = 100
    await other.play("> 9\n~ 1500\n< That is great to hear, thank you! What helped you most?")
    assert other.worker.failures == 0


async def test_controls_of_nobody_are_harmless(house):
    await house.gets(Control("human"))
    await house.gets(Control("bot"))
    await house.waits(GATHER)
    assert house.line.tried == []
