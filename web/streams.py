"""Streams of events to a browser: begun from our own pages, and ended when their reader may not read on (S40)."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

from starlette.requests import Request
from starlette.responses import StreamingResponse

from web.problems import Refused

EVERY = 60.0  # s between two looks at whether the reader is still let in
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


def stream(request: Request, source: AsyncIterator[bytes]) -> StreamingResponse:
    """Server-sent events from `source`, whose pieces are whole events. Refuses with 403 who asks from elsewhere.

    Nothing is read from `source` before the answer begins; it is closed when the reader goes, or is sent away.
    """
    check_origin(request)
    return StreamingResponse(attended(request, source), headers=HEADERS, media_type="text/event-stream")


def check_origin(request: Request) -> None:
    """Refuses with 403 what another site's page wants to read along."""
    origin, host = request.headers.get("origin", ""), request.headers.get("host", "")
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin" or (
        origin and origin.casefold().partition("://")[2] != host.casefold()
    ):
        raise Refused(403, "Not from here", "Only our own pages may read along.")


async def attended(request: Request, source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces of `source` as long as who reads them is let in, and the server goes on.

    The first is looked at every minute, however quiet it is.
    """
    still = cast("Callable[[], Awaitable[bool]]", request.scope["state"]["still_there"])
    stopping: asyncio.Event = request.scope.get("stopping") or asyncio.Event()
    over = asyncio.ensure_future(stopping.wait())
    following: asyncio.Task[bytes] | None = None
    look_at = time.monotonic() + EVERY
    try:
        while True:
            following = following or asyncio.ensure_future(_next(source))
            wait = max(0.0, look_at - time.monotonic())
            await asyncio.wait({following, over}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if over.done():
                return
            if time.monotonic() >= look_at:
                if not await still():
                    return
                look_at = time.monotonic() + EVERY
            if following.done():
                piece, following = following.result(), None
                yield piece
    except StopAsyncIteration:
        return
    finally:
        over.cancel()
        if following is not None:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        if close := getattr(source, "aclose", None):
            await close()


async def _next(source: AsyncIterator[bytes]) -> bytes:
    return await anext(source)
