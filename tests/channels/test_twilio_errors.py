"""Every refusal of Twilio in our words: whose fault, whether to retry, and no personal data."""

import pytest

from bot import errors
from channels.twilio.errors import refusal, scrub
from tests.channels.twilio_line import CUSTOMER, a_line, message

TABLE = [
    # status, code, error, retry
    (401, "20003", errors.Misconfigured, False),
    (403, "20005", errors.Misconfigured, False),
    (404, "20404", errors.Misconfigured, False),
    (400, "21212", errors.Misconfigured, False),
    (403, "21408", errors.Misconfigured, False),
    (400, "21408", errors.Misconfigured, False),
    (400, "21606", errors.Misconfigured, False),
    (400, "21609", errors.Misconfigured, False),
    (400, "21703", errors.Misconfigured, False),
    (400, "63007", errors.Misconfigured, False),
    (403, "99999", errors.Misconfigured, False),
    (307, "", errors.Misconfigured, False),
    (400, "21211", errors.Unreachable, False),
    (400, "21610", errors.Unreachable, False),
    (400, "21612", errors.Unreachable, False),
    (400, "21614", errors.Unreachable, False),
    (400, "30005", errors.Unreachable, False),
    (400, "30006", errors.Unreachable, False),
    (429, "20429", errors.Throttled, True),
    (429, "", errors.Throttled, True),
    (429, "63038", errors.Throttled, True),
    (400, "21611", errors.Throttled, True),
    (400, "14107", errors.Throttled, True),
    (400, "63018", errors.Throttled, True),
    (400, "21602", errors.Rejected, False),
    (400, "21617", errors.Rejected, False),
    (400, "63016", errors.Rejected, False),
    (400, "21999", errors.Rejected, False),
    (422, "", errors.Rejected, False),
]


@pytest.mark.parametrize(("status", "code", "kind", "retry"), TABLE)
def test_refusal(status, code, kind, retry):
    """Each code has its class; an unknown one is refused for good, with its code and Twilio's text."""
    error = refusal(status, code, f"Something about {CUSTOMER}, really")
    assert type(error) is kind
    assert (error.retry, error.code) == (retry, code)
    assert CUSTOMER not in str(error)
    if kind is errors.Unreachable:
        assert error.opted_out is (code == "21610")


def test_an_unknown_code_keeps_its_text():
    """What we do not know, an operator reads in Twilio's words."""
    error = refusal(400, "21999", "The moon is full.")
    assert str(error) == "Twilio refuses the message: The moon is full."


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("7", 7.0),
        ("0", 1.0),
        ("", 1.0),
        ("soon", 1.0),
        ("-5", 1.0),
        ("٣", 1.0),
        ("99999999999", 3600.0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 1.0),
    ],
)
def test_t4_retry_after(header, after):
    """T4: Retry-After is honoured as seconds and as a date, and nonsense falls back to a second."""
    assert refusal(429, "20429", "", header, now=1_795_262_400).after == after


@pytest.mark.parametrize("text", ["+4915112345678", "The 'To' number 0151 123-456-78 is", "(030) 22 22 22 22"])
def test_s34_scrub_takes_numbers_out(text):
    """S34: no phone number in an error text, however it is written."""
    assert not any(run.isdigit() and len(run) > 2 for run in scrub(text).split())


def test_scrub_keeps_one_short_line():
    """Provider text cannot forge log lines."""
    assert scrub("a\r\nb") == "a b"
    assert len(scrub("x" * 999)) == 200


@pytest.mark.parametrize(
    ("to", "kind", "code"),
    [
        ("+15005550001", errors.Unreachable, "21211"),
        ("+15005550002", errors.Unreachable, "21612"),
        ("+15005550003", errors.Misconfigured, "21408"),
        ("+15005550004", errors.Unreachable, "21610"),
        ("+15005550009", errors.Unreachable, "21614"),
        ("nobody", errors.Unreachable, "21211"),
    ],
)
async def test_magic_recipients(to, kind, code):
    """The numbers of Twilio's test credentials, through the real SDK."""
    async with a_line() as line:
        outbound = message()
        with pytest.raises(kind) as caught:
            await line.channel.send(message(to=type(outbound.to)("sms", to)))
        assert caught.value.code == code
        assert to not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "kind", "code"),
    [
        ({"from": "+15005550001"}, errors.Misconfigured, "21212"),
        ({"from": "+15005550007"}, errors.Misconfigured, "21606"),
        ({"from": "+15005550008"}, errors.Throttled, "21611"),
        ({"from": "+4930999"}, errors.Misconfigured, "21606"),
        ({"from": None, "messaging_service_sid": "MG" + "0" * 32}, errors.Misconfigured, "21701"),
        ({"auth_token": "wrong"}, errors.Misconfigured, "20003"),
        ({"account_sid": "AC" + "e" * 32}, errors.Misconfigured, "20003"),
        ({"auth_token": None}, errors.Misconfigured, ""),
    ],
)
async def test_wrong_settings(changes, kind, code):
    """Wrong settings stop the channel, not the message."""
    async with a_line(**changes) as line:
        with pytest.raises(kind) as caught:
            await line.channel.send(message())
        assert caught.value.code == code


async def test_wrong_settings_show_in_look_ups():
    """A refused list call is told like a refused send; the SDK has another exception for it."""
    async with a_line(auth_token="wrong") as line:
        with pytest.raises(errors.Misconfigured) as caught:
            await line.channel.missed(0)
        assert caught.value.code == "20003"


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("", errors.Rejected, "empty"),
        (" \x00\n\u202e", errors.Rejected, "empty"),
        ("ä" * 1000 + "ő" * 600, errors.Rejected, "24 SMS parts"),
    ],
)
async def test_refused_before_twilio(text, kind, said):
    """What Twilio would refuse or bill without end does not leave the house; the character is named."""
    async with a_line() as line:
        with pytest.raises(kind, match=said):
            await line.channel.send(message(text, prompt=type(message().prompt)(text)))
        assert not line.sandbox.network.messages
