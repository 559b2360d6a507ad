"""Words and links of entries, through a running server: posters on three channels, and what stands against them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.outreach.entries import EntrySettings
from bot.secret_keys import make
from flows.phrases import phrase
from storage.consent import chain, uses
from tests.channels.contract.server import a_server
from tests.live.house import Providers, read, written
from tests.live.world import FLOWS, World, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

POSTER = "Text SHOP17 and tell us how it was."
SHOP = EntrySettings(word="SHOP17", flow="relationship", language="en", wording=POSTER, once_every="30d")
SOURCES = {"sms": "twilio_keyword", "tg": "telegram_keyword", "slack": "slack_keyword"}
QUESTION = "How likely are you to recommend us to a friend?".lower()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(kept_database: str) -> AsyncIterator[World]:
    """A server with an entry on all channels."""
    providers = Providers(paced=False)
    at = (providers.slack, providers.tg, providers.sms)
    more = {"entries": {"shop-17": SHOP}, "address_keys": (SecretStr(make()),), **read(written(providers))}
    async with a_server(kept_database, *at, flows=FLOWS, settings=more, rate=10_000, timeout="15s") as server:
        yield World(server, providers)


async def question(customer, times=1):
    """Wait until the customer reads the question, and nothing is left to do."""
    await soon(lambda: len([one for one in customer.heard() if QUESTION in one.lower()]) == times, customer.heard)


async def agreed(world, customer):
    """The proof: how they came in, and what each message of the survey stood on."""
    parts = world.server.parts
    names = parts.supervisor.worker.names(customer.address)[1].names
    links = await parts.reading.read(lambda: chain(names))
    used = await parts.reading.read(lambda: uses([customer.address.lane]))
    events = [(link.event.purpose, link.event.source, link.event.wording) for link in links]
    return events, {(row[1], row[2]) for row in used} - {
        (links[-1].event.basis, links[-1].event.id)
    } if links else set()


@pytest.mark.parametrize("kind", ["sms", "tg", "slack"])
async def test_a_word_begins_its_survey(world, kind):
    """The whole conversation; every message of the survey stands on what was agreed to just then."""
    customer = world.customer(kind)
    await customer.says("shop17!")
    await question(customer)
    await customer.says("9")
    await soon(lambda: len(customer.heard()) == 2, customer.heard)
    await world.calm()
    events, others = await agreed(world, customer)
    assert (events, others) == ([("survey:shop-17", SOURCES[kind], POSTER)], set())
    await customer.says("SHOP17 was nice")
    await soon(lambda: len(customer.heard()) == 3, customer.heard)
    await customer.says("SHOP17")
    await soon(lambda: customer.heard()[-1] == phrase("entry_again", "en"), customer.heard)


async def test_a_link_on_telegram_begins_it_once(world):
    """Whoever scans twice gets the question put once more, and no second survey."""
    customer = world.customer("tg")
    customer.person.start(payload="shop-17")
    await question(customer)
    await world.calm()
    customer.person.start(payload="shop-17")
    await question(customer, 2)
    await world.calm()
    events, others = await agreed(world, customer)
    assert (events, others) == ([("survey:shop-17", "telegram_start", POSTER)], set())


@pytest.mark.parametrize("kind", ["sms", "tg"])
async def test_the_same_call_again_begins_nothing(world, kind):
    """Providers deliver again, also after the survey has begun."""
    customer, tape = world.customer(kind), world.server.tapes[kind]
    before = len(tape.calls)
    await customer.says("SHOP17")
    await question(customer)
    for call in tape.calls[before:]:
        if not call.route:
            assert await world.server.post(kind, call) == 200
    await world.calm()
    assert len([one for one in customer.heard() if QUESTION in one.lower()]) == 1
    assert len((await agreed(world, customer))[0]) == 1


async def test_a_stop_stands(world):
    """Twilio itself keeps what we would say from who has stopped; nothing begins before START."""
    customer = world.customer("tg")
    await customer.says("STOP")
    await soon(lambda: len(customer.heard()) == 1, customer.heard)
    customer.person.start(payload="shop-17")
    await soon(lambda: customer.heard()[1:] == [phrase("entry_stopped", "en")], customer.heard)
    await customer.says("START")
    await soon(lambda: len(customer.heard()) == 3, customer.heard)
    await customer.says("SHOP17")
    await question(customer)


@pytest.mark.parametrize("kind", ["sms", "tg"])
async def test_while_a_person_talks_the_word_is_theirs(world, kind):
    live = await world.detractor(kind, "slack")
    anna = await live.claimed()
    await live.customer.says("SHOP17")
    await live.reads(anna, "SHOP17")
    await world.calm()
    assert not [one for one in live.customer.heard() if QUESTION in one.lower()]
