"""Listening: uvicorn with limits for slow and oversized callers, and a shutdown that loses nobody."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

READ_SECONDS = 10
SLOWEST = 16 * 1024  # bytes a second of what is let take its time
HEAD_BYTES = 16 * 1024
HEAD_FIELDS = 100
GRACE_SECONDS = 10
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Patient(HttpToolsProtocol):
    """uvicorn's protocol with limits (RELIABILITY S32): 10 s for a request, 16 kB and 100 fields for its head.

    Who answers may call `scope["unhurried"]`: then the rest may take longer, as long as SLOWEST comes in any 10 s.
    """

    _timer: asyncio.TimerHandle | None = None
    _head = 0  # bytes of the head that is being read
    _reading = True
    _came = 0  # bytes of the body since somebody last looked

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A new connection: the clock starts before the first byte."""
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn narrows asyncio's own type
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Gone."""
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Some bytes, perhaps of an endless header that the parser would collect for ever."""
        super().data_received(data)
        if self._reading and self._timer is not None:
            self._head += len(data)
            if self._head > HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("")

    def on_message_begin(self) -> None:
        """A request starts, perhaps a second one on this connection."""
        super().on_message_begin()
        self._reading, self._head, self._sum = True, 0, 0
        self._wait()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One field is complete."""
        self._sum += len(name) + len(value) + 4
        if self._sum + len(self.url) > HEAD_BYTES or len(self.headers) >= HEAD_FIELDS:
            self._head = HEAD_BYTES + 1
            raise ValueError("head too large")  # the parser stops and calls send_400_response
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is there; the body's size is web.guard's business."""
        self._reading = False
        self.scope["unhurried"] = self._unhurried  # type: ignore[typeddict-unknown-key]
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._came += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """All of the request is there: from now on it is our turn."""
        self._arrived()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Nothing that can be understood: say so and hang up."""
        self._arrived()
        if self._head > HEAD_BYTES:
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        else:
            super().send_400_response(msg)

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(READ_SECONDS, self.timeout_keep_alive_handler)

    def _unhurried(self) -> None:
        """Begin to look at how fast the request comes, unless all of it is there."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._came = self.loop.call_later(READ_SECONDS, self._look), 0

    def _look(self) -> None:
        """Hang up on who sends too slowly, or goes on sending when the answer is out."""
        slow = self._came < SLOWEST * READ_SECONDS
        if slow or self.cycle.response_complete:
            self.timeout_keep_alive_handler()
        else:
            self._unhurried()

    def _arrived(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Server(uvicorn.Server):
    """Signals are the command's business: it has more to shut down than this."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn does, and tell that it is done."""
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


class Site:
    """One address to serve an application on. Bound when made, so that `url` is known before anything starts."""

    def __init__(self, host: str, port: int) -> None:
        """`port` 0 takes a free one. Raises OSError if the address cannot be had."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError:
            self._socket.close()
            raise
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self._server: _Server | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  # compared, not bound
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    async def start(self, app: ASGIApp) -> None:
        """Listen; returns once connections are taken."""

        async def told(scope: Scope, receive: Receive, send: Send) -> None:
            scope["stopping"] = self._stopping  # for answers that would never end
            await app(scope, receive, send)

        self._server = _Server(
            uvicorn.Config(
                told,
                http=Patient,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=20,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._task = asyncio.create_task(self._server.serve([self._socket]))
        await self._server.listening.wait()

    async def stop(self) -> None:
        """Take no new connections, finish the requests that are under way, at most 10 s."""
        if self._server is not None and self._task is not None:
            self._stopping.set()
            self._server.should_exit = True
            await self._task
        self._socket.close()
