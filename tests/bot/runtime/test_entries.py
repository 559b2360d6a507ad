"""Surveys that customers begin themselves, over the whole way and on both databases."""

import asyncio

import pytest

from bot.contacts import place
from bot.messages import Address, Consent, Control, Inbound, Pressed, Said, Started
from bot.outreach.entries import Entries, EntrySettings
from bot.pseudonyms import Pseudonyms
from bot.runtime.entering import Doors, used
from bot.runtime.worker import Worker
from flows.library import Library
from flows.phrases import phrase
from storage.consent import Suppression, chain, standing_of, suppress, uses, verify
from storage.scripts import Ask
from storage.sql import portable
from tests.bot.runtime.house import ANNA, BEN, NOW, House

DAY = 24 * 3_600_000
HALLO = "Hallo, hier ist Echolot."
POSTER = "Schicken Sie SHOP17 an diese Nummer und sagen Sie uns, wie es war."
KEYS = Pseudonyms([b"k" * 32])
AGAIN, CLOSED, STOPPED = (phrase(f"entry_{why}", "de") for why in ("again", "closed", "stopped"))
VARIED = """
format: 1
id: after-support
title: Two questions
kind: transactional
languages: [de]
variables: {brand: {default: none}, needed: {optional: false}}
steps:
  - id: first
    ask: {type: choice, text: "Welche {{ brand }}?", options: [{value: a, label: Shop17}, {value: b, label: Andere}]}
  - id: why
    ask: {type: text, text: Warum?}
"""
portable()["entries_contact"] = """
    INSERT INTO contact_address (lane, contact, channel, hmac, key_id, rank, added_at)
    VALUES (:lane, 'c1', :channel, :hmac, 'k', 0, 0)"""


def named(address):
    return "twilio", place(address, "twilio", KEYS)


def opened(house, **fields):
    """Doors with one entry for each mapping; the first is SHOP17 of the entry shop-17."""
    usual = {"word": "SHOP17", "flow": "after-support", "wording": POSTER}
    entries = [EntrySettings(**{**usual, **fields}).made("shop-17", "UTC")]
    entries.append(EntrySettings(**{**usual, "word": "PIZZA", **fields}).made("pizza", "UTC"))
    current = {each.id: each for each in house.library.flows}
    house.worker.doors = Doors(Entries(entries), current.get, {"company": "Echolot", "other": "x"})
    house.worker.names = named
    return house


@pytest.fixture
def shop(house):
    return opened(house)


def texts(house, to=ANNA):
    return [message.prompt.text for message in house.line.taken if message.to == to]


async def says(house, body, source=ANNA, key=""):
    """It arrives, and everything that follows from it happens."""
    await house.gets(body, source, key)
    await house.waits()


async def proofs(house, address=ANNA):
    names = named(address)[1].names
    return await house.store.read(lambda: chain(names))


@pytest.mark.parametrize(("how", "source"), [("shop17!", "twilio_keyword"), (Started("shop-17"), "twilio_start")])
async def test_a_word_or_a_link_begins_its_survey_on_a_grant_of_its_own(shop, how, source):
    """What is agreed to is this survey, with the words of the poster; its first message stands on just that."""
    await says(shop, how)
    [told] = texts(shop)
    assert told.startswith(HALLO)
    [link] = links = await proofs(shop)
    event = link.event
    assert (event.action, event.basis, event.purpose) == ("granted", "consent", "survey:shop-17")
    assert (event.source, event.wording, event.locale, event.channel) == (source, POSTER, "de", "sms")
    assert event.evidence == {"entry": "shop-17", "word": "shop17!" if source.endswith("keyword") else "shop-17"}
    assert verify(links) == []
    [session] = await shop.store.sessions()
    assert session["basis"] == "consent"
    [use] = await shop.store.read(lambda: uses([ANNA.lane]))
    assert use[1:3] == ("consent", event.id)


