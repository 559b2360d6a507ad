"""What a careless change would do to the product: each must turn a check red (RELIABILITY T27)."""

import asyncio
from collections.abc import Sequence

import channels.slack.lookup
import channels.telegram.outbound
from bot.messages import Inbound
from bot.rows import Leased
from bot.runtime import dispatcher
from bot.runtime.dispatcher import Dispatcher, Ended
from bot.runtime.intake import Intake
from bot.runtime.threads import Threads

_forgotten: set[asyncio.Task[None]] = set()


def apply(name: str) -> None:
    """Damage this process; "" leaves it alone."""
    if name:
        SABOTAGES[name]()


def ack_before_commit() -> None:
    """As SDKs do that put updates into a queue in memory: answer first, store a little later."""
    commit = Intake.accept

    async def accept(self: Intake, inbounds: Sequence[Inbound]) -> None:
        async def later() -> None:
            await asyncio.sleep(0.2)
            await commit(self, inbounds)

        task = asyncio.create_task(later())
        _forgotten.add(task)
        task.add_done_callback(_forgotten.discard)

    Intake.accept = accept


def resend_blindly() -> None:
    """Take a send in doubt for one that failed."""

    async def found(self: Dispatcher, row: Leased) -> Ended:
        return self._ends.settlement(row, "queued", 0), ()

    Dispatcher._found = found


def read_no_metadata() -> None:
    """Look for a message on Slack without the one thing that tells which it is."""
    channels.slack.lookup.key_of = lambda _record: ""


def ask_without_key() -> None:
    """Buttons on Telegram that say what was chosen, and not what was asked."""
    channels.telegram.outbound.callback_data = lambda _key, value: value


def forget_threads() -> None:
    """Do not write down which thread a case has got: whatever comes next opens another."""

    async def save(*_: object) -> None:
        pass

    Threads._save = save


def forget_marks() -> None:
    """What a desk reads once more looks as if it were new."""
    dispatcher.marked = lambda message, _mark: message


SABOTAGES = {
    sabotage.__name__: sabotage
    for sabotage in (ack_before_commit, resend_blindly, read_no_metadata, ask_without_key, forget_threads, forget_marks)
}
