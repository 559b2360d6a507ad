"""Socket Mode: connections of one app, and envelopes that one of them must acknowledge.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import contextlib
import secrets
import uuid
from typing import Any

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.slack.model import App
from sandbox.slack.webhooks import Outcome

MAX_CONNECTIONS = 10


class Sockets:
    """The open connections. Each envelope goes to one of them, in turns."""

    def __init__(self, app: App, seconds: float) -> None:
        self.connections: list[WebSocket] = []
        self.seconds = seconds
        self.received: list[tuple[str, int]] = []  # (envelope ID, number of the connection that got it)
        self._app = app
        self._tickets: set[str] = set()
        self._waiting: dict[str, tuple[WebSocket, asyncio.Future[str]]] = {}
        self._turn = 0
        self._changed = asyncio.Event()

    def ticket(self) -> str:
        """What apps.connections.open gives out: good for one connection."""
        ticket = secrets.token_urlsafe(12)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """One connection, from hello to its end."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(4001)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if len(self.connections) >= MAX_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
            await socket.close()
            return
        self.connections.append(socket)
        try:
            await socket.send_json({
                "type": "hello",
                "num_connections": len(self.connections),
                "connection_info": {"app_id": self._app.id},
                "debug_info": {"host": "applink-sandbox", "build_number": 1, "approximate_connection_time": 18_060},
            })  # fmt: skip
            self._tell()
            while True:
                self._acknowledge(await socket.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass  # Starlette raises the latter when we have closed it ourselves
        finally:
            self.connections.remove(socket)
            self._tell()
            for owner, answer in self._waiting.values():
                if owner is socket and not answer.done():
                    answer.set_exception(ConnectionResetError("the connection has gone"))

    async def deliver(self, kind: str, payload: dict[str, Any], attempt: int = 0, reason: str = "") -> Outcome:
        """Send an envelope to one connection and wait for its acknowledgement.

        `kind` is events_api, interactive or slash_commands. The outcome's body is the acknowledgement's payload.
        """
        if not self.connections:
            return Outcome(0, 1, reason="connection_failed")
        self._turn += 1
        number = self._turn % len(self.connections)
        socket = self.connections[number]
        envelope: dict[str, Any] = {
            "envelope_id": str(uuid.uuid4()),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind == "slash_commands" or payload.get("type") == "view_submission",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason}
        self.received.append((envelope["envelope_id"], number))
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = (socket, answer)
        try:
            await socket.send_json(envelope)
            async with asyncio.timeout(self.seconds):
                return Outcome(200, 1, await answer)
        except TimeoutError:
            return Outcome(0, 1, reason="timeout")
        except (WebSocketDisconnect, RuntimeError, OSError):
            return Outcome(0, 1, reason="connection_failed")
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def connected(self, count: int, seconds: float = 10.0) -> None:
        """Wait until so many connections are open. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while len(self.connections) != count:
                await self._changed.wait()

    async def disconnect(self, reason: str = "refresh_requested", *, hang_up: bool = True) -> None:
        """Tell every connection to come again: `warning` some seconds before, `refresh_requested` at once."""
        for socket in list(self.connections):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
                await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})
                if hang_up and reason != "warning":
                    await socket.close()

    async def close(self) -> None:
        """Hang up everywhere."""
        for socket in list(self.connections):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
                await socket.close()

    def _acknowledge(self, raw: str) -> None:
        try:
            told = msgspec.json.decode(raw, type=dict[str, Any])
        except msgspec.MsgspecError:
            return  # Slack ignores what it does not understand
        _, answer = self._waiting.get(str(told.get("envelope_id")), (None, None))
        if answer is not None and not answer.done():
            payload = told.get("payload")
            answer.set_result(msgspec.json.encode(payload).decode() if payload else "")

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