async def test_it_permits_nothing_else(shop):
    """The purpose that campaigns and triggers ask for stays without a grant."""
    await says(shop, "SHOP17")
    names = named(ANNA)[1].names
    held = await shop.store.read(lambda: standing_of(names, NOW))
    assert list(held.grants) == [("survey:shop-17", "sms")]


@pytest.mark.parametrize("text", ["SHOP17 please", "shop 17", "shop-17", "17", "", "SHOP18"])
async def test_what_is_not_the_word_begins_nothing(shop, text):
    await says(shop, text)
    assert (texts(shop), await proofs(shop)) == ([], [])


async def test_the_same_message_twice_begins_once(shop):
    """Providers deliver again; the second one is no second agreement either."""
    for _ in range(2):
        await says(shop, "SHOP17", key="SM1")
    assert len(texts(shop)) == len(await shop.store.sessions()) == len(await proofs(shop)) == 1


async def test_two_workers_begin_it_once(shop):
    """Whoever is first, where the database lets there be two."""
    await shop.gets("SHOP17")
    shop.clock.passes(5_000)
    workers = [Worker(shop.store, shop.library, shop.clock, batch=1) for _ in range(2)]
    for worker in workers:
        worker.doors, worker.names = shop.worker.doors, named
    for _ in range(3):
        await asyncio.gather(*(worker.step() for worker in workers))
    await shop.waits(0)
    assert len(texts(shop)) == len(await shop.store.sessions()) == len(await proofs(shop)) == 1


@pytest.mark.parametrize("halves", [("SHOP17", "SHOP17"), ("hallo", "SHOP17"), ("SHOP17", "danke")])
async def test_a_word_counts_among_texts_that_come_together(shop, halves):
    for text in halves:
        await shop.gets(text)
    await shop.waits()
    assert len(await shop.store.sessions()) == 1


async def test_a_second_scan_within_the_time_gets_a_kind_sentence(house):
    """And after it a second survey."""
    shop = opened(house, once_every="30d")
    await says(shop, "SHOP17")
    await says(shop, "9")
    await says(shop, "Die Beratung")
    shop.clock.passes(29 * DAY)
    await says(shop, "SHOP17")
    assert (texts(shop)[-1], len(await shop.store.sessions())) == (AGAIN, 1)
    shop.clock.passes(DAY)
    await says(shop, Started("shop-17"))
    assert (texts(shop)[-1].startswith(HALLO), len(await shop.store.sessions())) == (True, 2)


async def test_once_is_once_per_person_as_far_as_they_are_known(house):
    """Two numbers of one contact are one person; a stranger is another."""
    shop = opened(house, once_every="30d")
    for address in (ANNA, BEN):
        row = (address.lane, "sms", named(address)[1].hmac)
        await shop.store.run(lambda row=row: only("entries_contact", row))
    await says(shop, "SHOP17")
    await says(shop, "SHOP17", BEN)
    assert texts(shop, BEN) == [AGAIN]
    await says(shop, "SHOP17", stranger := Address("sms", "+4915112340009"))
    assert texts(shop, stranger)[0].startswith(HALLO)


def only(name, values):
    return (yield Ask(name, values))


async def test_the_survey_that_runs_is_asked_again_and_not_begun_again(shop):
    """Two scans at the table: one survey. It ends nobody's patience either: the third one hears nothing."""
    await says(shop, "SHOP17")
    for _ in range(2):
        await says(shop, "SHOP17")
    question = texts(shop)[1]
    assert (len(texts(shop)), "Zurück zu unserer Frage" in question) == (2, True)
    assert len(await shop.store.sessions()) == 1


async def test_another_survey_makes_way_for_the_word(shop):
    """Nobody answers a question for a number with it."""
    await shop.asks(flow="relationship")
    await says(shop, "PIZZA")
    outcomes = sorted((row["flow"], row["outcome"]) for row in await shop.store.sessions())
    assert outcomes == [("after-support", ""), ("relationship", "superseded")]


