"""What Twilio's refusals mean for us: whose fault, and whether to try again.

Codes: https://www.twilio.com/docs/api/errors. Twilio splits codes now and then, so an unknown one is a
refusal that a person sees with its code and text, and nothing is repeated on its account.
"""

import re
from email.utils import parsedate_to_datetime

from bot.errors import ChannelError, Misconfigured, Rejected, Throttled, Unreachable

_MISCONFIGURED = {
    "20003": "Twilio does not accept the account SID and auth token",
    "20005": "the Twilio account is not active",
    "20404": "Twilio does not know this account",
    "21212": "`from` is not a sender that Twilio can use",
    "21408": "the account may not send to this country; allow it under Messaging → Geo permissions",
    "21603": "Twilio got no sender",
    "21606": "`from` is not a number of this account that can send messages",
    "21659": "`from` is not a number of this account",
    "21660": "`from` belongs to another account",
    "21701": "the Messaging Service does not exist",
    "21703": "the Messaging Service has no sender",
    "21705": "the Messaging Service is not valid",
    "21655": "the template's ContentSid is not one of this account",
    "21609": "Twilio does not accept our callback URL; check `public_url`",
    "63007": "the WhatsApp sender is not set up in this account",
}
_UNREACHABLE = {
    "21211": "the number is not a valid phone number",
    "21214": "the number cannot be reached",
    "21217": "the number does not look like a phone number",
    "21610": "the customer has opted out of messages from this sender",
    "21612": "Twilio has no route from this sender to that number",
    "21614": "the number is not a mobile number",
    "30005": "the number does not exist",
    "30006": "a landline, or a network that takes no messages",
    "63003": "the number is not on WhatsApp",
}
_THROTTLED = {  # seconds to wait, whether the whole sender is affected
    "14107": (30.0, False),
    "20429": (1.0, True),
    "21611": (60.0, True),
    "30001": (60.0, True),
    "63018": (10.0, True),
}
_REJECTED = {
    "21602": "the text is empty",
    "21617": "the text is longer than 1600 characters",
    "21656": "the template's variables do not fit",
    "63016": "outside WhatsApp's 24-hour window only a template may be sent",
}
_NUMBER = re.compile(r"\+?\d[\d ().-]{4,}\d")
MAX_AFTER = 3600.0


def refusal(status: int, code: str, text: str, retry_after: str = "", now: float = 0) -> ChannelError:
    """The error for an answer that says no: its HTTP status, Twilio's code and text, its Retry-After header.

    `now` is the time in epoch seconds, for a Retry-After that is a date.
    """
    if status == 429 or code in _THROTTLED:
        seconds, whole = _THROTTLED.get(code, (1.0, True))
        after = _seconds(retry_after, now)
        return Throttled("Twilio asks us to slow down", after or seconds, code, whole_channel=whole)
    if code in _UNREACHABLE:
        return Unreachable(_UNREACHABLE[code], code, opted_out=code == "21610")
    if code in _MISCONFIGURED or status in (401, 403, 404):
        return Misconfigured(_MISCONFIGURED.get(code, f"Twilio refuses access: {scrub(text)}"), code)
    if 300 <= status < 400:
        return Misconfigured("`api_url` answers with a redirect", code)
    return Rejected(_REJECTED.get(code, f"Twilio refuses the message: {scrub(text)}"), code)


def scrub(text: str) -> str:
    """A provider's text without phone numbers, on one line, short enough for a log."""
    return " ".join(_NUMBER.sub("…", text).split())[:200]


def _seconds(retry_after: str, now: float) -> float:
    """Retry-After as seconds (RFC 9110 §10.2.3), 0 if it is missing or nonsense."""
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after[:9]), MAX_AFTER)
    try:
        return min(max(parsedate_to_datetime(retry_after).timestamp() - now, 0.0), MAX_AFTER)
    except (TypeError, ValueError):
        return 0.0
