"""What Slack serves besides its methods: the authorize page, uploads, downloads, response URLs and sockets."""

from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute

from sandbox.slack.cloud import Cloud, Grant
from sandbox.slack.interactions import Interactions
from sandbox.slack.methods.apps import code
from sandbox.slack.model import Refused
from sandbox.slack.rest import team_of, token_of

CODE_SECONDS = 600.0
LOGIN = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to your workspace</body></html>"


class _Reply(Struct):
    """A body for a response URL, as far as it can be wrong."""

    text: str = ""
    blocks: list[dict[str, object]] = []


def routes(cloud: Cloud, interactions: Interactions) -> list[BaseRoute]:
    """All of them."""

    async def upload(request: Request) -> Response:
        team, file = cloud.uploads.get(request.path_params["ticket"], (None, None))
        if team is None or file is None:
            return PlainTextResponse("not found", 404)
        content = await _content(request)
        if len(content) != file.size:
            return PlainTextResponse(f"length mismatch: {len(content)}", 400)
        del cloud.uploads[request.path_params["ticket"]]
        file.content = content
        return PlainTextResponse(f"OK - {len(content)}")

    async def download(request: Request) -> Response:
        team_id, _, file_id = request.path_params["file"].partition("-")
        try:
            team = team_of(cloud, token_of(request, {}))
        except Refused:
            return HTMLResponse(LOGIN)
        file = team.files.get(file_id)
        if team.id != team_id or "files:read" not in team.scopes or file is None or file.content is None:
            return HTMLResponse(LOGIN)
        return Response(file.content, media_type=file.mime)

    async def respond(request: Request) -> Response:
        try:
            raw = await request.body()
            msgspec.json.decode(raw, type=_Reply)
            interactions.respond(request.path_params["key"], msgspec.json.decode(raw))
        except msgspec.MsgspecError:
            return JSONResponse({"ok": False, "error": "invalid_payload"}, 400)
        except Refused as refused:
            return JSONResponse(refused.json(), refused.status if refused.status != 200 else 400)
        return PlainTextResponse("ok")

    return [
        Route("/oauth/v2/authorize", _authorize(cloud), methods=["GET"]),
        Route("/upload/v1/{ticket}", upload, methods=["POST"]),
        Route("/files-pri/{file}/{name}", download, methods=["GET"]),
        Route("/actions/{team}/{key}", respond, methods=["POST"]),
        WebSocketRoute("/link/", cloud.delivery.sockets.serve),
    ]


def _authorize(cloud: Cloud):  # type: ignore[no-untyped-def]  # noqa: ANN202 - Starlette's endpoint
    """The page where somebody would press Allow; here `team`, `user` and `deny` in the query press it."""

    async def authorize(request: Request) -> Response:
        query = request.query_params
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != cloud.app.client_id:
            return HTMLResponse("invalid_client_id", 400)
        state = {"state": query["state"]} if "state" in query else {}
        if "deny" in query:
            return RedirectResponse(f"{redirect}?{urlencode({'error': 'access_denied'} | state)}", 302)
        team = cloud.teams[query.get("team") or next(iter(cloud.teams))]
        user = query.get("user") or next(user.id for user in team.users.values() if not user.is_bot)
        scopes = frozenset(scope for scope in query.get("scope", "").split(",") if scope)
        key = code()
        cloud.grants[key] = Grant(team.id, user, scopes, redirect, cloud.clock() + CODE_SECONDS)
        join = "&" if "?" in redirect else "?"
        return RedirectResponse(f"{redirect}{join}{urlencode({'code': key} | state)}", 302)

    return authorize


async def _content(request: Request) -> bytes:
    """The bytes of an upload, as a body or as a multipart form's first file."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        for part in (await request.form()).values():
            if not isinstance(part, str):
                return await part.read()
    return await request.body()