@pytest.mark.parametrize(
    ("word", "begins"), [("PIZZA", False), ("SHOP17", True), (Started("pizza"), True)], ids=["word", "code", "link"]
)
async def test_a_question_for_words_takes_a_word_and_no_code(shop, word, begins):
    """“What did you like best?” — “Pizza”."""
    await shop.asks(flow="relationship")
    await says(shop, "9")
    await says(shop, word)
    assert len(await shop.store.sessions()) == (2 if begins else 1)


async def test_a_question_that_offers_the_word_takes_it(store):
    """Also where a variant of the survey runs; and what lacks a value does not begin."""
    library = Library()
    library.begin_with(library.add_source(VARIED))
    shop = opened(House(store, library), set={"brand": "x", "needed": "y", "gone": "z"})
    await says(shop, "PIZZA")
    assert texts(shop)[0].startswith("Welche x?")
    await says(shop, "SHOP17")
    assert texts(shop)[-1] == "Warum?"
    opened(shop, set={"brand": "other"})
    await says(shop, "SHOP17")
    assert texts(shop)[-1] == CLOSED


async def test_the_same_survey_about_something_else_is_another_one(store):
    """Whoever walks on to the next shop is asked about that."""
    library = Library()
    library.begin_with(library.add_source(VARIED))
    shop = opened(House(store, library), set={"brand": "one", "needed": "y"})
    await says(shop, "PIZZA")
    opened(shop, set={"brand": "two", "needed": "y"})
    await says(shop, "PIZZA")
    assert [text.split("\n")[0] for text in texts(shop)] == ["Welche one?", "Welche two?"]


@pytest.mark.parametrize("how", ["SHOP17", Started("shop-17", "de")])
async def test_a_stop_stands_and_start_is_the_way_back(shop, how):
    """A link is no START either. Then the word begins its survey."""
    await says(shop, "STOP")
    await says(shop, how)
    assert (texts(shop)[-1], await shop.store.sessions()) == (STOPPED, [])
    await says(shop, "START")
    await says(shop, how)
    assert len(await shop.store.sessions()) == 1
    assert [link.event.action for link in await proofs(shop)] == ["withdrawn", "granted", "granted"]


@pytest.mark.parametrize(
    ("reason", "says_how"), [("21610", True), ("manual", False), ("objection", False), ("erasure", False)]
)
async def test_who_is_suppressed_by_name_alone_is_left_alone(shop, reason, says_how):
    """An import or an erasure knows no lane. Who can lift it themselves is told how."""
    found = named(ANNA)[1]
    off = Suppression(found.names, found.key_id, "sms", reason, NOW - DAY, f"s-{reason}")
    await shop.store.run(lambda: suppress(off, NOW))
    await says(shop, "SHOP17")
    assert texts(shop) == ([STOPPED] if says_how else [])
    assert (await shop.store.sessions(), await proofs(shop)) == ([], [])


async def test_a_stop_behind_the_word_is_the_last_one(shop):
    """Both at once: one confirmation, no survey, and nobody is told how to come back twice."""
    await shop.gets("SHOP17")
    shop.clock.passes(10)
    await shop.gets(Consent("stop"))
    await shop.waits()
    assert texts(shop) == [phrase("stopped", "de")]
    assert await shop.store.sessions() == []


async def test_a_person_who_talks_is_not_interrupted(shop):
    """The word reaches the conversation that was handed over, and no survey begins."""
    session = await shop.asks(flow="relationship")
    await shop.gets(Control("human", "agent"))
    await says(shop, "SHOP17")
    await says(shop, Started("shop-17"))
    [row] = await shop.store.sessions()
    assert (row["id"], row["outcome"], len(texts(shop))) == (session, "", 1)


BODIES = (Pressed("x.1.0", "SHOP17"), Started(), Said("SHOP17"))


async def test_a_press_is_no_word(shop):
    """Buttons have values that could be anything."""
    found = opened(shop).worker.doors
    assert [used(found, Inbound("e", 0, ANNA, body)) is None for body in BODIES] == [True, True, False]
