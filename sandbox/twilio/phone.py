"""A customer's phone: what it shows, and typing on it."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.twilio.webhooks import Outcome

if TYPE_CHECKING:
    from sandbox.twilio.network import Network


class Phone:
    """One number. `version` grows with everything that changes on its screen."""

    def __init__(self, number: str, network: "Network") -> None:
        self.number = number
        self.version = 0
        self._network = network
        self._changed = asyncio.Event()

    async def text(
        self, body: str, to: str = "", media: Iterable[tuple[str, bytes]] = (), payload: str = ""
    ) -> Outcome:
        """Send a message to `to`, by default whoever wrote last; returns what our webhook answered.

        `payload` makes it a press on a WhatsApp button that carries it. `media` are (MIME type, content).
        """
        return await self._network.receive(self.number, to or self._last_sender(), body, media, payload)

    def shows(self) -> list[dict[str, Any]]:
        """Messages on the screen, oldest first: {sid, side: me | them, with, text, at (epoch ms), status, media}."""
        return [
            {
                "sid": message.sid,
                "side": "me" if message.direction == "inbound" else "them",
                "with": message.to if message.direction == "inbound" else message.sender,
                "text": message.body,
                "at": int(message.created * 1000),
                "status": message.status,
                "media": [one.mime for one in message.media],
            }
            for message in self._network.messages.values()
            if self.number == (message.sender if message.direction == "inbound" else message.to)
        ]

    def heard(self) -> list[str]:
        """Texts that came in, oldest first."""
        return [message["text"] for message in self.shows() if message["side"] == "them"]

    async def hears(self, count: int, seconds: float = 10.0) -> list[str]:
        """Wait until `count` texts have come in. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.heard()) < count:
                await self._changed.wait()
        return self.heard()

    async def news(self, after: int, seconds: float) -> int:
        """Wait until the version exceeds `after`, at most so long; the version then."""
        if self.version <= after:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)
        return self.version

    def touch(self) -> None:
        """Something on the screen has changed."""
        self.version += 1
        self._changed.set()
        self._changed = asyncio.Event()

    def _last_sender(self) -> str:
        written = [message["with"] for message in self.shows() if message["side"] == "them"]
        if written:
            return str(written[-1])
        app = self.number.startswith("whatsapp:")
        senders = [sender for account in self._network.accounts.values() for sender in account.hooks]
        return next(sender for sender in senders if sender.startswith("whatsapp:") == app)
