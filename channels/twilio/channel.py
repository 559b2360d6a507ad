"""The Twilio channel: receive, send, look up a send in doubt, fetch what the webhook missed."""

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.abilities import Finding
from bot.errors import Misconfigured, Rejected
from bot.messages import (
    Address,
    Body,
    Capabilities,
    Delivery,
    File,
    Inbound,
    Media,
    Outbound,
    Receipt,
    Response,
    Sent,
    WebRequest,
)  # fmt: skip
from bot.render import render
from bot.segments import segments
from channels.twilio import inbound, outbound, receipts
from channels.twilio.carried import MMS, WHATSAPP_MEDIA, carried, links
from channels.twilio.config import WHATSAPP, TwilioConfig
from channels.twilio.recent import Recent
from channels.twilio.records import milliseconds, sent, webhook_form
from channels.twilio.signature import authentic_form
from channels.twilio.window import Windows

if TYPE_CHECKING:
    from channels.twilio.client import Api

HOLD = 5_000  # ms (LIVE_FOLLOWUP 3)

# Says nothing to the customer: answers go out through the outbox, which knows what became of them.
SILENCE = Response(200, "text/xml", b"<Response></Response>")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}")


def epoch_ms() -> int:
    """Now, UTC."""
    return time.time_ns() // 1_000_000


