"""Slack's Web API over HTTP: tokens, scopes, limits, arguments as forms or JSON, and answers as Slack words them."""

import hmac
import json
from typing import Any

import msgspec
from msgspec import structs
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import Fault, Faults
from sandbox.slack.cloud import Cloud
from sandbox.slack.interactions import Interactions
from sandbox.slack.methods import METHODS
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.model import Refused, Team

API = "/api/"
_NOBODY = Team("T0", "")
_APP_SCOPES = frozenset({"connections:write"})
_REFUSALS = {200: "internal_error", 429: "ratelimited", 503: "service_unavailable"}


class NamedFaults(Faults):
    """Faults of which an `error` with status 200 is answered `{"ok": false, "error": code}`, not taken."""

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request; such an error goes to the method's answer, which knows the name."""
        fault = super().take(method, path)
        if fault is not None and (fault.kind, fault.status) == ("error", 200):
            code = fault.code if fault.code != Fault("error").code else _REFUSALS[200]
            return structs.replace(fault, kind="undelivered", code=code)
        return fault


def routes(cloud: Cloud, interactions: Interactions) -> list[Route]:
    """Every method, with GET and POST."""

    async def answer(request: Request) -> Response:
        name = request.path_params["method"]
        method = METHODS.get(name)
        if method is None:
            return _response(Refused("unknown_method", req_method=name).json())
        team: Team | None = None
        try:
            args = await _arguments(request)
            team = _team(cloud, method, request, args)
            wait = cloud.limits.call(team.id, name, method.tier, str(args.get("channel") or ""))
            if wait:
                return _response(Refused("ratelimited").json(), 429, {"Retry-After": f"{wait:.0f}"})
            fault: Fault | None = request.scope.get("fault")
            _strike(fault)
            authorization = request.headers.get("authorization", "")
            call = Call(cloud, interactions, team, args, authorization, fault)
            if method.scopes and method.token == "bot":  # noqa: S105 - a kind, no token
                call.require(*method.scopes)
            body = {"ok": True, **method.answer(call)}
            status = 200
        except Refused as refused:
            body, status = refused.json(), refused.status
        return _response(body, status, _scope_headers(method, team))

    return [Route(API + "{method}", answer, methods=["GET", "POST"])]


def refusal(status: int) -> bytes:
    """The body of an answer that a fault makes; a 200 that is not ok as well."""
    return json.dumps(Refused(_REFUSALS.get(status, "fatal_error")).json()).encode()


async def _arguments(request: Request) -> dict[str, Any]:
    """Query, form and JSON alike. Raises Refused (invalid_json, invalid_form_data)."""
    args: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json":
        body = await request.body()
        try:
            args |= msgspec.json.decode(body or b"{}", type=dict[str, Any])
        except msgspec.MsgspecError as problem:
            raise Refused("invalid_json") from problem
    elif kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        args |= {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    return args


def token_of(request: Request, args: dict[str, Any]) -> str:
    """The token of a request, from its header or its arguments."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else str(args.get("token") or "")


def team_of(cloud: Cloud, token: str) -> Team:
    """The team where a bot's token is good. Raises Refused (not_authed, invalid_auth, token_revoked, …)."""
    if not token:
        raise Refused("not_authed")
    for team in cloud.teams.values():
        if token in team.dead:
            raise Refused(team.dead[token])
        if hmac.compare_digest(token.encode(), team.token.encode()):
            if not team.installed:
                raise Refused("account_inactive")
            return team
    raise Refused("invalid_auth")


def _team(cloud: Cloud, method: Method, request: Request, args: dict[str, Any]) -> Team:
    if method.token == "none":  # noqa: S105 - a kind, no token
        return _NOBODY
    token = token_of(request, args)
    if method.token == "app":  # noqa: S105 - a kind, no token
        if not token:
            raise Refused("not_authed")
        if not hmac.compare_digest(token.encode(), cloud.app.app_token.encode()):
            known = any(hmac.compare_digest(token.encode(), team.token.encode()) for team in cloud.teams.values())
            raise Refused("not_allowed_token_type" if known else "invalid_auth")
        return _NOBODY
    if token and hmac.compare_digest(token.encode(), cloud.app.app_token.encode()):
        raise Refused("not_allowed_token_type")
    return team_of(cloud, token)


def _strike(fault: Fault | None) -> None:
    """Raises Refused for a fault that NamedFaults has prepared."""
    if fault is not None and fault.kind == "undelivered":
        raise Refused(fault.code)


def _scope_headers(method: Method, team: Team | None) -> dict[str, str]:
    if team is None or method.token == "none":  # noqa: S105 - a kind, no token
        return {}
    held = _APP_SCOPES if team is _NOBODY else team.scopes
    return {"X-OAuth-Scopes": ",".join(sorted(held)), "X-Accepted-OAuth-Scopes": ",".join(method.scopes)}


def _response(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(body, status, headers)
