"""The channel against the sandbox: the real SDK, real HTTP, real signatures, in both directions."""

import logging
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from bot.errors import InDoubt, Throttled
from bot.messages import Address, Delivery, Said
from bot.ports import Backfilling, Pricing, Reconciling
from sandbox.twilio import Fault
from tests.channels.test_twilio_find import KINDS, OTHER, SERVICE, with_service
from tests.channels.twilio_line import ACCOUNT, CUSTOMER, NUMBER, TOKEN, a_line, message


async def test_round_trip():
    """A question goes out, its receipts come back under our key, the answer comes in."""
    async with a_line() as line:
        outbound = message()
        sent = await line.channel.send(outbound)
        assert (sent.state, sent.sender, sent.parts) == ("sent", NUMBER, 1)
        await line.sandbox.network.settled()
        receipts = line.bodies(Delivery)
        assert [(one.key, one.provider_id, one.state) for one in receipts] == [
            (outbound.key, sent.provider_id, "sent"),
            (outbound.key, sent.provider_id, "delivered"),
        ]
        outcome = await line.sandbox.phone(CUSTOMER).text("8, danke")
        assert (outcome.status, outcome.body, outcome.alert) == (200, "<Response></Response>", 0)
        [said] = [event for event in line.events if isinstance(event.body, Said)]
        assert (said.body.text, said.source.chat, said.recipient) == ("8, danke", CUSTOMER, NUMBER)
        assert line.sandbox.network.alerts == []
        assert line.sandbox.phone(CUSTOMER).heard() == [outbound.prompt.text]


async def test_the_ports():
    """The optional abilities that the runtime asks for are there."""
    async with a_line() as line:
        assert isinstance(line.channel, Reconciling)
        assert isinstance(line.channel, Backfilling)
        assert isinstance(line.channel, Pricing)
        assert line.channel.parts("€" * 81) == 2
        await line.channel.close()
        await line.channel.close()


@pytest.mark.parametrize(
    ("kind", "minutes", "seconds"),
    [
        ("survey", 0, 4 * 3600),
        ("notice", 0, 3600),
        ("agent", 0, 900),
        ("agent", 5, 300),
        ("survey", 600, 4 * 3600),
        ("survey", -1, 1),
    ],
)
async def test_validity(kind, minutes, seconds):
    """A stale message dies at Twilio: the shorter of the kind's validity and the message's own limit."""
    now = 1_795_000_000_000
    async with a_line(clock=lambda: now) as line:
        until = now + minutes * 60_000 if minutes else 0
        sent = await line.channel.send(message(kind=kind, not_after=until))
        assert line.sandbox.network.messages[sent.provider_id].validity == seconds


async def test_callback_url_is_signed_and_ours():
    """The callback goes to this channel's status hook and names the outbox key."""
    async with a_line() as line:
        outbound = message(key="a b/c?d#e.7.0")
        sent = await line.channel.send(outbound)
        callback = line.sandbox.network.messages[sent.provider_id].callback
        assert urlsplit(callback).path == "/hooks/sms/status"
        assert parse_qs(urlsplit(callback).query)["o"][0].startswith("a b/c?d#e.7.0.")
        await line.sandbox.network.settled()
        assert {one.key for one in line.bodies(Delivery)} == {outbound.key}


async def test_messaging_service():
    """With a Messaging Service Twilio chooses the sender; an answer goes out from where the customer wrote."""
    async with a_line(with_service, **{"from": None, "messaging_service_sid": SERVICE}) as line:
        sent = await line.channel.send(message("one"))
        assert sent.sender == ""
        await line.sandbox.network.settled()
        assert (await line.channel.find(message("one"), 0)) is None  # the message has a key, and it is another
        await line.sandbox.phone(CUSTOMER).text("ja", OTHER)
        assert line.events[-1].recipient == OTHER
        answer = await line.channel.send(message("two", sender=OTHER))
        assert line.sandbox.network.messages[answer.provider_id].sender == OTHER
        assert line.sandbox.network.alerts == []


async def test_s27_control_and_direction_characters_stay_here():
    """S27: nothing that reorders or hides text reaches a phone; line breaks and emoji do."""
    async with a_line() as line:
        text = "Ihr Link\u202e moc.live \x1b[31m\r\nZeile\u2028zwei\x00 👩‍👧 \u2066x\u2069\u200f"
        await line.channel.send(message(text, prompt=type(message().prompt)(text)))
        assert line.sandbox.phone(CUSTOMER).heard() == ["Ihr Link moc.live [31m\nZeile\nzwei 👩‍👧 x"]


async def test_media_arrives_as_a_reference():
    """S13: a picture is named by Twilio's ids; the same reference comes from the back-fill."""
    async with a_line() as line:
        await line.sandbox.phone(CUSTOMER).text("", NUMBER, media=[("image/png", b"x"), ("audio/ogg", b"y")])
        [said] = line.bodies(Said)
        assert [one.mime for one in said.media] == ["image/png", "audio/ogg"]
        assert all(one.ref.startswith("Messages/MM") for one in said.media)
        [missed] = await line.channel.missed(0)
        assert missed.body == said


# --- secrets, start-up -- ---------------------------------------------------------------------------------------


async def test_s34_nothing_personal_in_logs_or_errors(caplog):
    """S34, T19: neither token nor number nor text in any log line of ours, aiohttp's or the SDK's, nor in errors."""
    caplog.set_level(logging.DEBUG)
    told = []
    async with a_line() as line:
        for kind in (*KINDS, "undelivered"):
            line.sandbox.faults.plan(Fault(kind, seconds=0.05))
            try:
                await line.channel.send(message("canary text"))
            except (InDoubt, Throttled) as error:
                told += [str(error), repr(error), repr(error.__cause__), repr(vars(error))]
        await line.channel.find(message("canary text"), 0)
        await line.sandbox.phone(CUSTOMER).text("canary reply")
        await line.channel.missed(0)
        try:
            await line.channel.send(message("canary text", to=Address("sms", "+15005550001")))
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not tell
            told += [str(error), repr(vars(error))]
    said = "\n".join([*told, caplog.text])
    for canary in (TOKEN, CUSTOMER, CUSTOMER[1:], "5005550001", "canary"):
        assert canary not in said.replace("-token-canary", "" if canary == "canary" else "-token-canary")


def test_importing_the_channel_loads_no_sdk():
    """DESIGN §5: the SDK and aiohttp take 0.4 s; they load at the first send."""
    code = "import sys, channels.twilio.channel; print([m for m in ('aiohttp', 'twilio.rest') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


async def test_two_accounts_side_by_side():
    """A call signed for one account is forged for the other."""
    async with a_line() as one, a_line(auth_token="another") as two:
        account = two.sandbox.network.accounts[ACCOUNT]
        two.sandbox.network.accounts[ACCOUNT] = msgspec.structs.replace(account, hooks={NUMBER: two.hook})
        outcome = await two.sandbox.phone(CUSTOMER).text("8", NUMBER)
        assert (outcome.status, two.forged, two.events) == (403, 1, [])
        assert (await one.sandbox.phone(CUSTOMER).text("8", NUMBER)).status == 200
        assert time.time() > 0
