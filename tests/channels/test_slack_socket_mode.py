"""Socket Mode against the sandbox: acknowledged only when kept, in order, and never for long without a connection."""

import asyncio
import contextlib
import logging

import pytest

from bot.errors import Misconfigured, StoreUnavailable
from bot.messages import Pressed, Said
from channels.slack import socket_mode
from sandbox.slack import Fault
from tests.channels.slack_line import XAPP, a_line, message


class Inbox:
    """What `accept` was given. While `open` is unset it does not return; `down` makes it refuse that many times."""

    def __init__(self) -> None:
        self.events = []
        self.open = asyncio.Event()
        self.open.set()
        self.called = asyncio.Event()
        self.down = 0

    async def accept(self, events):
        self.called.set()
        await self.open.wait()
        if self.down:
            self.down -= 1
            raise StoreUnavailable("the disk is full")
        self.events.extend(events)


@contextlib.asynccontextmanager
async def listening(**options):
    """A line whose channel listens; the inbox that it fills, and the task."""
    async with a_line(socket_mode=True, **options) as line:
        inbox = Inbox()
        task = asyncio.create_task(line.channel.listen(inbox.accept))
        await until(lambda: line.sandbox.delivery.sockets.connections or task.done())
        try:
            yield line, inbox, task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(holds, seconds=5.0):
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - the other side is a server
            await asyncio.sleep(0.005)


async def test_events_presses_and_commands():
    """Everything that a webhook would bring comes over the socket."""
    async with listening() as (line, inbox, _):
        sent = await line.channel.send(message())
        assert (await line.person().says("8")).status == 200
        assert (await line.person().presses("9")).status == 200
        assert (await line.person().command("/echolot", "stop")).status == 200
        said, pressed, command = inbox.events
        assert (said.body.text, command.body) == ("8", Said("stop"))
        assert isinstance(pressed.body, Pressed)
        assert pressed.body.ref == sent.provider_id
        assert line.forged == 0


async def test_p1_acknowledged_only_after_accept():
    """P1: while the event is not committed, Slack has no answer, and delivers it again."""
    async with listening(options={"ack_seconds": 5.0}) as (line, inbox, _):
        inbox.open.clear()
        sent = asyncio.create_task(line.person().says("10"))
        await asyncio.wait_for(inbox.called.wait(), 5)
        for _ in range(20):
            await asyncio.sleep(0)
        assert not sent.done()
        assert inbox.events == []
        inbox.open.set()
        assert (await sent).attempts == 1
        assert [event.body.text for event in inbox.events] == ["10"]


async def test_p13_what_cannot_be_kept_comes_again():
    """P13: with the database down nothing is acknowledged; Slack's repetition is taken."""
    async with listening(options={"ack_seconds": 0.1}) as (line, inbox, task):
        inbox.down = 1
        outcome = await line.person().says("10")
        assert (outcome.status, outcome.attempts) == (200, 2)
        assert [event.body.text for event in inbox.events] == ["10"]
        assert not task.done()


async def test_one_after_the_other():
    """P6: messages of one person stay in order."""
    async with listening() as (line, inbox, _):
        words = [str(number) for number in range(30)]
        pending = [asyncio.create_task(line.person().says(word)) for word in words]
        await asyncio.gather(*pending)
        assert [event.body.text for event in inbox.events] == words


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_slack_asks_for_a_new_connection(reason):
    """The new connection is there before the old one is gone; nothing is lost in between."""
    async with listening() as (line, inbox, _):
        await line.sandbox.delivery.sockets.disconnect(reason, hang_up=False)
        for number in range(5):
            assert (await line.person().says(str(number))).attempts == 1
        await until(lambda: len(line.sandbox.delivery.sockets.connections) == 2)
        assert [event.body.text for event in inbox.events] == list("01234")


