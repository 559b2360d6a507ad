"""Which entries are open: when, on which channels, in which language, and beside other links."""

import pytest

from bot.messages import Started
from bot.runtime.entering import SHUT
from flows.phrases import phrase
from tests.bot.runtime.house import BEN
from tests.bot.runtime.test_entries import (
    CLOSED,
    HALLO,
    opened,
    proofs,
    says,
    shop,  # noqa: F401 - fixtures
    texts,
)


@pytest.mark.parametrize(
    "fields",
    [{"from": "2027-01-16"}, {"until": "2027-01-14"}, {"flow": "gone", "language": "de"}],
    ids=["too early", "too late", "no survey"],
)
async def test_an_entry_that_is_not_open_says_so(house, fields):
    """NOW is 15 January 2027, 08:00 UTC."""
    here = opened(house, language="de", **fields) if "language" not in fields else opened(house, **fields)
    await says(here, "SHOP17")
    assert (texts(here), await proofs(here)) == ([CLOSED], [])


@pytest.mark.parametrize(
    ("channels", "begins"), [([], True), (["sms"], True), (["telegram"], False), (["telegram", "sms"], True)]
)
async def test_an_entry_counts_on_its_channels(house, channels, begins):
    here = opened(house, channels=channels)
    await says(here, "SHOP17")
    assert len(await here.store.sessions()) == begins


@pytest.mark.parametrize(
    ("poster", "provider", "spoken"), [("", "", "de"), ("en", "", "en"), ("en", "de-AT", "de"), ("", "fr", "de")]
)
async def test_it_begins_in_the_customers_language(house, poster, provider, spoken):
    """What the provider knows of them, else the poster's, else the survey's first."""
    here = opened(house, language=poster)
    await says(here, Started("shop-17", provider))
    [session] = await here.store.sessions()
    assert session["language"] == spoken


async def test_other_links_go_on_as_before(shop):  # noqa: F811 - a fixture
    """A one-time link, an unknown one, and the plain start."""
    secret = await shop.office.offer("after-support", "sms", language="de")
    await says(shop, Started(secret))
    assert texts(shop)[0].startswith(HALLO)
    await says(shop, Started("shop-99"), BEN)
    await says(shop, Started(), BEN)
    assert texts(shop, BEN) == [phrase("link_unknown", "en"), phrase("welcome", "en")]


async def test_without_names_for_addresses_nobody_can_agree(shop):  # noqa: F811 - a fixture
    """Then nothing is begun, for nothing could be proved."""
    shop.worker.names = None
    await says(shop, "SHOP17")
    assert (texts(shop), await shop.store.sessions()) == ([], [])


async def test_a_worker_without_entries_reads_the_word_as_any_other(house):
    assert house.worker.doors is SHUT
    await house.asks(flow="after-support", language="de")
    await says(house, "SHOP17")
    assert "nicht verstanden" in texts(house)[-1]
