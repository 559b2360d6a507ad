"""A file takes its time to come, and nobody holds a connection with it (S32); the clock is the test's."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from tests.web.inbox_made import Door
from tests.web.outreach_made import ADMIN, AGENT, world
from web.server import READ_SECONDS, SLOWEST, Patient, Site
from web.sessions import token

ENOUGH = b"1;2;3;4\n" * (SLOWEST * READ_SECONDS // 8)
"""Rows as slow as they may come in READ_SECONDS."""


class Clock:
    """Ends the server's patience when the test says so; everything else waits as ever."""

    def __init__(self, loop, monkeypatch):
        self.waiting, self.connection, self._later = [], None, loop.call_later
        monkeypatch.setattr(loop, "call_later", self.call_later)

    def call_later(self, delay, callback, *arguments, **more):
        of = getattr(callback, "__self__", None)
        if not (isinstance(of, Patient) and delay == READ_SECONDS):
            return self._later(delay, callback, *arguments, **more)
        self.connection = of
        self.waiting.append(callback)
        return Waiting(self.waiting, callback)

    def passes(self):
        """READ_SECONDS."""
        due = [*self.waiting]
        self.waiting.clear()
        for callback in due:
            callback()

    async def looks(self):
        """Until the server goes by bytes a second."""
        await self.sees(lambda connection: self.waiting == [connection._look])

    async def sees(self, fits):
        """Until the server is so far."""
        async with asyncio.timeout(20):
            while not (self.connection and fits(self.connection)):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.005)


class Waiting:
    """What can be called off."""

    def __init__(self, among, callback):
        self.cancel = lambda: callback in among and among.remove(callback)


class Sender:
    """Sends a form piece by piece."""

    def __init__(self, clock, reader, writer):
        self.clock, self.reader, self.writer = clock, reader, writer

    async def sends(self, piece):
        """The piece is at the server, which has been looking at how fast it comes since before."""
        before = self.clock.connection._came
        self.writer.write(piece)
        await self.writer.drain()
        await self.clock.sees(lambda connection: connection._came >= before + len(piece))

    async def hears(self):
        """All that comes back until the server hangs up."""
        try:
            return (await asyncio.wait_for(self.reader.read(), 20)).decode()
        except ConnectionError:
            return ""


@pytest.fixture
async def clock(monkeypatch):
    return Clock(asyncio.get_running_loop(), monkeypatch)


@pytest.fixture
async def site(sqlite_url, clock):
    async with world(sqlite_url) as here:
        served = Site("127.0.0.1", 0)
        await served.start(here.app(Door(url="")))
        yield served
        await served.stop()


@asynccontextmanager
async def sending(site, clock, size, who=ADMIN, path="/contacts/import", connection="close"):
    """A form with a file of so many bytes has begun to come."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{site.port}\r\norigin: {site.url}\r\naccept: text/html\r\n"
    head += f"cookie: echolot={who}\r\ncontent-type: multipart/form-data; boundary=b\r\nconnection: {connection}\r\n"
    disposition = "--b\r\nContent-Disposition: form-data; name="
    first = f'{disposition}"_csrf"\r\n\r\n{token(who)}\r\n{disposition}"file"; filename="k.csv"\r\n\r\nid;a;b;c\n'
    head += f"content-length: {len(first) + size + len(END)}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(head.encode() + first.encode())
    await clock.sees(lambda connection: connection.cycle is not None)
    try:
        yield Sender(clock, reader, writer)
    finally:
        writer.close()


END = b"\r\n--b--\r\n"


async def test_s32_a_slow_file_is_waited_for_as_long_as_it_comes(site, clock):
    """Four minutes for 2.5 MB, where anything else has ten seconds."""
    rows = 16 * len(ENOUGH)
    async with sending(site, clock, rows) as sender:
        await clock.looks()
        for _ in range(16):
            await sender.sends(ENOUGH)
            clock.passes()
        await sender.sends(END)
        assert (await sender.hears()).startswith("HTTP/1.1 422")  # 327,680 rows are more than it takes
    assert clock.waiting == []


async def test_s32_a_small_file_that_takes_long_is_stored_as_any(site, clock):
    """The page comes as it would at once."""
    rows = b"".join(b"%d;%s;;\n" % (n, b"x" * 999) for n in range(163))
    async with sending(site, clock, 2 * len(rows)) as sender:
        await clock.looks()
        for _ in range(2):
            await sender.sends(rows)
            clock.passes()
        await sender.sends(END)
        assert "What would become of it" in await sender.hears()


async def test_s32_who_sends_slower_is_hung_up_on(site, clock):
    """After the first ten seconds in which too little came, whatever came before."""
    async with sending(site, clock, 9 * len(ENOUGH)) as sender:
        await clock.looks()
        await sender.sends(ENOUGH * 3)
        clock.passes()
        await sender.sends(ENOUGH[:-1])
        clock.passes()
        assert await sender.hears() == ""


@pytest.mark.parametrize(("who", "path"), [(AGENT, "/contacts/import"), ("", "/contacts/import"), (ADMIN, "/contacts")])
async def test_s32_nobody_else_has_more_than_ten_seconds(site, clock, who, path):
    """Who may not import, who has not signed in, and forms without files: however fast they send."""
    async with sending(site, clock, 250_000, who, path, "keep-alive") as sender:
        assert (await asyncio.wait_for(sender.reader.readline(), 20)).split()[1] in (b"401", b"403", b"415")
        await sender.sends(ENOUGH)
        assert clock.waiting == [clock.connection.timeout_keep_alive_handler]
        clock.passes()
        await sender.hears()
    assert clock.connection.transport.is_closing()


async def test_s32_who_has_an_answer_sends_no_more(site, clock):
    """What is no form is answered at once, and the rest of it is not waited for."""
    async with sending(site, clock, 9 * len(ENOUGH), connection="keep-alive") as sender:
        await clock.looks()
        await sender.sends(b"\r\n--b\r\nno head\r\n")
        assert (await asyncio.wait_for(sender.reader.readline(), 20)).startswith(b"HTTP/1.1 422")
        await sender.sends(ENOUGH)
        clock.passes()
        await sender.hears()
    assert clock.connection.transport.is_closing()
