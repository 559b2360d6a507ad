"""Twilio and the phone network behind it: takes messages, moves them along, and calls back."""

import asyncio
import json
import re
import secrets
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence

from sandbox.faults import Fault
from sandbox.twilio.checks import check
from sandbox.twilio.media import FAILURES, check_media, fetched
from sandbox.twilio.model import API, Account, Attachment, Message, Refused
from sandbox.twilio.phone import Phone
from sandbox.twilio.webhooks import Caller, Outcome

DAY = 86_400.0
NEVER_SENT = frozenset({"63016", *FAILURES})
# What Twilio answers by itself, and takes note of: https://help.twilio.com/articles/223134027
_STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE"})
_START = frozenset({"START", "UNSTOP"})
_HELP = frozenset({"HELP", "INFO"})
_REPLIES = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


class Network:
    """All accounts, messages and phones of one sandbox. `pace` is the time between two statuses, in seconds."""

    def __init__(self, accounts: Iterable[Account], pace: float = 0.0, clock: Callable[[], float] = time.time) -> None:
        self.accounts = {account.sid: account for account in accounts}
        self.messages: dict[str, Message] = {}
        self._sids: dict[str, list[str]] = {}  # by recipient: a campaign's messages are looked up one by one
        self.blocked: set[tuple[str, str]] = set()  # (sender or service, customer)
        self.unreachable: dict[str, str] = {}  # number → error code of everything sent to it
        self.alerts: list[tuple[int, str]] = []  # (debugger number, webhook URL)
        self.pace = pace
        self.clock = clock  # epoch seconds
        self.url = "https://api.twilio.com"  # media links name this host
        self._phones: dict[str, Phone] = {}
        self._caller = Caller()
        self._running: set[asyncio.Task[None]] = set()

    def phone(self, number: str) -> Phone:
        """The phone with this number (`whatsapp:+…` is an app of its own)."""
        return self._phones.setdefault(number, Phone(number, self))

    def create(
        self, account: Account, form: Mapping[str, str], fault: Fault | None = None, media: Sequence[str] = ()
    ) -> Message:
        """Take a message as the REST API does; `media` are its MediaUrls. Raises Refused."""
        sender = check(account, form, self.blocked)
        check_media(media)
        service, to = form.get("MessagingServiceSid", ""), form["To"]
        body = form.get("Body", "")
        if form.get("ContentSid"):
            body = _filled(account.templates[form["ContentSid"]], form.get("ContentVariables", "{}"))
        message = Message(
            account=account.sid,
            direction="outbound-api",
            sender=sender,
            to=to,
            body=body,
            status="accepted" if service else "queued",
            service=service,
            callback=form.get("StatusCallback", ""),
            created=self.clock(),
            validity=int(form.get("ValidityPeriod", "36000")),
        )
        message.listed_from = message.created + (fault.lag if fault else 0.0)
        code = self._obstacle(message, form, fault)
        self._keep(message)
        self._spawn(self._deliver(account, message, code, fault.kind if fault else "", media))
        return message

    async def receive(
        self, phone: str, to: str, body: str, media: Iterable[tuple[str, bytes]] = (), payload: str = ""
    ) -> Outcome:
        """A customer writes to one of our numbers: note opt-outs, answer keywords, call the webhook."""
        account = next((account for account in self.accounts.values() if to in account.hooks), None)
        if account is None:
            raise KeyError(f"no account of this sandbox has the sender {to}")
        attached = tuple(Attachment("ME" + secrets.token_hex(16), mime, content) for mime, content in media)
        created = self.clock()
        message = Message(account.sid, "inbound", phone, to, body, "received", created=created, media=attached)
        message.service, message.sent = account.service_of(to), message.created
        if attached:
            message.sid = "MM" + message.sid[2:]
        self._keep(message)
        keyword = self._keyword(account, message)
        form = self._webhook_form(message) | ({"ButtonPayload": payload, "ButtonText": body} if payload else {})
        if keyword and message.service in account.advanced_opt_out:
            form["OptOutType"] = keyword
        url = account.hook_of(to)
        outcome = await self._call(url, form, account.token) if url else Outcome(0, 0)
        if keyword:
            self._keep(Message(account.sid, "outbound-reply", to, phone, _REPLIES[keyword], "delivered"))
        return outcome

    def listed(self, account: str, to: str = "") -> Iterator[Message]:
        """Messages that the REST API lists now, newest first; with `to` those to this number."""
        now = self.clock()
        for sid in reversed(self._sids.get(to, ()) if to else self.messages):
            message = self.messages.get(sid)
            if message and message.account == account and message.listed_from <= now:
                yield message

    def found(self, account: str, sid: str) -> Message:
        """A message of this account. Raises Refused (404)."""
        message = self.messages.get(sid)
        if message is None or message.account != account:
            uri = f"{API}/Accounts/{account}/Messages/{sid}.json"
            raise Refused(404, 20404, f"The requested resource {uri} was not found")
        return message

    async def settled(self) -> None:
        """Wait until every message has its last status and every callback has been made."""
        while self._running:
            await asyncio.gather(*self._running)

    async def close(self) -> None:
        """Stop everything that is under way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._caller.close()

    def _obstacle(self, message: Message, form: Mapping[str, str], fault: Fault | None) -> str:
        """The error code that this message will fail with later, or ""."""
        if fault and fault.kind == "undelivered":
            return fault.code
        if message.to.startswith("whatsapp:") and not form.get("ContentSid"):
            heard = max((one.created for one in self.messages.values() if one.sender == message.to), default=0.0)
            if heard < message.created - DAY:
                return "63016"
        return self.unreachable.get(message.to, "")

    async def _deliver(
        self, account: Account, message: Message, code: str, disorder: str, media: Sequence[str]
    ) -> None:
        if media:
            message.media, trouble = await fetched(self._caller, message, media)
            code = code or trouble
        first = ["queued"] if message.service else []
        last = ["failed"] if code in NEVER_SENT else ["sent", "undelivered"] if code else ["sent", "delivered"]
        calls = []
        for status in first + last:
            await asyncio.sleep(self.pace)
            message.status = status
            if status == "sent":
                message.sent = self.clock()
            if status in ("failed", "undelivered"):
                message.error = code
            self.phone(message.to).touch()
            calls.append(_callback_form(message))
            if disorder != "reorder":
                await self._call_back(account, message, calls[-1], 2 if disorder == "duplicate" else 1)
        if disorder == "reorder":
            for form in reversed(calls):
                await self._call_back(account, message, form, 1)

    async def _call_back(self, account: Account, message: Message, form: dict[str, str], times: int) -> None:
        for _ in range(times if message.callback else 0):
            await self._call(message.callback, form, account.token)

    async def _call(self, url: str, form: dict[str, str], token: str) -> Outcome:
        outcome = await self._caller.post(url, form, token)
        if outcome.alert:
            self.alerts.append((outcome.alert, url))
        return outcome

    def _keyword(self, account: Account, message: Message) -> str:
        """Apply STOP and START; the keyword that Twilio answers itself, or ""."""
        if not message.to.startswith("+") and message.service not in account.advanced_opt_out:
            return ""  # short codes and WhatsApp leave keywords to the customer
        word, scope = message.body.strip().upper(), (message.service or message.to, message.sender)
        if word in _STOP:
            self.blocked.add(scope)
            return "STOP"
        if word in _START or (word == "YES" and scope in self.blocked):
            self.blocked.discard(scope)
            return "START"
        return "HELP" if word in _HELP else ""

    def _webhook_form(self, message: Message) -> dict[str, str]:
        """https://www.twilio.com/docs/messaging/guides/webhook-request; blank parameters are sent and signed."""
        form = dict.fromkeys(
            (f"{side}{what}" for side in ("From", "To") for what in ("City", "State", "Zip", "Country")), ""
        ) | {
            "ToCountry": "DE",
            "SmsMessageSid": message.sid,
            "NumMedia": str(len(message.media)),
            "SmsSid": message.sid,
            "SmsStatus": "received",
            "Body": message.body,
            "To": message.to,
            "NumSegments": message.json()["num_segments"],
            "MessageSid": message.sid,
            "AccountSid": message.account,
            "From": message.sender,
            "ApiVersion": API[1:],
        }
        if message.service:
            form["MessagingServiceSid"] = message.service
        for index, one in enumerate(message.media):
            resource = f"{API}/Accounts/{message.account}/Messages/{message.sid}/Media/{one.sid}"
            form |= {f"MediaUrl{index}": self.url + resource, f"MediaContentType{index}": one.mime}
        return form

    def _keep(self, message: Message) -> None:
        self.messages[message.sid] = message
        self._sids.setdefault(message.to, []).append(message.sid)
        self.phone(message.sender if message.direction == "inbound" else message.to).touch()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def _callback_form(message: Message) -> dict[str, str]:
    form = {
        "SmsSid": message.sid,
        "SmsStatus": message.status,
        "MessageStatus": message.status,
        "To": message.to,
        "MessageSid": message.sid,
        "AccountSid": message.account,
        "From": message.sender,
        "ApiVersion": API[1:],
    }
    if message.service:
        form["MessagingServiceSid"] = message.service
    if message.error:
        form["ErrorCode"] = message.error
    return form


def _filled(template: str, variables: str) -> str:
    """A template's text with its `{{1}}`. Raises Refused for variables that do not fit."""
    try:
        values = json.loads(variables)
        return re.sub(r"\{\{(\w+)\}\}", lambda hole: str(values[hole[1]]), template)
    except (ValueError, KeyError, TypeError) as problem:
        raise Refused(400, 21656, "The ContentVariables Parameter is invalid") from problem
