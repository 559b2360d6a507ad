"""Webhooks: verify and parse in the channel, commit, and only then answer the provider."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import Forged, StoreUnavailable
from bot.messages import Inbound, WebRequest
from bot.ports import Channel
from web.guard import HOOK_LIMIT, read_body
from web.throttle import Crowd

log = structlog.get_logger("hooks")
Accept = Callable[[Sequence[Inbound]], Awaitable[None]]
Count = Callable[[str, str], None]
"""Told of every call: the channel's name and accepted | forged | unavailable."""


def routes(channels: Mapping[str, Channel], accept: Accept, count: Count, crowd: Crowd) -> list[Route]:
    """The hooks of these channels; a channel whose secret is not configured must not be among them.

    `crowd` is looked at before the body is read.
    """

    async def take(request: Request, route: str) -> Response:
        channel = channels.get(request.path_params["channel"])
        if channel is None:
            return Response(status_code=404)
        call = WebRequest(
            method=request.method,
            route=route,
            query=request.scope["query_string"].decode("latin-1"),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in request.scope["headers"]},
            body=await read_body(request, HOOK_LIMIT),
        )
        try:
            receipt = await channel.receive(call)
            await accept(receipt.inbound)
        except Forged as forged:
            count(channel.name, "forged")
            log.warning("forged_webhook", channel=channel.name, status=forged.status)
            return Response(status_code=forged.status)
        except StoreUnavailable:
            count(channel.name, "unavailable")
            return Response(status_code=503, headers={"retry-after": "5"})
        count(channel.name, "accepted")
        answer = receipt.response
        return Response(answer.body, answer.status, {"content-type": answer.content_type})

    async def hook(request: Request) -> Response:
        return await take(request, "")

    async def hook_status(request: Request) -> Response:
        return await take(request, "status")

    return [
        Route("/hooks/{channel}", crowd.bounded(hook), methods=["POST"]),
        Route("/hooks/{channel}/status", crowd.bounded(hook_status), methods=["POST"]),
    ]
