"""What the Twilio sandbox knows: accounts, messages, and the JSON that Twilio makes of a message."""

import secrets
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from msgspec import Struct, field

from bot.segments import segments

API = "/2010-04-01"


class Account(Struct, frozen=True):
    """An account and its senders. A sender without `+` is a short code: STOP is then the customer's business.

    `hooks` maps each own sender (`+49…`, `12345`, `whatsapp:+49…`) to the URL of its inbound webhook ("" for none).
    """

    sid: str
    token: str
    hooks: dict[str, str]
    services: dict[str, tuple[str, ...]] = {}  # Messaging Service → its senders
    advanced_opt_out: frozenset[str] = frozenset()  # services that send OptOutType
    templates: dict[str, str] = {}  # ContentSid → text with {{1}}
    service_hooks: dict[str, str] = {}  # Messaging Service → its inbound URL; without one its numbers' own are called
    methods: dict[str, str] = {}  # number, short code or service → HTTP method, POST if it is not there
    applications: dict[str, str] = {}  # number → TwiML app that answers in place of its hook
    status: str = "active"
    type: str = "Full"

    def service_of(self, sender: str) -> str:
        """The Messaging Service that a sender belongs to, or ""."""
        return next((sid for sid, senders in self.services.items() if sender in senders), "")

    def hook_of(self, sender: str) -> str:
        """The inbound webhook that is called for this sender, or ""."""
        return self.service_hooks.get(self.service_of(sender), self.hooks[sender])


class Attachment(Struct, frozen=True):
    """A picture or file of an inbound message."""

    sid: str
    mime: str
    content: bytes


class Message(Struct):
    """A message in either direction. Times are epoch seconds."""

    account: str
    direction: str  # outbound-api | outbound-reply | inbound
    sender: str
    to: str
    body: str
    status: str
    sid: str = field(default_factory=lambda: "SM" + secrets.token_hex(16))
    service: str = ""
    callback: str = ""
    error: str = ""
    created: float = field(default_factory=time.time)
    sent: float = 0.0  # 0 while it is queued
    listed_from: float = 0.0
    media: tuple[Attachment, ...] = ()
    validity: int = 36_000

    def json(self) -> dict[str, Any]:
        """The Message resource: https://www.twilio.com/docs/messaging/api/message-resource."""
        uri = f"{API}/Accounts/{self.account}/Messages/{self.sid}"
        return {
            "account_sid": self.account,
            "api_version": API[1:],
            "body": self.body,
            "date_created": rfc2822(self.created),
            "date_sent": rfc2822(self.sent) if self.sent else None,
            "date_updated": rfc2822(self.created),
            "direction": self.direction,
            "error_code": int(self.error) if self.error else None,
            "error_message": None,
            "from": None if self.status == "accepted" else self.sender,  # the service has yet to choose
            "messaging_service_sid": self.service or None,
            "num_media": str(len(self.media)),
            "num_segments": str(len(segments(self.body).parts)),
            "price": None,
            "price_unit": None,
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


class Refused(Exception):
    """Twilio says no: HTTP status, error code and text."""

    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code

    def json(self) -> dict[str, Any]:
        """The error body of the 2010 API."""
        return {
            "code": self.code,
            "message": str(self),
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def rfc2822(moment: float) -> str:
    """A time as Twilio writes it, in whole seconds."""
    return format_datetime(datetime.fromtimestamp(int(moment), UTC))
