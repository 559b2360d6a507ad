"""What a failed send means for its message: when it is tried again, if it is."""

from bot.errors import ChannelError, Misconfigured, Throttled, Unavailable
from bot.messages import Outbound
from bot.rows import Leased

FIRST_RETRY, LONGEST_RETRY = 1_000, 300_000  # ms, doubling
MEND_WITHIN = 60_000  # ms between tries while an operator has to mend the account
MARK_TRIES = 3  # to show a choice or a sign; what comes behind it in its lane matters more

_URGENCY = {"agent": 0, "desk": 2, "card": 2, "status": 3}  # the rest: 1


def urgency(row: Leased) -> int:
    """In which order messages go that may all go now: the smallest first."""
    return _URGENCY.get(row.kind, 1)


def wait_after(row: Leased, message: Outbound, error: ChannelError) -> int | None:
    """Milliseconds until the next try, None if there is none.

    Nobody waits for a mark or a sign for long. A provider that asks for patience gets it: it would refuse the next
    message, too.
    """
    if isinstance(error, Throttled):
        return round(error.after * 1000)
    if message.kind in ("mark", "status") and row.attempts >= MARK_TRIES:
        return None
    backoff: int = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(row.attempts - 1, 16))
    if isinstance(error, Misconfigured):
        return max(backoff, MEND_WITHIN)
    return backoff if isinstance(error, Unavailable) else None


def storable(text: str) -> str:
    """A provider's words as every database and log takes them."""
    return "".join(filter(str.isprintable, text[:500]))
