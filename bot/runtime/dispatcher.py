"""The dispatcher: lease, send outside any transaction, settle; a send in doubt is looked up, never blindly repeated."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
import structlog
from msgspec.structs import replace

from bot.abilities import Editing, Pacing
from bot.errors import (
    ChannelError,
    Conflict,
    InDoubt,
    Misconfigured,
    NotAdmitted,
    Rejected,
    StoreUnavailable,
    Throttled,
    Unavailable,
    Unreachable,
)
from bot.messages import Address, Consent, Inbound, Limit, Outbound, Sent
from bot.ports import Channel, Pricing, Reconciling, Store
from bot.render import answered
from bot.rows import Arrival, Leased, Settlement
from bot.runtime.group import Group
from bot.runtime.intake import arrival
from bot.runtime.pace import Pace, Turnstiles

log = structlog.get_logger()

LEASE = 30_000  # ms; longer than any send may take
SEND_TIMEOUT = 20.0  # s
AT_ONCE = 64  # sends in flight per channel
POLL = 1.0  # s
FIRST_RETRY, LONGEST_RETRY = 1_000, 300_000  # ms, doubling
MEND_WITHIN = 60_000  # ms between tries while an operator has to mend the account
MARK_TRIES = 3  # to show a choice; the question behind it in its lane matters more
LOOK_UPS = 8  # at the same time, so that all are done before their leases end
LOOK_UP_AGAIN = 30_000  # ms
GIVE_UP_LOOKING = 15 * 60_000  # ms (RELIABILITY 1.5)

_BUSY = (StoreUnavailable, Conflict)  # the database, for now
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
        self._parts: Callable[[str], int] = channel.parts if isinstance(channel, Pricing) else lambda _text: 1
        self._limits: Callable[[Address], Sequence[Limit]] = (
            channel.limits if isinstance(channel, Pacing) else lambda _to: ()
        )
        self._turnstiles = Turnstiles()
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
                    waits = (self._pace.delay(now), self._turnstiles.delay(now))
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

    async def _lease_and_send(self) -> int:
        """Take what may be sent now and send it in the background; how many messages."""
        now = self._clock()
        flying = len(self._flights)
        room = min(AT_ONCE - flying, self._pace.room(now, flying))
        if room <= 0:
            return 0
        rest = max(0, self._settle - LEASE)
        leased = await self._store.lease(self._owner, room, now, now + LEASE, [self._name], rest)
        held: list[Settlement] = []
        for row in leased:
            message = _outbound(row.payload)
            wait = self._turnstiles.wait(row.id, self._limits(message.to), now)
            if wait:
                held.append(self._settlement(row, "queued", 0)._replace(not_before=now + wait))
                continue
            self._pace.spend(now, self._parts(message.prompt.text))
            flight = asyncio.create_task(self._send(row, message))
            self._flights.add(flight)
            flight.add_done_callback(self._flights.discard)
        if held:
            await self._settlements.add(held)
        return len(leased)

    async def _send(self, row: Leased, message: Outbound) -> None:
        settlement, follow_up = await self._attempt(row, message)
        while True:
            try:
                if follow_up:
                    await self._store.settle([settlement], follow_up)
                else:
                    await self._settlements.add([settlement])
            except _BUSY:  # what we know is worth keeping for as long as nobody has looked it up
                await asyncio.sleep(POLL / 4)
            else:
                return

    async def _attempt(self, row: Leased, message: Outbound) -> tuple[Settlement, Sequence[Arrival]]:
        try:
            sent = await asyncio.wait_for(self._hand_over(row, message), SEND_TIMEOUT)
        except ChannelError as error:
            return self._failed(row, message, error)
        except TimeoutError:
            return self._failed(row, message, InDoubt(f"no answer within {SEND_TIMEOUT:.0f} s"))
        except Exception as error:  # an adapter's bug: we cannot know how far it got
            log.exception("send_crashed", channel=self._name)
            return self._failed(row, message, InDoubt(f"{type(error).__name__} in mid-send"))
        self.sent += 1
        self._pace.healthy()
        return self._went(row, sent), ()

    async def _hand_over(self, row: Leased, message: Outbound) -> Sent:
        """Send, or change what was sent."""
        if not message.edits:
            return await self._channel.send(message)
        if not row.shown_id or not isinstance(self._channel, Editing):
            raise Rejected("what was to be changed has never arrived")
        if message.kind == "mark":
            message = replace(message, prompt=answered(_outbound(row.shown).prompt, message.prompt.text))
        return await self._channel.edit(message, row.shown_id)

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
        text = _storable(str(error))
        return Settlement(row.id, self._owner, row.epoch, state, not_before, code=_storable(code), error=text, at=now)

    def _failed(self, row: Leased, message: Outbound, error: ChannelError) -> tuple[Settlement, Sequence[Arrival]]:
        """What the error means for the message, the pace of the channel, and the customer."""
        if message.edits and isinstance(error, InDoubt):  # a change that may have been made is made again
            error = Unavailable(str(error), error.code)
        log.info("send_failed", channel=self._name, error=type(error).__name__, code=error.code, attempts=row.attempts)
        now, follow_up = self._clock(), []
        backoff = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(row.attempts - 1, 16))
        state, wait = "failed", None
        self._feel(error, now)
        match error:
            case Throttled():
                state, wait = "queued", round(error.after * 1000)
                if error.whole_channel:
                    self._pace.pause(now, wait)
                elif error.scope:
                    self._turnstiles.close(error.scope, now + wait)
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
        if state == "queued" and _not_worth_it(row, message, error):
            state, wait = "failed", None
        return self._settlement(row, state, wait, error), follow_up

    def _feel(self, error: ChannelError, now: int) -> None:
        """Whether the channel as a whole works, as far as this failure tells."""
        if isinstance(error, Unavailable | Misconfigured | InDoubt) and not isinstance(error, NotAdmitted):
            self._pace.stumble(now)
        else:
            self._pace.healthy()

    async def _found(self, row: Leased) -> Settlement:
        """What the provider knows about a send in doubt."""
        channel, message = self._channel, _outbound(row.payload)
        if message.edits:  # was being made when its worker died: to make it again is harmless
            return self._settlement(row, "queued", 0)
        if not isinstance(channel, Reconciling):
            return self._settlement(row, "unknown", error="the provider cannot tell whether it was sent")
        try:
            taken = await self._store.provider_ids(row.lane)
            find = channel.find(message, row.first_attempt_at, taken)
            sent = await asyncio.wait_for(find, SEND_TIMEOUT)
        except Exception as error:  # noqa: BLE001 - also an adapter's bug: the others in doubt must not wait for it
            known = isinstance(error, ChannelError | TimeoutError)
            log.info("look_up_failed", channel=self._name, error=type(error).__name__)
            return self._not_looked_up(row, str(error) if known else type(error).__name__)
        log.info("send_looked_up", channel=self._name, state="sent" if sent else "queued")
        return self._went(row, sent) if sent else self._settlement(row, "queued", 0)

    def _not_looked_up(self, row: Leased, why: str) -> Settlement:
        if self._clock() - row.unknown_since > GIVE_UP_LOOKING + self._settle:
            return self._settlement(row, "unknown", error=f"could not be looked up: {why}")
        return self._settlement(row, "reconciling", LOOK_UP_AGAIN, why)


def _not_worth_it(row: Leased, message: Outbound, error: ChannelError) -> bool:
    """Whether to go on without a mark. A provider that asks for patience gets it: it would refuse the next one, too."""
    return message.kind == "mark" and row.attempts >= MARK_TRIES and not isinstance(error, Throttled)


def _storable(text: str) -> str:
    """A provider's words as every database and log takes them."""
    return "".join(filter(str.isprintable, text[:500]))