async def test_slack_hangs_up(monkeypatch):
    """A new connection is made, and the old one leaves nothing behind."""
    monkeypatch.setattr(socket_mode, "FIRST_WAIT", 0.01)
    async with listening() as (line, inbox, task):
        for _ in range(3):
            [old] = line.sandbox.delivery.sockets.connections
            await line.sandbox.delivery.sockets.close()
            await until(lambda old=old: line.sandbox.delivery.sockets.connections not in ([old], []))
        assert (await line.person().says("10")).status == 200
        assert len(inbox.events) == 1
        assert not task.done()


async def test_socket_mode_turned_off():
    """Then an operator has to act: the task ends with the reason, and the supervisor shows it."""
    async with listening() as (line, _, task):
        await line.sandbox.delivery.sockets.disconnect("link_disabled")
        with pytest.raises(Misconfigured, match="Socket Mode"):
            await asyncio.wait_for(task, 5)


async def test_a_wrong_app_token():
    """It is told at once, without the token."""
    async with a_line(socket_mode=True, app_token="xapp-wrong") as line:
        with pytest.raises(Misconfigured) as caught:
            await asyncio.wait_for(line.channel.listen(Inbox().accept), 5)
        assert caught.value.code == "invalid_auth"
        assert "xapp" not in str(caught.value)


async def test_slack_cannot_be_reached_for_a_while(monkeypatch):
    """Errors and rate limits are waited out."""
    monkeypatch.setattr(socket_mode, "FIRST_WAIT", 0.01)
    async with a_line(socket_mode=True) as line:
        line.sandbox.faults.plan(
            Fault("error", status=503, path="apps.connections.open", times=2),
            Fault("garbled", path="apps.connections.open"),
            Fault("throttle", after=1, path="apps.connections.open"),
        )
        inbox = Inbox()
        task = asyncio.create_task(line.channel.listen(inbox.accept))
        await until(lambda: line.sandbox.delivery.sockets.connections)
        await line.person().says("10")
        assert len(inbox.events) == 1
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not line.sandbox.delivery.sockets.connections)


async def test_several_connections():
    """Each event comes over one of them."""
    async with listening(connections=3) as (line, inbox, task):
        await until(lambda: len(line.sandbox.delivery.sockets.connections) == 3)
        for number in range(6):
            await line.person().says(str(number))
        assert sorted(event.body.text for event in inbox.events) == list("012345")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await until(lambda: not line.sandbox.delivery.sockets.connections)


async def test_a_bug_in_what_is_behind_us_is_not_swallowed():
    """What `accept` raises but StoreUnavailable ends the task, unacknowledged."""
    async with listening(options={"ack_seconds": 0.1}) as (line, inbox, task):

        async def broken(_events):
            raise RuntimeError("a bug")

        inbox.accept = broken
        task.cancel()
        again = asyncio.create_task(line.channel.listen(inbox.accept))
        await until(lambda: line.sandbox.delivery.sockets.connections)
        sent = asyncio.create_task(line.person().says("10"))
        with pytest.raises(RuntimeError, match="a bug"):
            await asyncio.wait_for(again, 5)
        assert not (await sent).taken


async def test_s9_foreign_events_are_acknowledged_and_dropped():
    """S9: an event of another workspace is none of ours; unacknowledged it would come for ever."""
    async with listening(team="T2") as (line, inbox, _):
        outcome = await line.person().says("10")
        assert (outcome.status, outcome.attempts) == (200, 1)
        assert inbox.events == []


async def test_s34_no_ticket_and_no_token_is_logged(caplog):
    """S34: neither the app token, nor the URL with its ticket, nor anybody's words."""
    caplog.set_level(logging.DEBUG)
    async with listening() as (line, inbox, _):
        await line.person().says("very private words")
        assert len(inbox.events) == 1
        await line.sandbox.delivery.sockets.disconnect("refresh_requested", hang_up=False)
        await line.person().says("very private words")
    ours = [record for record in caplog.records if not record.name.startswith(("uvicorn", "websockets"))]
    told = [record.getMessage() for record in ours]
    assert [words for words in told if XAPP in words or "ticket" in words or "private" in words] == []
