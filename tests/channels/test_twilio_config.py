"""What an operator may write under `kind: twilio`, and what they are told."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import Rejected
from channels.twilio import errors
from channels.twilio.channel import TwilioChannel
from channels.twilio.config import TwilioConfig
from tests.channels.twilio_line import ACCOUNT, NUMBER, PUBLIC, TOKEN, config


def test_defaults():
    """The shortest entry of DESIGN §6 is enough."""
    shortest = config(timeout=None)
    assert (shortest.sender, shortest.settle, shortest.timeout) == (NUMBER, 60_000, 15_000)
    assert shortest.api_url == "https://api.twilio.com"
    channel = TwilioChannel("sms", shortest, PUBLIC)
    assert (channel.settle, channel.rate, channel.gather) == (60.0, None, 2_000)
    assert TwilioChannel("sms", config(rate=1), PUBLIC).rate == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"from": None}, "either `from`"),
        ({"messaging_service_sid": "MG1"}, "either `from`"),
        ({"account_sid": "SM1"}, "account_sid"),
        ({"settle": "soon"}, "is not a duration"),
        ({"timeout": "60s"}, "timeout"),
        ({"validity": {"survey": "11h"}}, "validity"),
        ({"templates": {"survey": "HX" + "0" * 32}}, "whatsapp: true"),
        ({"whatsapp": True, "templates": {"survey": "MG1"}}, "templates"),
        ({"api_url": "localhost:8000"}, "scheme and host"),
        ({"rate": 0}, "rate"),
        ({"auth_tokn": "x"}, "auth_tokn"),
    ],
)
def test_mistakes_are_named(changes, told):
    """Each mistake is reported where it is; the token is never quoted."""
    with pytest.raises(ValidationError, match=told) as caught:
        config(**changes)
    assert TOKEN not in str(caught.value)


def test_the_token_does_not_show():
    """S34: neither printing the settings nor an error about them shows a secret."""
    with pytest.raises(ValidationError) as caught:
        TwilioConfig.model_validate({"auth_token": TOKEN})
    assert TOKEN not in str(caught.value)
    assert TOKEN not in repr(config())
    assert TOKEN not in config().model_dump_json()


@pytest.mark.parametrize(
    ("typed", "chat"),
    [
        ("+4915112345678", "+4915112345678"),
        ("+49 151 123-456 78", "+4915112345678"),
        ("0049 151 12345678", "+4915112345678"),
        ("12345", "12345"),
    ],
)
def test_addresses_become_lanes(typed, chat):
    """However a number is typed, it is the one that Twilio will name in its webhook."""
    assert TwilioChannel("sms", config(), PUBLIC).address(typed).chat == chat
    whatsapp = TwilioChannel("wa", config(whatsapp=True), PUBLIC)
    assert whatsapp.address(typed).lane == f"wa:whatsapp:{chat}"
    assert whatsapp.address(f"whatsapp:{typed}").lane == f"wa:whatsapp:{chat}"


@pytest.mark.parametrize("typed", ["", "Ada", "0151 12345678", "+49", "++4915112345678", "+4915112345678;DROP"])
def test_addresses_that_are_none(typed):
    """A number without its country cannot be reached; the error shows how to write it."""
    with pytest.raises(Rejected, match=r"\+4930123456"):
        TwilioChannel("sms", config(), PUBLIC).address(typed)


def test_capabilities():
    """WhatsApp without templates cannot start a conversation; SMS counts septets."""
    assert TwilioChannel("sms", config(), PUBLIC).capabilities.can_start
    assert TwilioChannel("sms", config(), PUBLIC).capabilities.text_unit == "gsm7"
    assert not TwilioChannel("wa", config(whatsapp=True), PUBLIC).capabilities.can_start
    with_template = config(whatsapp=True, templates={"survey": "HX" + "0" * 32})
    assert TwilioChannel("wa", with_template, PUBLIC).capabilities.can_start
    assert config(whatsapp=True).from_address == f"whatsapp:{NUMBER}"
    assert config(whatsapp=True, **{"from": f"whatsapp:{NUMBER}"}).from_address == f"whatsapp:{NUMBER}"
    assert ACCOUNT.startswith("AC")


PAGE = (Path(__file__).parents[2] / "docs" / "channels" / "twilio.md").read_text()


def test_every_setting_is_documented():
    """A setting without its row in docs/channels/twilio.md does not exist for an operator."""
    rows = {name for line in PAGE.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line)}
    fields = {field.alias or name for name, field in TwilioConfig.model_fields.items()} - {"kind"}
    assert fields <= rows


def test_every_code_is_documented():
    """Each code of the tables is on the page."""
    tables = (errors._MISCONFIGURED, errors._THROTTLED, errors._UNREACHABLE)
    assert [code for table in tables for code in table if code not in PAGE] == []
