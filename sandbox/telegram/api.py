"""The Bot API over HTTP: /bot<token>/<method>, files, and refusals in Telegram's shape."""

import inspect
import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.telegram import chats, editing, intake, sending, topics
from sandbox.telegram.call import Call, read
from sandbox.telegram.delivery import Delivery
from sandbox.telegram.model import Bot, Json, Refused
from sandbox.telegram.world import World

PREFIXES = ("/bot", "/file/bot")
METHODS: dict[str, Callable[[World, Call], Any]] = {
    **chats.METHODS,
    **editing.METHODS,
    **intake.METHODS,
    **sending.METHODS,
    **topics.METHODS,
}
_DESCRIPTIONS = {
    400: "Bad Request: message can't be processed",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


async def obey(world: World, call: Call) -> Any:
    """Carry out a call; what comes back as `result`. Raises Refused."""
    method = METHODS.get(call.method.lower())
    if method is None:
        raise Refused(404, "Not Found: method not found")
    result = method(world, call)
    return await result if inspect.isawaitable(result) else result


def routes(world: World, delay: float) -> list[Route]:
    """Methods and downloads. `delay` is the pause after a webhook's second failure, in seconds."""

    async def method(request: Request) -> Response:
        try:
            result = await obey(world, await read(request, _bot(world, request)))
        except Refused as refused:
            headers = {"Retry-After": str(after)} if (after := refused.parameters.get("retry_after")) else None
            return JSONResponse(refused.json(), refused.status, headers)
        return JSONResponse({"ok": True, "result": result})

    async def download(request: Request) -> Response:
        try:
            _bot(world, request)
        except Refused as refused:
            return JSONResponse(refused.json(), refused.status)
        file = world.files.get(request.path_params["unique"])
        if file is None or request.path_params["folder"] != f"{file.kind}s":
            return JSONResponse(Refused(404, "Not Found").json(), 404)
        return Response(file.content, media_type="application/octet-stream")

    for bot in world.bots.values():
        world.deliveries[bot.id] = Delivery(world.updates[bot.id], _replies(world, bot), world.clock, delay)
    return [
        Route("/bot{token}/{method}", method, methods=["GET", "POST"]),
        Route("/file/bot{token}/{folder}/{unique}", download, methods=["GET"]),
    ]


def refusal(status: int) -> bytes:
    """The body of an answer that a fault makes; with 200 it says `"ok": false` all the same."""
    code = 500 if status == 200 else status
    return json.dumps(Refused(code, "").json() | {"description": _DESCRIPTIONS.get(code, "Error")}).encode()


def throttled(seconds: float) -> bytes:
    """The body of a 429 that a fault makes: here, and not in a header, the SDK looks for the time."""
    wait = max(round(seconds), 1)
    return json.dumps(Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait).json()).encode()


def _replies(world: World, bot: Bot) -> Callable[[Json], Any]:
    async def reply(given: Json) -> None:
        await obey(world, Call(bot, str(given["method"]), given))

    return reply


def _bot(world: World, request: Request) -> Bot:
    """The bot whose token is in the path. Raises Refused: 401, or 404 for what is no token at all."""
    token = request.path_params["token"]
    bot = world.bots.get(token)
    if bot is None:
        number, _, secret = token.partition(":")
        raise Refused(401, "Unauthorized") if number.isdigit() and secret else Refused(404, "Not Found")
    return bot
