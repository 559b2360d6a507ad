"""Delivery receipts: the callback URL that carries our own id, and what Twilio's statuses mean.

A callback can arrive before the API call it belongs to has answered, or after this process died in between.
The outbox key in the URL tells which message it is about even then; it is signed, because the URL travels.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, quote

from bot.messages import Address, Delivery, Inbound
from channels.twilio.inbound import unreadable

# https://www.twilio.com/docs/messaging/api/message-resource#message-status-values. Callbacks come in any
# order; whoever stores them keeps the furthest. Everything up to `sent` says only that Twilio has taken it.
STATES = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "partially_delivered": "delivered",
    "read": "read",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "failed",
}
QUEUED = frozenset(("accepted", "scheduled", "queued", "sending"))
"""Twilio has it, the carrier does not: two messages may still change places."""
OPTED_OUT = "21610"
_EXPLAINED = {
    "21610": "the customer has opted out",
    "30001": "Twilio's queue for this sender overflowed",
    "30003": "the phone is off or out of reach",
    "30004": "the network or the customer blocks messages from this sender",
    "30005": "the number does not exist",
    "30006": "a landline, or a network that takes no messages",
    "30007": "the carrier filtered the message",
    "30008": "the carrier gave no reason",
    "30034": "the sender is not registered for A2P messages in the US",
    "30036": "the message was not delivered within its validity period",
    "63016": "outside WhatsApp's 24-hour window: only a template may be sent",
    "63018": "WhatsApp limits how fast this sender may write",
}


def callback_url(hook: str, key: str, secret: str) -> str:
    """The StatusCallback of one message; `hook` is the public URL of the channel's hook."""
    return f"{hook}/status?o={quote(key, safe='')}.{_mac(key, secret)}"


def key_of(query: str, secrets: Sequence[str]) -> str:
    """The outbox key in a callback's query, "" if there is none or the mark is not ours."""
    key, _, mac = parse_qs(query).get("o", [""])[0].rpartition(".")
    given = mac.encode("utf-8", "surrogatepass")
    holds = [hmac.compare_digest(_mac(key, secret).encode(), given) for secret in secrets]
    return key if key and any(holds) else ""


def from_callback(
    channel: str, form: Mapping[str, str], query: str, secrets: Sequence[str], now: int, hold: int = 0
) -> Inbound:
    """The receipt in an authentic status callback; `hold` as in Holding."""
    sid, status, code = form["MessageSid"], form["MessageStatus"], form.get("ErrorCode", "")
    event = f"{sid}|{status}"[:200]
    if status not in STATES or (code and not (code.isascii() and code.isalnum())):
        return unreadable(channel, form, now, "MessageStatus or ErrorCode is not one that we know", event)
    delivery = Delivery(
        key=key_of(query, secrets),
        provider_id=sid,
        state=STATES[status],
        code=code,
        error=explain(code, status) if STATES[status] in ("undelivered", "failed") else "",
        opted_out=code == OPTED_OUT,
        holds=hold if status in QUEUED else 0,
    )
    return Inbound(event, now, Address(channel=channel, chat=form.get("To") or sid), delivery)


def explain(code: str, status: str) -> str:
    """Why a message did not arrive, in words for an operator."""
    return _EXPLAINED.get(code, f"Twilio reports {status}" + (f" (error {code})" if code else ""))


def _mac(key: str, secret: str) -> str:
    digest = hmac.new(secret.encode(), b"echolot outbox key " + key.encode("utf-8", "replace"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest.digest()[:16]).decode().rstrip("=")
