"""Other systems' webhooks: verified and read, taken in, and only then answered."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import Forged
from bot.messages import WebRequest
from bot.outreach.happening import Happening, Taken
from web.api import json
from web.guard import HOOK_LIMIT, read_body
from web.hooks import Count
from web.throttle import Crowd

log = structlog.get_logger("hooks")
Take = Callable[[Sequence[Happening]], Awaitable[list[Taken]]]


class Hook(Protocol):
    """One system's hook."""

    def receive(self, request: WebRequest, now: int) -> list[Happening]:
        """The events of a call at `now` (epoch ms). Raises Forged."""
        ...


def routes(hooks: Mapping[str, Hook], take: Take, clock: Callable[[], int], count: Count, crowd: Crowd) -> list[Route]:
    """`/hooks/in/…`; a hook whose secret is not configured must not be among them (S2).

    `crowd` is looked at before the body is read.
    """

    async def take_inbound(request: Request) -> Response:
        name = request.path_params["name"]
        hook = hooks.get(name)
        if hook is None:
            return Response(status_code=404)
        call = WebRequest(
            method=request.method,
            route="",
            query=request.scope["query_string"].decode("latin-1"),
            headers={key.decode("latin-1"): value.decode("latin-1") for key, value in request.scope["headers"]},
            body=await read_body(request, HOOK_LIMIT),
        )
        try:
            happenings = hook.receive(call, clock())
        except Forged as forged:
            count(f"in/{name}", "forged")
            log.warning("forged_webhook", channel=f"in/{name}", status=forged.status)
            return Response(status_code=forged.status)
        taken = await take(happenings) if happenings else []
        count(f"in/{name}", "accepted")
        return json({"events": [each.status for each in taken]})

    return [Route("/hooks/in/{name}", crowd.bounded(take_inbound), methods=["POST"])]