class TwilioChannel:
    """One entry of `kind: twilio`: a Channel, Reconciling, Backfilling, Pricing, Filing, Holding and Diagnosing."""

    kind = "twilio"

    def __init__(self, name: str, config: TwilioConfig, public_url: str, clock: Callable[[], int] = epoch_ms) -> None:
        """`public_url` is what providers call this server, `clock` gives epoch milliseconds."""
        self.name = name
        self.settle = config.settle / 1000
        self.hold = 0 if config.whatsapp else HOLD
        self.gather = config.gather
        self.rate = config.rate
        self.hookable = bool(config.secrets)
        self.capabilities = Capabilities(
            max_text=outbound.MAX_BODY,
            media=True,
            receipts=True,
            can_start=not config.whatsapp or bool(config.templates),
            text_unit="chars" if config.whatsapp else "gsm7",
            files=WHATSAPP_MEDIA if config.whatsapp else MMS,
            files_by_link=True,
        )
        self._config = config
        self._hook = f"{public_url.rstrip('/')}/hooks/{quote(name)}"
        self._links = f"{public_url.rstrip('/')}/files/"
        self._clock = clock
        self._windows = Windows()
        self._keys: Recent[str] = Recent(50_000)  # Twilio's message id → our key, as far as this process has heard
        self._client: Api | None = None

    async def receive(self, request: WebRequest) -> Receipt:
        """Events of a webhook call that Twilio signed for this account. Raises Forged; stores nothing."""
        config, now = self._config, self._clock()
        url = f"{self._hook}/{request.route}" if request.route else self._hook
        form = authentic_form(request, url, config.secrets, config.account_sid)
        if request.route == "status":
            event = receipts.from_callback(self.name, form, request.query, config.secrets, now, self.hold)
            self._learn(event.body)
        else:
            event = inbound.from_webhook(self.name, form, now, auto_replies=config.auto_replies)
            self._windows.heard(event.source.chat, now)
        return Receipt((event,), SILENCE)

    async def send(self, message: Outbound) -> Sent:
        """Hand one message to Twilio, once. Raises a ChannelError that knows whether to retry."""
        now = self._clock()
        create = self._fields(message, self._text(message), now)
        if create["to"].startswith(WHATSAPP) and not await self._in_window(create, now):
            create = outbound.templated(create, message, self._config)
        return await self._create(message, create)

    async def fetch(self, media: Media, account: str = "") -> File:  # noqa: ARG002 - an entry is one account
        """Download what a customer sent, at most 10 MB. Raises a ChannelError."""
        return await self._api().download(media)

    async def send_files(self, message: Outbound, files: Sequence[File]) -> Sent:
        """Send as MMS or WhatsApp media: Twilio fetches the files from their links. Raises a ChannelError."""
        now, text = self._clock(), self._text(message) if message.prompt.text.strip() else ""
        create = self._fields(message, text, now)
        create["media_url"] = links(create["to"], text, files)
        if create["to"].startswith(WHATSAPP) and not await self._in_window(create, now):
            raise Rejected("outside WhatsApp's 24-hour window no files can be sent", "63016")
        return await self._create(message, create)

    def carries(self, to: Address) -> Mapping[str, int]:
        """What gets to this number as it is: the most bytes by MIME type."""
        return carried(to.chat, self._config)

    async def find(self, message: Outbound, since: int, taken: Collection[str] = ()) -> Sent | None:
        """Twilio's record of this message, created at or after `since` (epoch ms), or None.

        Twilio cannot filter by our key, and DateSent is empty while a message is queued: so by recipient,
        then by age, sender and text, leaving out messages that are known to be others. Raises a ChannelError.
        """
        config, text = self._config, self._text(message) if message.prompt.text.strip() else ""
        to = outbound.recipient(message.to.chat, config)
        service, senders = config.messaging_service_sid, (config.from_address, message.sender)
        records = await self._api().messages(limit=200, to=to)
        earliest = (since + self._api().ahead) // 1000 * 1000  # Twilio's clock, which shows whole seconds
        for record in records:
            if milliseconds(record.date_created) < earliest:
                break
            key = self._keys.get(record.sid, "")
            ours = record.messaging_service_sid == service if service else record.from_ in senders
            body = outbound.without_links(record.body or "", self._links) if message.media else record.body or ""
            same = outbound.same_text(text, body, template=to.startswith(WHATSAPP))
            if key == message.key or (not key and record.sid not in taken and ours and same):
                self._keys[record.sid] = message.key
                return sent(record)
        return None

    async def missed(self, since: int) -> Sequence[Inbound]:
        """Messages that reached Twilio at or after `since` (epoch ms), oldest first. Raises a ChannelError.

        Their ids are those of the webhook. Twilio's records know neither OptOutType nor button payloads:
        such an event comes back as the text that the customer sees.
        """
        config, service = self._config, self._config.messaging_service_sid
        filters: dict[str, Any] = {"date_sent_after": datetime.fromtimestamp(max(since, 0) // 1000, UTC)}
        if config.from_address:
            filters["to"] = config.from_address
        events: list[Inbound] = []
        for record in await self._api().messages(**filters):
            at = milliseconds(record.date_sent or record.date_created)
            ours = not service or record.messaging_service_sid == service
            if record.direction != "inbound" or not ours or at < since // 1000 * 1000:
                continue
            media = await self._api().media(record.sid) if int(record.num_media or 0) else ()
            form = webhook_form(record, media, config.account_sid, config.api_url)
            events.append(inbound.from_webhook(self.name, form, at, auto_replies=config.auto_replies))
        events.reverse()  # the list is newest first, and sorting keeps the order within one second
        events.sort(key=lambda event: event.at)
        return events

    def parts(self, text: str) -> int:
        """Billed parts of a text: SMS segments; WhatsApp bills conversations, so 1."""
        return 1 if self._config.whatsapp else len(segments(outbound.clean(text)).parts)

    def address(self, text: str) -> Address:
        """The address that a person's number, as somebody typed it, has on this channel. Raises Rejected."""
        number = re.sub(r"[\s()./-]", "", text.strip().removeprefix(WHATSAPP))
        if number.startswith("00"):
            number = "+" + number[2:]
        if not _E164.fullmatch(number):
            raise Rejected(f"an address of {self.name!r} is a number with its country, such as +4930123456")
        return Address(self.name, outbound.recipient(number, self._config))

    async def diagnose(self) -> Sequence[Finding]:
        """What is right and wrong with the account, its sender and its webhook."""
        from channels.twilio import diagnosis  # noqa: PLC0415 - loads the SDK

        if not self._config.auth_token.get_secret_value():
            return (diagnosis.no_token(self.name),)
        return await diagnosis.diagnose(self._api(), self._config, self.name, self._hook)

    async def connect(self) -> Sequence[Finding]:
        """Set the webhook of the number or the Messaging Service."""
        from channels.twilio import diagnosis  # noqa: PLC0415 - loads the SDK

        if not self._config.auth_token.get_secret_value():
            return (diagnosis.no_token(self.name),)
        return await diagnosis.connect(self._api(), self._config, self.name, self._hook)

    async def close(self) -> None:
        """Release connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _fields(self, message: Outbound, text: str, now: int) -> dict[str, Any]:
        callback = receipts.callback_url(self._hook, message.key, self._config.auth_token.get_secret_value())
        return outbound.fields(message, text, self._config, callback, now)

    async def _create(self, message: Outbound, create: dict[str, Any]) -> Sent:
        taken = sent(await self._api().create(create))
        self._keys[taken.provider_id] = message.key
        return taken

    def _text(self, message: Outbound) -> str:
        return outbound.checked(render(message.prompt, self.capabilities).text, self._config)

    def _learn(self, body: Body) -> None:
        if isinstance(body, Delivery) and body.key:
            self._keys[body.provider_id] = body.key

    def _api(self) -> "Api":
        if not self._config.auth_token.get_secret_value():
            raise Misconfigured(f"channel {self.name!r} has no auth_token")
        if self._client is None:
            from channels.twilio.client import Api  # noqa: PLC0415 - the SDK takes 0.4 s to load

            self._client = Api(self._config)
        return self._client

    async def _in_window(self, create: dict[str, Any], now: int) -> bool:
        """Whether WhatsApp takes free text for this customer now; Twilio is asked once per customer."""
        chat = create["to"]
        known = self._windows.open(chat, now)
        if known is None:
            latest = await self._api().messages(limit=1, from_=chat)
            self._windows.heard(chat, milliseconds(latest[0].date_created) if latest else 0)
            known = self._windows.open(chat, now)
        return bool(known)
