"""Files behind links: handed out to whoever has the link, to be saved and not to be run.

The link is the only key: 256 random bits, of which the database knows the SHA-256. One that has expired is answered
like one that never was.
"""

import time
from collections.abc import Callable
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.runtime.hosting import digest
from web.guard import CSP
from web.problems import Refused


class Reading(Protocol):
    """Where the files are."""

    async def file(self, token_hash: str, now: int) -> dict[str, Any] | None:
        """See bot.ports.Reading."""
        ...


def epoch_ms() -> int:
    """Now, UTC."""
    return time.time_ns() // 1_000_000


def routes(reading: Reading, clock: Callable[[], int]) -> list[Route]:
    """`GET /files/{token}/{name}`, and HEAD: Twilio asks so before it fetches. `clock` gives epoch ms."""

    async def file(request: Request) -> Response:
        found = await reading.file(digest(request.path_params["token"]), clock())
        if found is None or found["name"] != request.path_params["name"]:
            raise Refused(404, "Not found")
        headers = {
            "content-disposition": f'attachment; filename="{found["name"]}"',
            "content-type": found["mime"],  # known by its bytes; none of them is text that would need a charset
            "cache-control": "private, no-store",
            "cross-origin-resource-policy": "same-origin",
            "x-robots-tag": "noindex, nofollow",
            CSP: "sandbox; default-src 'none'; frame-ancestors 'none'",
        }
        return Response(found["data"], headers=headers)

    return [Route("/files/{token}/{name}", file, methods=["GET"])]
