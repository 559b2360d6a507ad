"""Whether the process lives, whether it can do its work, and its figures."""

from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from web.guard import is_local
from web.keys import Keyring
from web.metrics import CONTENT_TYPE, Counts, Metrics

log = structlog.get_logger("health")
Ready = Callable[[], Awaitable[str]]
"""What is missing, in words for an operator, or ""."""


def routes(ready: Ready, counts: Counts, metrics: Metrics, keyring: Keyring) -> list[Route]:
    """`/livez`, `/readyz` and `/metrics`."""

    async def livez(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_request: Request) -> Response:
        missing = await ready()
        if missing:
            log.warning("not_ready", reason=missing)
            return PlainTextResponse("not ready\n", 503, {"retry-after": "5"})
        return PlainTextResponse("ok\n")

    async def figures(request: Request) -> Response:
        if not is_local(request):
            keyring.check(request, "metrics")
        return Response(await metrics.page(counts), headers={"content-type": CONTENT_TYPE})

    return [
        Route("/livez", livez, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", figures, methods=["GET"]),
    ]
