"""Links that start a survey, once, over the whole way and on both databases."""

import asyncio

import pytest

from bot.messages import TEST, Address, Consent, Started
from bot.runtime.office import LINK_LIFE, link_id
from bot.runtime.worker import Worker
from flows.library import UnknownFlow
from flows.model import VariableError
from flows.phrases import phrase
from tests.bot.runtime.house import ANNA, BEN

ASKED = "Hi, this is Echolot. After talking to our support"
LATE = phrase("link_used", "en")


def texts(house, to=ANNA):
    return [message.prompt.text for message in house.line.taken if message.to == to]


async def opens(house, secret, source=ANNA, language="", key=""):
    await house.gets(Started(secret, language), source, key)
    await house.waits(0)


async def test_a_link_starts_a_survey_for_who_opens_it_first(house):
    secret = await house.office.offer("after-support", "sms", variables={"first_name": "Anna"})
    await opens(house, secret, language="en")
    assert texts(house)[0].startswith("Hi Anna, this is Echolot.")
    await opens(house, secret, BEN, "de")
    assert texts(house, BEN) == [phrase("link_used", "de")]
    row = await house.store.link(link_id(secret))
    assert (row["used_by"], row["used_at"], row["channel"]) == (ANNA.lane, house.clock(), "sms")
    [session] = await house.store.sessions()
    assert (session["lane"], session["state"].count("Anna")) == (ANNA.lane, 1)


async def test_a_link_may_lead_to_a_test_of_what_is_not_published(house):
    """An author on a channel where bots cannot write first."""
    draft = house.library.source(house.library.get("after-support").revision).replace("id: after-support", "id: draft")
    secret = await house.office.offer("draft", "sms", basis=TEST, source=draft)
    await opens(house, secret, language="en")
    assert texts(house)[0].startswith(f"[Test] {ASKED}")
    [session] = await house.store.sessions()
    assert (session["flow"], session["basis"]) == ("draft", TEST)


@pytest.mark.parametrize("together", [True, False])
async def test_p2_two_people_race_for_one_link_and_exactly_one_is_invited(house, together):
    """In one batch, or in two workers at the same time where the database lets there be two."""
    secret = await house.office.offer("after-support", "sms", language="en")
    await house.gets(Started(secret), ANNA)
    await house.gets(Started(secret), BEN)
    if together:
        await house.works()
    else:
        workers = [Worker(house.store, house.library, house.clock, batch=1) for _ in range(2)]
        await asyncio.gather(*(worker.step() for worker in workers))
    await house.waits(0)
    [winner], [loser] = sorted([texts(house, ANNA), texts(house, BEN)], key=lambda said: said[0] == LATE)
    assert winner.startswith(ASKED)
    assert loser == LATE
    assert len(await house.store.sessions()) == 1


@pytest.mark.parametrize("batches", [1, 2])
async def test_the_same_person_opening_it_again_hears_nothing(house, batches):
    """People tap twice, and come back through the same link."""
    secret = await house.office.offer("after-support", "sms", language="en")
    await house.gets(Started(secret))
    if batches == 2:
        await house.waits(0)
    await house.gets(Started(secret))
    await house.waits(0)
    assert [text[: len(ASKED)] for text in texts(house)] == [ASKED]
    assert len(await house.store.sessions()) == 1


async def test_p2_the_same_event_twice_opens_once(house):
    secret = await house.office.offer("after-support", "sms")
    for _ in range(2):
        await opens(house, secret, key="update-7")
    for _ in range(2):
        await opens(house, "nobody's", BEN, key="update-8")
    assert (len(texts(house)), texts(house, BEN)) == (1, [phrase("link_unknown", "en")])


@pytest.mark.parametrize(("wait", "says"), [(LINK_LIFE - 1, ASKED), (LINK_LIFE, phrase("link_expired", "en"))])
async def test_a_link_can_be_opened_for_thirty_days(house, wait, says):
    secret = await house.office.offer("after-support", "sms", language="en")
    house.clock.passes(wait)
    await opens(house, secret)
    assert texts(house)[0].startswith(says)


async def test_a_link_counts_for_its_channel_and_as_a_whole(house):
    """A secret of another channel is as unknown here as a mutilated one, and stays good there."""
    secret = await house.office.offer("after-support", "telegram")
    for wrong in (secret, secret[:-1], link_id(secret)):
        await opens(house, wrong)
    assert texts(house) == [phrase("link_unknown", "en")] * 3
    assert (await house.store.link(link_id(secret)))["used_at"] == 0
    assert await house.store.link(secret) is None


@pytest.mark.parametrize(
    ("language", "known", "spoken"),
    [("", "de-AT", "de"), ("", "en", "en"), ("", "", "de"), ("", "xx", "de"), ("en", "de", "en"), ("de", "en", "de")],
)
async def test_a_link_without_a_language_takes_the_one_the_provider_knows(house, language, known, spoken):
    """And the flow's first if nobody knows any."""
    await opens(house, await house.office.offer("after-support", "sms", language=language), language=known)
    [session] = await house.store.sessions()
    assert session["language"] == spoken


async def test_a_link_opens_after_an_opt_out_and_takes_the_place_of_an_older_survey(house):
    """Whoever opens it wants it now."""
    await house.asks(flow="relationship")
    await opens(house, await house.office.offer("after-support", "sms", language="en"))
    await house.gets(Consent("stop", answered=True))
    await opens(house, await house.office.offer("after-support", "sms", language="en"))
    assert [text[: len(ASKED)] == ASKED for text in texts(house)] == [False, True, True]
    outcomes = sorted(session["outcome"] for session in await house.store.sessions())
    assert outcomes == ["", "opted_out", "superseded"]


async def test_a_link_is_refused_where_it_could_not_start_anything(house):
    with pytest.raises(UnknownFlow):
        await house.office.offer("nope", "sms")
    with pytest.raises(VariableError):
        await house.office.offer("after-support", "sms", variables={"nick": "x"})


async def test_secrets_fit_into_every_link_and_are_all_different(house):
    secrets = [await house.office.offer("after-support", "sms") for _ in range(20)]
    assert len(set(secrets)) == 20
    assert all(len(secret) == 32 and set(secret) <= set(SAFE) for secret in secrets)


SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"


@pytest.mark.parametrize(
    "to", [Address("sms", "U1", "T1"), Address("sms", "-100", thread="7"), Address("sms", "C1", "T1", "1700.5")]
)
async def test_p9_a_reminder_goes_where_the_question_went(house, to):
    """Accounts and threads are part of where somebody is; a timer knows only the lane."""
    await house.asks(to)
    await house.waits(24 * 3_600_000)
    await house.gets("9", to)
    await house.waits()
    assert [message.to for message in house.line.taken] == [to] * 3
