"""SMS: what is said next waits until the words before it have been passed on, or five seconds (LIVE_FOLLOWUP 3)."""

import pytest

from bot.errors import InDoubt, Unavailable
from bot.messages import Address, Delivery, Sent
from tests.bot.runtime.house import ANNA, Ledger, Line, people

HOLD = 5_000
QUEUED = {"provider_id": "P1", "state": "sent", "holds": HOLD}


class Sms(Line):
    """A provider that queues what it takes."""

    hold = HOLD


class SmsLedger(Ledger):
    """One that can be asked as well."""

    hold = HOLD


async def said(house, *texts: str, to: Address = ANNA) -> list[str]:
    """What the house answers to these texts waits to be sent; the keys."""
    for text in texts:
        await house.gets(text, to)
        await house.works()  # one by one: together they would be read as one text
    rows = await house.store.conversation(to.lane)
    return [row["key"] for row in rows if row["from"] == "bot"]


def taken(house, to: Address = ANNA) -> list[str]:
    """The keys of what the provider has for somebody, in order."""
    return [message.key for message in house.line.taken if message.to == to]


@pytest.mark.parametrize("later", [False, True], ids=["waiting", "said later"])
async def test_b03_the_next_message_goes_after_five_seconds(house, later):
    """Whether it was waiting when the one before it went, or was said only then."""
    house.connect(Sms())
    keys = await said(house, "HELP", *([] if later else ["INFO"]))
    await house.sends()
    keys = await said(house, "INFO") if later else keys
    await house.sends()
    assert taken(house) == keys[:1]
    await house.waits(HOLD - 1)
    assert taken(house) == keys[:1]
    await house.waits(1)
    assert taken(house) == keys
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("state", "holds", "goes"),
    [("sent", HOLD, False), ("sent", 0, True), ("delivered", 0, True), ("undelivered", 0, True), ("failed", 0, True)],
)
async def test_b03_a_report_lets_it_go_at_once_if_the_message_has_left_the_provider(house, state, holds, goes):
    house.connect(Sms())
    first, second = await said(house, "HELP", "INFO")
    await house.waits(100)
    await house.gets(Delivery(first, "P1", state, holds=holds))
    await house.waits(100)
    assert taken(house) == ([first, second] if goes else [first])
    await house.waits(HOLD)
    assert taken(house) == [first, second]


@pytest.mark.parametrize(("report", "waits"), [(QUEUED, HOLD), ({"provider_id": "P1", "state": "sent"}, 0)])
async def test_b03_a_report_that_comes_before_the_answer_counts(house, report, waits):
    """Twilio tells of a message while it is still answering."""
    house.connect(Sms())
    first, second = await said(house, "HELP", "INFO")

    async def told(message) -> Sent:
        await house.gets(Delivery(message.key, **report))
        await house.works()
        return Sent("P1")

    house.line.script = [told]
    await house.sends()
    assert taken(house) == ([first] if waits else [first, second])
    await house.waits(waits)
    assert taken(house) == [first, second]


async def test_b03_twenty_others_do_not_wait_and_a_campaign_is_as_quick_as_before(house):
    """One message per lane: each goes with the first lease."""
    house.connect(Sms())
    held = await said(house, "HELP", "INFO")
    others = people(20)
    for other in others:
        await said(house, "HELP", to=other)
    await house.sends()
    assert taken(house) == held[:1]
    assert all(len(taken(house, other)) == 1 for other in others)


async def test_b03_what_was_not_taken_holds_up_nothing_beyond_its_own_retry(house):
    house.connect(Sms(Unavailable("refused")))
    keys = await said(house, "HELP", "INFO")
    await house.sends()
    await house.waits(1_000)
    assert taken(house) == keys[:1]
    await house.waits(HOLD)
    assert taken(house) == keys


async def test_b03_what_was_found_at_the_provider_long_after_holds_up_nothing(house):
    """It had its time while the send was in doubt."""
    house.connect(SmsLedger(InDoubt("timeout"), known=[Sent("P1")]))
    first, second = await said(house, "HELP", "INFO")
    await house.sends()
    house.clock.passes(60_000)
    assert await house.dispatcher.look_up() == 1
    assert await house.state(first) == "sent"
    await house.sends()
    assert taken(house) == [second]


async def test_b03_other_channels_do_not_wait(house):
    """Telegram and Slack keep the order by themselves."""
    keys = await said(house, "HELP", "INFO")
    await house.sends()
    assert taken(house) == keys
