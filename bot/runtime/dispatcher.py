"""The dispatcher: lease, send outside any transaction, settle; a send in doubt is looked up, never blindly repeated."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import msgspec
import structlog

from bot.errors import ChannelError, InDoubt, Misconfigured, StoreUnavailable, Throttled, Unavailable, Unreachable
from bot.messages import Consent, Inbound, Outbound, Sent
from bot.ports import Arrival, Channel, Leased, Pricing, Reconciling, Settlement, Store
from bot.runtime.group import Group
from bot.runtime.intake import arrival
from bot.runtime.pace import Pace

log = structlog.get_logger()

LEASE = 30_000  # ms; longer than any send may take
SEND_TIMEOUT = 20.0  # s
AT_ONCE = 64  # sends in flight per channel
POLL = 1.0  # s
FIRST_RETRY, LONGEST_RETRY = 1_000, 300_000  # ms, doubling
MEND_WITHIN = 60_000  # ms between tries while an operator has to mend the account
LOOK_UP_AGAIN = 30_000  # ms
GIVE_UP_LOOKING = 15 * 60_000  # ms (RELIABILITY 1.5)

_outbound = msgspec.json.Decoder(Outbound).decode


class Dispatcher:
    """Sends the outbox of one channel; channels do not wait for each other."""

    def __init__(self, name: str, channel: Channel, store: Store, owner: str, clock: Callable[[], int]) -> None:
        """`name` is the settings' entry; `owner` is unique to this process, it marks leases."""
        self._name = name
        self._channel = channel
        self._store = store
        self._owner = owner
        self._clock = clock
        self._settle = round(channel.settle * 1000) if isinstance(channel, Reconciling) else 0
        self._settlements: Group[Settlement] = Group(store.settle)
        self._pace = Pace(getattr(channel, "rate", None))
        self._flights: set[asyncio.Task[None]] = set()
        self.sent = 0
        self.in_doubt = 0

    async def run(self) -> None:
        """Send until cancelled; then let what is in flight come home."""
        try:
            while True:
                try:
                    leased = await self._lease()
                except StoreUnavailable:
                    await asyncio.sleep(POLL / 4)
                    continue
                for row in leased:
                    self._launch(self._send(row))
                if not leased:
                    await self._store.wait("outbox", min(POLL, self._pace.delay(self._clock()) or POLL))
        finally:
            if self._flights:
                await asyncio.wait(self._flights, timeout=SEND_TIMEOUT)

    async def reconcile(self) -> None:
        """Look up sends in doubt until cancelled."""
        while True:
            try:
                await self.look_up()
            except StoreUnavailable as error:
                log.warning("reconcile_waits", channel=self._name, error=str(error))
            await asyncio.sleep(min(POLL, self._settle / 1000 or POLL))

    async def look_up(self) -> int:
        """One round over the sends in doubt whose rest is over; how many there were."""
        now = self._clock()
        rows = await self._store.doubtful(self._owner, AT_ONCE, now, now + LEASE, [self._name])
        if rows:
            await self._settlements.add([await self._found(row) for row in rows])
        return len(rows)

    async def _lease(self) -> list[Leased]:
        now = self._clock()
        room = min(AT_ONCE - len(self._flights), self._pace.room(now))
        if room <= 0:
            return []
        leased = await self._store.lease(
            self._owner, room, now, now + LEASE, [self._name], max(0, self._settle - LEASE)
        )
        for row in leased:
            self._pace.spend(now, self._parts(row))
        return leased

    def _parts(self, row: Leased) -> int:
        """What a message costs of the provider's rate."""
        channel = self._channel
        return channel.parts(_outbound(row.payload).prompt.text) if isinstance(channel, Pricing) else 1

    def _launch(self, work: Coroutine[Any, Any, None]) -> None:
        flight = asyncio.create_task(work)
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)

    async def _send(self, row: Leased) -> None:
        settlement, follow_up = await self._attempt(row)
        while True:
            try:
                if follow_up:
                    await self._store.settle([settlement], follow_up)
                else:
                    await self._settlements.add([settlement])
            except StoreUnavailable:  # until the lease ends; then the row counts as in doubt
                if self._clock() > settlement.at + LEASE:
                    return
                await asyncio.sleep(POLL / 4)
            else:
                return

    async def _attempt(self, row: Leased) -> tuple[Settlement, Sequence[Arrival]]:
        message = _outbound(row.payload)
        try:
            sent = await asyncio.wait_for(self._channel.send(message), SEND_TIMEOUT)
        except ChannelError as error:
            return self._failed(row, message, error)
        except Exception as error:  # an adapter's bug: we cannot know how far it got
            log.exception("send_crashed", channel=self._name)
            return self._failed(row, message, InDoubt(f"{type(error).__name__} in mid-send"))
        self.sent += 1
        self._pace.healthy()
        return self._went(row, sent), ()

    def _went(self, row: Leased, sent: Sent) -> Settlement:
        went = self._settlement(row, "sent")
        return went._replace(provider_id=sent.provider_id, sender=sent.sender, parts=sent.parts)

    def _settlement(
        self, row: Leased, state: str, wait: int | None = None, error: ChannelError | str = ""
    ) -> Settlement:
        """How it ended, or when to go on (`wait` in ms)."""
        now = self._clock()
        not_before = 0 if wait is None else now + wait
        code = error.code if isinstance(error, ChannelError) else ""
        return Settlement(row.id, self._owner, row.epoch, state, not_before, code=code, error=str(error), at=now)

    def _failed(self, row: Leased, message: Outbound, error: ChannelError) -> tuple[Settlement, Sequence[Arrival]]:
        """What the error means for the message, the pace of the channel, and the customer."""
        log.info("send_failed", channel=self._name, error=type(error).__name__, code=error.code, attempts=row.attempts)
        now, follow_up = self._clock(), []
        backoff = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(row.attempts - 1, 16))
        state, wait = "failed", None
        if isinstance(error, Unavailable | Misconfigured | InDoubt):
            self._pace.stumble(now)
        match error:
            case Throttled():
                state, wait = "queued", round(error.after * 1000)
                if error.whole_channel:
                    self._pace.pause(now, wait)
            case Unavailable():
                state, wait = "queued", backoff
            case Misconfigured():
                state, wait = "queued", max(backoff, MEND_WITHIN)
            case InDoubt():
                self.in_doubt += 1
                looked_up = isinstance(self._channel, Reconciling)
                state, wait = ("reconciling", self._settle) if looked_up else ("unknown", None)
            case Unreachable() if error.opted_out:
                stop = Inbound(f"send:{row.key}", now, message.to, Consent("stop", answered=True))
                follow_up.append(arrival(stop, now))
        return self._settlement(row, state, wait, error), follow_up

    async def _found(self, row: Leased) -> Settlement:
        """What the provider knows about a send in doubt."""
        channel, now = self._channel, self._clock()
        if not isinstance(channel, Reconciling):
            return self._settlement(row, "unknown", error="the provider cannot tell whether it was sent")
        try:
            sent = await asyncio.wait_for(channel.find(_outbound(row.payload), row.first_attempt_at), SEND_TIMEOUT)
        except (ChannelError, TimeoutError) as error:
            if now - row.first_attempt_at > GIVE_UP_LOOKING + self._settle:
                return self._settlement(row, "unknown", error=f"could not be looked up: {error}")
            return self._settlement(row, "reconciling", LOOK_UP_AGAIN, str(error))
        log.info("send_looked_up", channel=self._name, found=sent is not None)
        return self._went(row, sent) if sent else self._settlement(row, "queued", 0)
