"""How a send ended, as rows: the message's own, and what its case hears of it."""

from collections.abc import Callable, Sequence

from bot.cases.state import case_of
from bot.errors import ChannelError
from bot.messages import Address, Delivery, Inbound, Outbound, Sent
from bot.rows import SETTLED, TOLD, Arrival, Leased, Settlement
from bot.runtime.intake import arrival
from bot.runtime.verdict import storable

Ended = tuple[Settlement, Sequence[Arrival]]

_ENDS = frozenset(("sent", "failed", "unknown", "cancelled", "expired"))


class Endings:
    """Writes them down for one dispatcher."""

    def __init__(self, owner: str, clock: Callable[[], int]) -> None:
        """`owner` marks our leases."""
        self._owner = owner
        self._clock = clock

    def settlement(
        self, row: Leased, state: str, wait: int | None = None, error: ChannelError | str = ""
    ) -> Settlement:
        """How it ended, or when to go on (`wait` in ms)."""
        now = self._clock()
        return Settlement(
            row.id,
            self._owner,
            row.epoch,
            state,
            0 if wait is None else now + wait,
            code=storable(error.code) if isinstance(error, ChannelError) else "",
            error=storable(str(error)),
            at=now,
            shared=bool(row.along),
        )

    def went(self, row: Leased, sent: Sent, hold: int = 0) -> Settlement:
        """The provider has it; what is behind it waits `hold` ms, or until it has been passed on."""
        went = self.settlement(row, "sent", hold or None)
        return went._replace(provider_id=sent.provider_id, sender=sent.sender, parts=sent.parts)

    def later(self, row: Leased, wait: int, why: str) -> Ended:
        """It stays in doubt, and is looked at again in `wait` ms."""
        return self.settlement(row, "reconciling", wait, why), ()

    def ended(self, row: Leased, message: Outbound, settlement: Settlement, *others: Arrival) -> Ended:
        """How it ended, together with what its case hears of that."""
        told = message.kind in TOLD or (_is_emoji(row, message) and settlement.state != "sent")
        if not told or settlement.state not in _ENDS:
            return settlement, others
        state, now = settlement.state, settlement.at
        report = Delivery(row.key, settlement.provider_id, state, settlement.code, settlement.error)
        event = Inbound(f"{SETTLED}{row.key}:{state}", now, Address.of_lane(row.lane), report)
        return settlement, (*others, arrival(event, now))


def _is_emoji(row: Leased, message: Outbound) -> bool:
    """Whether this is an agent's emoji on what a customer wrote, and no sign at a desk."""
    return message.kind == "status" and not message.to.thread and case_of(row.key) != ""
