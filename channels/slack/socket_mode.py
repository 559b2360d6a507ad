"""Socket Mode: events over connections of ours, acknowledged only when they are kept.

Protocol: https://docs.slack.dev/apis/events-api/using-socket-mode. Not the SDK's client: it starts every envelope in
a task of its own, so that two messages of one person can overtake each other; it hangs up before it has a new
connection; and what fails to connect it logs, with the ticket in the URL, for ever, instead of telling.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

import aiohttp
import msgspec
import structlog
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env

from bot.errors import Misconfigured, StoreUnavailable, Throttled, Unavailable
from channels.slack.client import Api
from channels.slack.envelope import Payload, mapping

log = structlog.get_logger()

HEARTBEAT = 10.0  # s between pings of ours; half of it later an unanswered one is a dead connection
FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0  # s, doubling
STEADY = 10.0  # s after which a connection counts as one that works
DRAIN = 30.0  # s that a connection which Slack gives up may still deliver
Take = Callable[[Payload], Awaitable[None]]
"""Keeps what is in one envelope; raises StoreUnavailable if that is not possible now."""


async def listen(name: str, api: Api, app_token: str, take: Take) -> None:
    """Keep one connection until cancelled. `name` is the channel's, for the log.

    Raises Misconfigured if Slack does not let us, and whatever `take` raises but StoreUnavailable.
    """
    loop, wait = asyncio.get_running_loop(), FIRST_WAIT
    connections: set[_Connection] = set()
    try:
        while True:
            try:
                connection = _Connection(name, await _opened(api, app_token), take)
            except (Throttled, Unavailable) as error:
                log.warning("socket_mode_waits", channel=name, error=str(error))
                after = error.after if isinstance(error, Throttled) else _jitter(wait)
                wait = min(LONGEST_WAIT, wait * 2)
                await asyncio.sleep(after)
                continue
            connections.add(connection)
            began = loop.time()
            await connection.ends_or_is_replaced()
            for each in [each for each in connections if each.done()]:
                connections.discard(each)
                each.result()  # raises what was not the network's fault
            if loop.time() - began >= STEADY or connection.refreshed:
                wait = FIRST_WAIT
            else:
                await asyncio.sleep(_jitter(wait))
                wait = min(LONGEST_WAIT, wait * 2)
    finally:
        for each in connections:
            await each.close()


async def url(api: Api, app_token: str) -> str:
    """A place to connect to, good for one connection. Raises a ChannelError."""
    answer = await api.call(
        "", lambda client: client.apps_connections_open(app_token=app_token), repeatable=True
    )  # fmt: skip
    found = answer.data.get("url")
    if not isinstance(found, str):
        raise Unavailable("Slack's answer names no place to connect to")
    return found


async def _opened(api: Api, app_token: str) -> aiohttp.ClientWebSocketResponse:
    place = await url(api, app_token)
    try:
        return await api.session().ws_connect(place, heartbeat=HEARTBEAT, proxy=load_http_proxy_from_env())
    except (aiohttp.ClientError, TimeoutError, OSError) as problem:  # `from None`: the URL is a ticket
        raise Unavailable(f"no Socket Mode connection ({type(problem).__name__})") from None


class _Connection:
    """One WebSocket: envelopes in order, each acknowledged when it is kept."""

    def __init__(self, name: str, socket: aiohttp.ClientWebSocketResponse, take: Take) -> None:
        self._name = name
        self._socket = socket
        self._take = take
        self._asked_to_leave = asyncio.Event()
        self.refreshed = False
        self._reading = asyncio.create_task(self._read())

    async def ends_or_is_replaced(self) -> None:
        """Until the connection is gone or Slack has asked for a new one."""
        asked = asyncio.create_task(self._asked_to_leave.wait())
        try:
            await asyncio.wait({self._reading, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            asked.cancel()

    def done(self) -> bool:
        """Whether nothing more can come."""
        return self._reading.done()

    def result(self) -> None:
        """Raises what ended it, if that was not the network."""
        self._reading.result()

    async def close(self) -> None:
        """Hang up; what is not acknowledged comes again."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        try:
            while True:
                left = DRAIN if self._asked_to_leave.is_set() else None
                message = await asyncio.wait_for(self._socket.receive(), left)
                if message.type is not aiohttp.WSMsgType.TEXT:
                    if self._socket.closed or message.type is aiohttp.WSMsgType.ERROR:
                        return
                    continue
                await self._envelope(message.data)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return
        finally:
            await self._socket.close()

    async def _envelope(self, data: str) -> None:
        try:
            envelope = mapping(msgspec.json.decode(data)) or {}
        except (ValueError, RecursionError):
            envelope = {}
        if envelope.get("type") == "disconnect":
            reason = envelope.get("reason")
            if reason == "link_disabled":
                raise Misconfigured("Socket Mode is off: Settings → Socket Mode", "link_disabled")
            self.refreshed = reason in {"warning", "refresh_requested"}
            self._asked_to_leave.set()
            return
        mark = envelope.get("envelope_id")
        if not isinstance(mark, str):
            return  # hello
        try:
            await self._take(mapping(envelope.get("payload")) or {})
        except StoreUnavailable as error:
            log.warning("socket_mode_not_kept", channel=self._name, error=str(error))
            return  # not acknowledged: it comes again
        await self._socket.send_json({"envelope_id": mark})


def _jitter(wait: float) -> float:
    return wait * random.uniform(0.5, 1.0)  # noqa: S311 - spreads reconnects, no secret
