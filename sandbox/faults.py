"""Providers that misbehave on demand: a schedule of faults, and the layer around an API that acts them out."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct, structs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Kind = Literal[
    "throttle",  # 429 with Retry-After, not taken
    "error",  # `status`, not taken
    "error_after",  # taken, but `status` all the same
    "timeout_before",  # not taken, no answer for `seconds`
    "timeout_after",  # taken, no answer for `seconds`
    "reset_before",  # not taken, connection reset
    "reset_after",  # taken, connection reset
    "half",  # taken, half of the answer, connection closed
    "garbled",  # taken, 2xx whose body is not JSON
    "lag",  # taken, listed only after `lag` seconds
    "duplicate",  # taken, every callback comes twice
    "reorder",  # taken, callbacks come in reverse
    "undelivered",  # taken, later reported undelivered with `code`
]
_BEFORE = ("throttle", "error", "timeout_before", "reset_before")
_LOST = ("timeout_after", "reset_after")
DISCONNECT_SECONDS = 5.0


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """What goes wrong with the next `times` requests of this method whose path contains `path`."""

    kind: Kind
    times: int = 1
    status: int = 500
    after: float = 1.0  # seconds of Retry-After
    seconds: float = 60.0  # of a timeout
    lag: float = 0.0  # seconds until a taken message is listed, with any kind
    code: str = "30003"
    method: str = "POST"
    path: str = ""


class Faults:
    """The schedule: first come, first served."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def plan(self, *faults: Fault) -> None:
        """Append to the schedule."""
        self.planned.extend(faults)

    def clear(self) -> None:
        """From now on everything works."""
        self.planned.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, counted down."""
        for index, fault in enumerate(self.planned):
            if fault.method == method and fault.path in path:
                left = [structs.replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                self.planned[index : index + 1] = left
                return fault
        return None


class FaultLayer:
    """An ASGI app around a provider's API. The app finds its fault, if any, under `scope["fault"]`.

    `prefix` limits it to the provider's own paths; `refusal` makes a body in the provider's style from a status,
    `throttled` one for a 429 from the seconds to wait, where the provider names them in the body.
    Resets work on uvicorn, which hands out its transport; elsewhere the request fails with an exception.
    """

    def __init__(
        self,
        app: ASGIApp,
        faults: Faults,
        prefix: str | tuple[str, ...],
        refusal: Callable[[int], bytes],
        throttled: Callable[[float], bytes] | None = None,
    ) -> None:
        self._app = app
        self._faults = faults
        self._prefix = prefix
        self._refusal = refusal
        self._throttled = throttled

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, right or wrong."""
        ours = scope["type"] == "http" and scope["path"].startswith(self._prefix)
        fault = self._faults.take(scope["method"], scope["path"]) if ours else None
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind in _BEFORE:
            await _drain(receive)
            await self._refuse(fault, receive, send)
        else:
            answer: list[Message] = []
            await self._app({**scope, "fault": fault}, receive, _into(answer))
            await self._spoil(fault, answer, receive, send)

    async def _refuse(self, fault: Fault, receive: Receive, send: Send) -> None:
        if fault.kind == "timeout_before":
            await _gone(receive, fault.seconds)
        if fault.kind in ("timeout_before", "reset_before"):
            await _abort(receive, send)
            return
        status = 429 if fault.kind == "throttle" else fault.status
        headers = [(b"content-type", b"application/json")]
        body = self._refusal(status)
        if fault.kind == "throttle":
            headers.append((b"retry-after", f"{fault.after:g}".encode()))
            body = self._throttled(fault.after) if self._throttled else body
        await _answer(send, status, headers, body)

    async def _spoil(self, fault: Fault, answer: list[Message], receive: Receive, send: Send) -> None:
        start, body = answer[0], b"".join(part.get("body", b"") for part in answer[1:])
        if fault.kind == "timeout_after":
            await _gone(receive, fault.seconds)
        if fault.kind in _LOST:
            await _abort(receive, send)
        elif fault.kind == "error_after":
            await _answer(send, fault.status, [(b"content-type", b"application/json")], self._refusal(fault.status))
        elif fault.kind == "garbled":
            await _answer(send, start["status"], [(b"content-type", b"text/html")], b"<html>It works!</html>")
        elif fault.kind == "half":
            await send(start)
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
            await _abort(receive, send, flush=True)
        else:
            for part in answer:
                await send(part)


def steering(path: str, faults: Faults) -> Route:
    """The page that plans faults: POST takes a JSON list of them, DELETE forgets them, GET shows what is left."""

    async def steer(request: Request) -> Response:
        if request.method == "DELETE":
            faults.clear()
        if request.method == "POST":
            try:
                faults.plan(*_planned(await request.body()))
            except msgspec.MsgspecError as problem:
                return JSONResponse({"error": str(problem)}, 422)
        return JSONResponse([structs.asdict(fault) for fault in faults.planned])

    return Route(path, steer, methods=["GET", "POST", "DELETE"])


_planned = msgspec.json.Decoder(list[Fault]).decode


def _into(answer: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        answer.append(message)

    return keep


async def _answer(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def _drain(receive: Receive) -> None:
    while (await receive()).get("more_body"):
        pass


async def _gone(receive: Receive, seconds: float) -> None:
    """Wait until the client has hung up, at most so long."""

    async def hung_up() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(hung_up(), seconds)


async def _abort(receive: Receive, send: Send, *, flush: bool = False) -> None:
    """Break the connection: a reset, or with `flush` a close behind what has been written."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionAbortedError("this server does not let an app break the connection")
    if flush:
        transport.close()
    elif not transport.is_closing():
        linger = struct.pack("ii", 1, 0)  # on, 0 s: closing sends RST instead of FIN
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    await _gone(receive, DISCONNECT_SECONDS)  # the server must have noticed before it looks for an answer
