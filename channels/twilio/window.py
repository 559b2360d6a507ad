"""WhatsApp's 24-hour window: when did this customer last write?"""

from channels.twilio.recent import Recent

WINDOW = 24 * 3_600_000
MARGIN = 60_000  # a message on the way when the window closes is refused


class Windows:
    """The latest message of the customers we heard last; whoever is not in here has to be looked up."""

    def __init__(self) -> None:
        self._heard: Recent[int] = Recent(50_000)

    def heard(self, chat: str, at: int) -> None:
        """A customer wrote at `at` (epoch ms); 0: has never written."""
        self._heard[chat] = max(at, self._heard.get(chat, 0))

    def open(self, chat: str, now: int) -> bool | None:
        """Whether free text may be sent now; None if we do not know."""
        at = self._heard.get(chat)
        return None if at is None else at > now - WINDOW + MARGIN
