"""The dispatcher: lease, send outside any transaction, settle; a send in doubt is looked up, never blindly repeated."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import structlog

from bot.abilities import Holding, Reacting
from bot.cases.desks import Desks
from bot.cases.words import word
from bot.errors import (
    ChannelError,
    Conflict,
    InDoubt,
    Misconfigured,
    NotAdmitted,
    StoreUnavailable,
    Throttled,
    Unavailable,
    Unreachable,
)
from bot.messages import Consent, Inbound, Outbound, Sent
from bot.ports import Channel, Pricing, Reconciling, Store
from bot.render import marked
from bot.rows import TOLD, Leased
from bot.runtime.admission import Admission
from bot.runtime.bundles import Bundles, bundled
from bot.runtime.endings import Ended, Endings
from bot.runtime.group import Group
from bot.runtime.handing import Handing
from bot.runtime.hosting import Hosting
from bot.runtime.intake import arrival
from bot.runtime.pace import Pace
from bot.runtime.parcels import Parcels, refusals
from bot.runtime.threads import Threads, is_named_by_case
from bot.runtime.verdict import FIRST_RETRY, urgency, wait_after
from bot.runtime.vouchers import Vouchers

log = structlog.get_logger()

LEASE = 30_000  # ms; longer than any send may take
SEND_TIMEOUT = 20.0  # s
AT_ONCE = 64  # sends in flight per channel
POLL = 1.0  # s
LOOK_UPS = 8  # at the same time, so that all are done before their leases end
LOOK_UP_AGAIN = 30_000  # ms
GIVE_UP_LOOKING = 15 * 60_000  # ms (RELIABILITY 1.5)

OPTED_OUT, BLOCKED = "21610", "blocked_bot"  # why a provider lets us write no more, as suppressions have it

_BUSY = (StoreUnavailable, Conflict)  # the database, for now
_AGAIN = frozenset(("desk", "card"))  # kinds that are rather shown twice than not at all
_outbound = msgspec.json.Decoder(Outbound).decode


class Dispatcher:
    """Sends the outbox of one channel; channels do not wait for each other."""

    def __init__(
        self,
        name: str,
        channel: Channel,
        store: Store,
        owner: str,
        clock: Callable[[], int],
        channels: Mapping[str, Channel] | None = None,
        public_url: str = "",
        desks: Desks | None = None,
    ) -> None:
        """`name` is the settings' entry; `owner` is unique to this process, it marks leases.

        `channels` are all there are, by name: files come in on others. `public_url` is where people reach this server,
        `desks` have the vouchers.
        """
        self._name = name
        self._channel = channel
        self._store = store
        self._owner = owner
        self._clock = clock
        self._settle = round(channel.settle * 1000) if isinstance(channel, Reconciling) else 0
        self._hold = channel.hold if isinstance(channel, Holding) else 0
        self._settlements: Group[Ended] = Group(self._settled)
        parcels = Parcels(channel, channels or {name: channel}, Hosting(store, public_url, clock))
        self._handing = Handing(channel, parcels)
        self._threads = Threads(name, channel, store, self._handing)
        self._pace = Pace(getattr(channel, "rate", None))
        self._parts: Callable[[str], int] = channel.parts if isinstance(channel, Pricing) else lambda _text: 1
        self._ends = Endings(owner, clock)
        self._vouchers = Vouchers(store, desks or Desks(), clock)
        self._admission = Admission(channel)
        self._bundles = Bundles(store, owner, clock, channel.capabilities)
        self._flights: set[asyncio.Task[None]] = set()
        self.sent = 0
        self.in_doubt = 0

    async def run(self) -> None:
        """Send until cancelled; then let what is in flight come home."""
        leasing: asyncio.Task[int] | None = None
        try:
            while True:
                leasing = asyncio.create_task(self._lease_and_send())
                try:
                    launched = await asyncio.shield(leasing)
                except _BUSY:
                    await asyncio.sleep(POLL / 4)
                    continue
                if len(self._flights) >= AT_ONCE:  # nothing in the outbox can tell when there is room again
                    await asyncio.wait(self._flights, timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
                elif not launched:
                    now = self._clock()
                    waits = (self._pace.delay(now), self._admission.delay(now))
                    await self._store.wait("outbox", min([POLL, *filter(None, waits)]))
        finally:
            await self._come_home(leasing)

    async def _come_home(self, leasing: asyncio.Task[int] | None) -> None:
        """Wait for what is under way. A lease that is being taken counts: unsent, its messages would be in doubt."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SEND_TIMEOUT
        if leasing:
            with suppress(TimeoutError, *_BUSY):
                await asyncio.wait_for(asyncio.shield(leasing), SEND_TIMEOUT)
        while self._flights and (left := end - loop.time()) > 0:
            await asyncio.wait(self._flights, timeout=left)

    async def reconcile(self) -> None:
        """Look up sends in doubt until cancelled."""
        while True:
            try:
                await self.look_up()
            except _BUSY as error:
                log.warning("reconcile_waits", channel=self._name, error=str(error))
            await asyncio.sleep(min(POLL, self._settle / 1000 or POLL))

    async def look_up(self) -> int:
        """One round over the sends in doubt whose rest is over; how many there were."""
        now = self._clock()
        rows = await self._store.doubtful(self._owner, LOOK_UPS, now, now + LEASE, [self._name])
        await self._settlements.add(await asyncio.gather(*map(self._found, rows)))
        return len(rows)

    async def _settled(self, ended: Sequence[Ended]) -> None:
        await self._store.settle([one for one, _ in ended], [event for _, events in ended for event in events])

    async def _lease_and_send(self) -> int:
        """Take what may be sent now and send it in the background; how many messages."""
        now = self._clock()
        flying = len(self._flights)
        room = min(AT_ONCE - flying, self._pace.room(now, flying))
        if room <= 0:
            return 0
        rest = max(0, self._settle - LEASE)
        leased = await self._store.lease(self._owner, room, now, now + LEASE, [self._name], rest)
        held: list[Ended] = []
        for row in sorted(leased, key=urgency):
            message = _outbound(row.payload)
            wait = self._admission.wait(row, message, now)
            if wait:
                held.append((self._ends.settlement(row, "queued", 0)._replace(not_before=now + wait), ()))
                continue
            self._pace.spend(now, self._parts(message.prompt.text))
            self._launch(self._send(row, message))
        for news in self._admission.news(now):
            self._launch(self._announce(news))
        if held:
            await self._settlements.add(held)
        return len(leased)

    def _launch(self, sending: Coroutine[Any, Any, None]) -> None:
        flight = asyncio.create_task(sending)
        self._flights.add(flight)
        flight.add_done_callback(self._flights.discard)

    async def _announce(self, news: Outbound) -> None:
        """Say how long a desk has to wait. If that cannot be said, nothing is lost."""
        try:
            await asyncio.wait_for(self._channel.send(news), SEND_TIMEOUT)
        except (ChannelError, TimeoutError) as error:
            log.info("queue_not_announced", channel=self._name, error=type(error).__name__)

    async def _send(self, row: Leased, message: Outbound) -> None:
        try:
            row = await self._bundles.filled(row, message, LEASE)
            ended = await self._attempt(row, bundled(message, row.along))
        except _BUSY:  # and nobody knows what goes along: nothing was sent
            ended = self._ends.settlement(row, "queued", FIRST_RETRY)._replace(shared=True), ()
        while True:
            try:
                await self._settlements.add([ended])
            except _BUSY:  # what we know is worth keeping for as long as nobody has looked it up
                await asyncio.sleep(POLL / 4)
            else:
                return

    async def _attempt(self, row: Leased, message: Outbound, *, again: bool = False) -> Ended:
        """Hand it over, and say how that ended. `again`: it may have arrived before."""
        if message.kind in TOLD and 0 < message.not_after < self._clock():
            return self._ends.ended(row, message, self._ends.settlement(row, "expired", error="too late to send"))
        if message.kind == "status" and not isinstance(self._channel, Reacting):
            return self._ends.settlement(row, "cancelled", error="this channel shows no signs"), ()
        if again:
            message = marked(message, word("maybe_repeated", message.language or "en"))
        way = self._threads if is_named_by_case(message.to) else self._handing
        try:
            message = await self._vouchers.filled(message)
            sent = await asyncio.wait_for(way.hand_over(row, message), SEND_TIMEOUT)
        except ChannelError as error:
            return self._failed(row, message, error)
        except TimeoutError:
            return self._failed(row, message, InDoubt(f"no answer within {SEND_TIMEOUT:.0f} s"))
        except Exception as error:  # an adapter's bug: we cannot know how far it got
            log.exception("send_crashed", channel=self._name)
            return self._failed(row, message, InDoubt(f"{type(error).__name__} in mid-send"))
        self.sent += 1
        self._pace.healthy()
        went = self._ends.went(row, sent, self._hold)
        return self._ends.ended(row, message, went, *refusals(row, message, sent, went.at))

    def _failed(self, row: Leased, message: Outbound, error: ChannelError) -> Ended:
        """What the error means for the message, the pace of the channel, and the customer."""
        if (message.edits or message.kind == "status") and isinstance(error, InDoubt):
            error = Unavailable(str(error), error.code)  # a change that may have been made is made again
        log.info("send_failed", channel=self._name, error=type(error).__name__, code=error.code, attempts=row.attempts)
        self._feel(error, self._clock())
        wait = wait_after(row, message, error)
        if isinstance(error, InDoubt):
            self.in_doubt += 1
            state, wait = self._doubted(row, message)
        elif wait is None:
            state = "failed"
        else:  # what may have arrived before shall say so
            state = "reconciling" if row.unknown_since else "queued"
        settlement = self._ends.settlement(row, state, wait, error)
        if isinstance(error, Unreachable) and error.opted_out:
            reason = error.code if error.code == OPTED_OUT else BLOCKED
            body = Consent("stop", answered=True, silent=True, source=reason)
            stop = Inbound(f"send:{row.key}", settlement.at, message.to, body)
            return self._ends.ended(row, message, settlement, arrival(stop, settlement.at))
        return self._ends.ended(row, message, settlement)

    def _doubted(self, row: Leased, message: Outbound) -> tuple[str, int | None]:
        """What is done about a send in doubt: it is looked up, or at a desk repeated after a while."""
        if isinstance(self._channel, Reconciling) and not row.unknown_since:
            return "reconciling", self._settle
        if message.kind in _AGAIN and not self._is_given_up(row):
            return "reconciling", LOOK_UP_AGAIN if row.unknown_since else FIRST_RETRY
        return "unknown", None

    def _feel(self, error: ChannelError, now: int) -> None:
        """Whether the channel as a whole works, and at what pace, as far as this failure tells."""
        if isinstance(error, Unavailable | Misconfigured | InDoubt) and not isinstance(error, NotAdmitted):
            self._pace.stumble(now)
            return
        self._pace.healthy()
        if isinstance(error, Throttled):
            wait = round(error.after * 1000)
            if error.whole_channel:
                self._pace.pause(now, wait)
            elif error.scope:
                self._admission.close(error.scope, now + wait)

    async def _found(self, row: Leased) -> Ended:
        """What the provider knows about a send in doubt."""
        message = bundled(_outbound(row.payload), row.along)
        if message.edits or message.kind == "status":  # was being made when its worker died: doing it again is harmless
            return self._ends.settlement(row, "queued", 0), ()
        if not isinstance(self._channel, Reconciling):
            return await self._given_up(row, message, "the provider cannot tell whether it was sent")
        try:
            sent = await asyncio.wait_for(self._find(self._channel, row, message), SEND_TIMEOUT)
        except Exception as error:  # noqa: BLE001 - also an adapter's bug: the others in doubt must not wait for it
            why = str(error) if isinstance(error, ChannelError | TimeoutError) else type(error).__name__
            log.info("look_up_failed", channel=self._name, error=type(error).__name__)
            if self._is_given_up(row):
                return await self._given_up(row, message, f"could not be looked up: {why}")
            return self._ends.later(row, LOOK_UP_AGAIN, why)
        log.info("send_looked_up", channel=self._name, state="sent" if sent else "queued")
        return self._ends.ended(
            row, message, self._ends.went(row, sent) if sent else self._ends.settlement(row, "queued", 0)
        )

    async def _find(self, channel: Reconciling, row: Leased, message: Outbound) -> Sent | None:
        taken = await self._store.provider_ids(row.lane)
        if is_named_by_case(message.to):
            return await self._threads.find(channel, row, message, taken)
        return await channel.find(await self._vouchers.filled(message), row.first_attempt_at, taken)

    async def _given_up(self, row: Leased, message: Outbound, why: str) -> Ended:
        """Nobody can tell: a desk reads it once more, with a mark; a customer does not (RELIABILITY 1.5)."""
        if message.kind in _AGAIN and not await self._store.has_stopped(row.lane):  # no lease has looked at that
            wait = self._admission.wait(row, message, self._clock())
            return await self._attempt(row, message, again=True) if not wait else self._ends.later(row, wait, why)
        return self._ends.ended(row, message, self._ends.settlement(row, "unknown", error=why))

    def _is_given_up(self, row: Leased) -> bool:
        """Whether a send has been in doubt for so long that nobody will find out any more."""
        return row.unknown_since != 0 and self._clock() - row.unknown_since > GIVE_UP_LOOKING + self._settle
