"""Long polling against the sandbox: nothing is confirmed before it is committed, and nothing stops it for long."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from bot.errors import StoreUnavailable
from bot.messages import Inbound, Pressed, Said, Unreadable
from channels.telegram import polling
from channels.telegram.channel import TelegramChannel
from channels.telegram.client import _verdict
from sandbox.telegram import Fault
from tests.channels.telegram_line import Line, a_line, config, message


@dataclass
class Inbox:
    """Takes events as the intake does: all of a call or none. `failures` are raised first."""

    line: Line
    failures: list[Exception] = field(default_factory=list)
    calls: int = 0
    pending: list[int] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, events: Sequence[Inbound]) -> None:
        self.calls += 1
        self.pending.append(len(self.line.sandbox.updates().pending))
        self.changed.set()
        if self.failures:
            raise self.failures.pop(0)
        known = {event.id for event in self.line.events}
        self.line.events.extend(event for event in events if event.id not in known)

    async def until(self, fine: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not fine():  # noqa: ASYNC110 - of two sides, only one has events to wait for
                await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def listening(line: Line, inbox: Inbox) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(line.channel.listen(inbox.accept))
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(polling, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(polling, "LONGEST_WAIT", 0.05)


async def test_p1_confirmed_only_after_commit():
    """P1: while `accept` runs Telegram still has the updates; afterwards it has none, and the order held."""
    async with a_line(hooked=False) as line:
        inbox = Inbox(line)
        ada = line.sandbox.person()
        ada.start()
        for number in range(3):
            ada.says(str(number))
        async with listening(line, inbox):
            await inbox.until(lambda: not line.sandbox.updates().pending)
            assert inbox.pending == [4]
            ada.says("3")
            await inbox.until(lambda: not line.sandbox.updates().pending)
        assert [body.text for body in line.bodies(Said)] == list("0123")


async def test_p1_p13_a_database_that_is_down():
    """P1, P13: what could not be committed is not confirmed, and comes again when the database is back."""
    async with a_line(hooked=False) as line:
        inbox = Inbox(line, [StoreUnavailable("down"), StoreUnavailable("down")])
        line.sandbox.person().start()
        async with listening(line, inbox):
            await inbox.until(lambda: not line.sandbox.updates().pending)
        assert (inbox.calls, inbox.pending) == (3, [1, 1, 1])
        assert len(line.events) == 1


async def test_p1_a_process_that_dies_in_between():
    """P1, P2: killed after the commit and before Telegram heard of it, the next process gets it again: one event."""
    async with a_line(hooked=False) as line:
        inbox = Inbox(line)
        line.sandbox.person().start()
        async with listening(line, inbox) as task:
            await inbox.changed.wait()
            task.cancel()
        assert len(line.events) == 1
        assert len(line.sandbox.updates().pending) == 1
        async with listening(line, inbox):
            await inbox.until(lambda: not line.sandbox.updates().pending)
        assert len(line.events) == 1


async def test_presses_are_answered():
    """The button's hour-glass stops; an answer that fails, or comes too late, harms nothing."""
    async with a_line(hooked=False) as line:
        inbox = Inbox(line)
        ada = line.sandbox.person()
        ada.start()
        await line.channel.send(message(to=ada.id))
        async with listening(line, inbox):
            first = ada.presses("9")
            await inbox.until(lambda: first.answer is not None)
            line.sandbox.faults.plan(Fault("error", path="answerCallbackQuery"))
            ada.presses("8")
            await inbox.until(lambda: len(line.bodies(Pressed)) == 2 and not line.sandbox.faults.planned)
            third = ada.presses("7")
            await inbox.until(lambda: third.answer is not None)


@pytest.mark.parametrize("kind", ["error", "error_after", "reset_before", "reset_after", "half", "garbled", "throttle"])
async def test_t4_it_goes_on_after_every_fault(kind):
    """T4: a fault on the way is waited for, nothing is lost and nothing counts twice."""
    async with a_line(hooked=False, timeout="1s") as line:
        inbox = Inbox(line)
        line.sandbox.faults.plan(Fault(kind, times=1 if kind == "throttle" else 3, status=502, path="getUpdates"))
        ada = line.sandbox.person()
        ada.start()
        ada.says("8")
        async with listening(line, inbox):
            await inbox.until(lambda: not line.sandbox.updates().pending)
        assert [body.text for body in line.bodies(Said)] == ["8"]


async def test_a_poisoned_update_does_not_block():
    """What we cannot read is kept as poison, and what comes behind it is read."""
    async with a_line(hooked=False) as line:
        inbox = Inbox(line)
        ada = line.sandbox.person()
        ada.start()
        line.sandbox.updates().add("message", {"message_id": "x", "text": "?"}, ada.id)
        ada.says("8")
        async with listening(line, inbox):
            await inbox.until(lambda: not line.sandbox.updates().pending)
        assert len(line.bodies(Unreadable)) == 1
        assert [body.text for body in line.bodies(Said)] == ["8"]


async def test_half_a_character_does_not_block():
    """Even what no database can hold passes the transport, and becomes poison instead of stopping every poll."""
    body = b'{"ok":true,"result":[{"update_id":7,"message":{"message_id":1,"text":"\\ud800"}}]}'
    assert _verdict(200, body) is None
    async with a_line(hooked=False) as line:
        inbox = Inbox(line)
        poller = polling.Poller("tg", "", line.channel._api, line.channel._read, inbox.accept)
        assert await poller._take(json.loads(body)["result"]) == 8
        assert len(line.bodies(Unreadable)) == 1


async def test_two_pollers(caplog, capsys):
    """Somebody else polls with the same token: said in the log with what to do, and tried again and again."""
    async with a_line(hooked=False) as line:
        inbox = Inbox(line)
        conflict = Fault("error", times=3, status=409, path="getUpdates")
        line.sandbox.faults.plan(conflict)
        line.sandbox.person().start()
        async with listening(line, inbox):
            await inbox.until(lambda: not line.sandbox.updates().pending)
        assert "another program fetches this bot's updates" in capsys.readouterr().out + caplog.text


async def test_our_own_old_webhook_is_removed():
    """When `webhook_secret` was taken out of the settings, polling starts without anybody's help."""
    async with a_line() as line:
        assert line.sandbox.updates().webhook is not None
        twin = TelegramChannel("tg", config(api_url=line.url, webhook_secret=None), line.url)
        inbox = Inbox(line)
        async with listening(Line(line.sandbox, twin, line.url), inbox):
            await inbox.until(lambda: line.sandbox.updates().webhook is None)
            line.sandbox.person().start()
            await inbox.until(lambda: inbox.calls > 0 and not line.sandbox.updates().pending)
        await twin.close()
        assert len(line.events) == 1


async def test_another_webhook_is_left_alone():
    """A webhook of somebody else is not ours to remove: the log says what to do."""
    async with a_line(hooked=False) as line:
        api = line.channel._api()
        await api.bot.set_webhook(f"{line.url}/elsewhere")
        inbox = Inbox(line)
        async with listening(line, inbox):
            await asyncio.sleep(0.1)
        assert line.sandbox.updates().webhook is not None
        assert (inbox.calls, line.events) == (0, [])
