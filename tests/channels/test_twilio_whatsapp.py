"""WhatsApp on the Twilio adapter: addresses, the 24-hour window, templates and buttons."""

import pytest

from bot.errors import InDoubt, Rejected, Unavailable
from bot.messages import Address, Delivery, Outbound, Pressed, Prompt, Said
from channels.twilio.channel import epoch_ms
from channels.twilio.recent import Recent
from channels.twilio.window import MARGIN, WINDOW, Windows
from sandbox.twilio import Account, Fault
from tests.channels.twilio_line import ACCOUNT, CUSTOMER, NUMBER, TOKEN, a_line

ADA, SENDER = f"whatsapp:{CUSTOMER}", f"whatsapp:{NUMBER}"
GERMAN, ANY = "HX" + "d" * 32, "HX" + "0" * 32
TEMPLATES = {"survey.de": GERMAN, "survey": ANY}


def account(hook: str) -> Account:
    texts = {GERMAN: "Guten Tag! {{1}}", ANY: "Hello! {{1}} ({{2}})"}
    return Account(ACCOUNT, TOKEN, {SENDER: hook}, templates=texts)


def whatsapp(**changes):
    return a_line(account, whatsapp=True, templates=TEMPLATES, **changes)


def message(text="Wie war's?", **changes) -> Outbound:
    return Outbound(**({"key": "s.1.0", "to": Address("sms", ADA), "prompt": Prompt(text)} | changes))


async def test_outside_the_window_a_template_goes_out():
    """Who has not written gets the template of the kind and language, with text and key as its variables."""
    async with whatsapp() as line:
        await line.channel.send(message("Wie\n war's?", language="de"))
        await line.channel.send(message("How was it?", key="s.2.0", language="fr"))
        await line.sandbox.network.settled()
        assert line.sandbox.phone(ADA).heard() == ["Guten Tag! Wie war's?", "Hello! How was it? (s.2.0)"]
        assert sorted(one.state for one in line.bodies(Delivery)) == ["delivered"] * 2 + ["sent"] * 2


async def test_inside_the_window_free_text_goes_out():
    """After the customer has written, text goes out as it is, to the same address."""
    async with whatsapp() as line:
        await line.sandbox.phone(ADA).text("Hallo?")
        assert line.events[0].source == Address("sms", ADA)
        assert line.events[0].recipient == SENDER
        await line.channel.send(message("Zeile\nzwei", sender=NUMBER))
        await line.sandbox.network.settled()
        assert line.sandbox.phone(ADA).heard() == ["Zeile\nzwei"]
        assert line.bodies(Delivery)[-1].state == "delivered"


async def test_after_a_restart_twilio_is_asked_once():
    """A process that knows nothing looks up when the customer last wrote, and remembers it."""
    async with whatsapp() as line:
        await line.sandbox.phone(ADA).text("Hallo?")
        line.channel._windows = Windows()
        await line.channel.send(message("one"))
        line.sandbox.faults.plan(Fault("error", method="GET"))
        await line.channel.send(message("two"))
        assert line.sandbox.phone(ADA).heard() == ["one", "two"]
        line.channel._windows = Windows()
        with pytest.raises(Unavailable):
            await line.channel.send(message("three"))


async def test_without_a_template_the_message_is_refused_with_what_to_do():
    """The error names the setting that is missing."""
    async with whatsapp() as line:
        with pytest.raises(Rejected, match=r"`agent\.de`.*`agent`") as caught:
            await line.channel.send(message(kind="agent", language="de"))
        assert caught.value.code == "63016"
        assert not line.sandbox.network.messages


async def test_a_window_that_closed_meanwhile_is_reported():
    """If Twilio finds the window closed, the receipt says so."""
    async with whatsapp() as line:
        line.channel._windows.heard(ADA, epoch_ms())
        await line.channel.send(message())
        await line.sandbox.network.settled()
        last = line.bodies(Delivery)[-1]
        assert (last.state, last.code) == ("failed", "63016")


async def test_a_template_in_doubt_is_found_by_its_text():
    """Twilio lists the template's whole text; ours is in it."""
    async with whatsapp() as line:
        line.sandbox.faults.plan(Fault("reset_after"))
        since = epoch_ms()
        with pytest.raises(InDoubt):
            await line.channel.send(message("Wie\nwar's?", language="de"))
        line.channel._keys.clear()
        assert await line.channel.find(message("Wie\nwar's?", language="de"), since) is not None
        assert await line.channel.find(message("Anders", key="s.9.0"), since) is None


async def test_plain_numbers_are_addressed_on_whatsapp():
    """An entry with `whatsapp: true` reaches a plain number on WhatsApp."""
    async with whatsapp() as line:
        await line.channel.send(message(to=Address("sms", CUSTOMER), language="de"))
        assert line.sandbox.phone(ADA).heard() == ["Guten Tag! Wie war's?"]
        assert line.channel.parts("x" * 1000) == 1


async def test_a_button_names_its_message():
    """A press carries the key of the message it hung on; STOP is for the bot to read."""
    async with whatsapp() as line:
        await line.sandbox.phone(ADA).text("Zehn", SENDER, payload="s.1.0|10")
        await line.sandbox.phone(ADA).text("STOP", SENDER)
        assert [event.body for event in line.events] == [Pressed("s.1.0", "10"), Said("STOP")]


async def test_missed_on_whatsapp():
    """The back-fill asks for the WhatsApp sender."""
    async with whatsapp() as line:
        line.accepting = False
        await line.sandbox.phone(ADA).text("neun", SENDER)
        [event] = await line.channel.missed(0)
        assert (event.body, event.source.chat) == (Said("neun"), ADA)


def test_window():
    """Open for 24 hours less a minute after the latest message, in whatever order we hear of them."""
    windows = Windows()
    assert windows.open(ADA, 0) is None
    windows.heard(ADA, 0)
    assert windows.open(ADA, WINDOW) is False
    windows.heard(ADA, 1_000_000)
    windows.heard(ADA, 500_000)
    assert windows.open(ADA, 1_000_000 + WINDOW - MARGIN - 1) is True
    assert windows.open(ADA, 1_000_000 + WINDOW - MARGIN) is False


def test_recent_forgets_the_oldest():
    """Memory stays bounded; what was set again counts as new."""
    recent: Recent[int] = Recent(2)
    for key in ("a", "b", "a", "c"):
        recent[key] = 1
    assert list(recent) == ["a", "c"]
