"""Webhook bodies in the shape of Twilio's documentation, each with what it means: comment, body, event as JSON."""

from pathlib import Path
from urllib.parse import parse_qsl

import msgspec
import pytest

from bot.abilities import Holding
from bot.messages import Body, Delivery, Unreadable
from channels.twilio.channel import SILENCE, TwilioChannel
from tests.channels.twilio_line import CUSTOMER, NUMBER, PUBLIC, config, signed

FILES = sorted((Path(__file__).parent / "payloads" / "twilio").glob("*.txt"))
NOW = 1_795_000_000_000


def channel(**changes):
    return TwilioChannel("sms", config(**changes), PUBLIC, clock=lambda: NOW)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_payload(file):
    """Every body is understood as its file says, acknowledged in silence, and keyed by Twilio's id."""
    _, body, expected = file.read_text().splitlines()
    form = dict(parse_qsl(body, keep_blank_values=True))
    route = "status" if file.stem.startswith("status-") else ""
    receipt = await channel().receive(signed(form, route=route))
    [event] = receipt.inbound
    wanted = msgspec.json.decode(expected, type=Body)
    got = event.body
    if isinstance(got, Unreadable):
        got = msgspec.structs.replace(got, raw="*")
    assert got == wanted
    assert receipt.response == SILENCE
    assert event.at == NOW
    status = f"|{form['MessageStatus']}" if route else ""
    assert event.id == form["MessageSid"] + status
    if not isinstance(got, Unreadable):
        assert event.source.lane == f"sms:{form['To' if route else 'From']}"
    if not route and not isinstance(got, Unreadable):
        assert event.recipient == form["To"]


def test_there_are_payloads_for_both_routes():
    """The folder is found; a renamed one would let everything pass."""
    assert len(FILES) >= 30
    assert {file.stem.startswith("status-") for file in FILES} == {True, False}


QUEUED = ("accepted", "scheduled", "queued", "sending")


@pytest.mark.parametrize("status", [*QUEUED, "sent", "delivered", "undelivered", "failed", "canceled"])
async def test_b03_the_next_sms_waits_while_twilio_has_this_one(status):
    """LIVE_FOLLOWUP 3: two SMS in Twilio's queue may change places. Nothing is held on WhatsApp."""
    form = {"MessageStatus": status, "MessageSid": "SM" + "a" * 32, "To": CUSTOMER, "AccountSid": config().account_sid}
    for whatsapp, hold in ((False, 5_000), (True, 0)):
        [event] = (await channel(whatsapp=whatsapp).receive(signed(form, route="status"))).inbound
        assert isinstance(event.body, Delivery)
        assert event.body.holds == (hold if status in QUEUED else 0)
        assert isinstance(channel(whatsapp=whatsapp), Holding)
        assert channel(whatsapp=whatsapp).hold == hold


@pytest.mark.parametrize("word", ["STOP", "Stopall", "unsubscribe", "Cancel", "END", "quit", "OPTOUT", "revoke"])
async def test_c7_carrier_words_stop(word):
    """C7: every word that Twilio takes for an opt-out is one for us, and is not answered twice."""
    form = {"Body": word, "From": CUSTOMER, "To": NUMBER, "MessageSid": "SM" + "a" * 32}
    form["AccountSid"] = config().account_sid
    [event] = (await channel().receive(signed(form))).inbound
    assert msgspec.to_builtins(event.body) == {"type": "consent", "action": "stop", "answered": True}
    [event] = (await channel(auto_replies=False).receive(signed(form))).inbound
    assert msgspec.to_builtins(event.body) == {"type": "said", "text": word}


async def test_s5_a_replay_a_year_later_has_the_same_id():
    """S5: Twilio's signature holds for ever; the event key is what makes a replay harmless."""
    form = {"Body": "0", "From": CUSTOMER, "To": NUMBER, "MessageSid": "SM" + "a" * 32}
    form["AccountSid"] = config().account_sid
    request = signed(form)
    year = 365 * 86_400_000
    first = await TwilioChannel("sms", config(), PUBLIC, clock=lambda: NOW).receive(request)
    later = await TwilioChannel("sms", config(), PUBLIC, clock=lambda: NOW + year).receive(request)
    assert first.inbound[0].id == later.inbound[0].id
