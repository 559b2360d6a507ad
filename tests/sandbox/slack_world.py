"""A Slack sandbox that is served, its SDK client, and a hook that notes what it is told."""

import contextlib
import json
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.serving import serving
from sandbox.slack import App, Channel, SlackSandbox, Team, User

SECRET, XAPP = "signing secret", "xapp-1-A1"


class Clock:
    """Time that tests move."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class World:
    """What a test has at hand."""

    def __init__(self, sandbox: SlackSandbox, url: str, clock: Clock) -> None:
        self.sandbox, self.url, self.clock = sandbox, url, clock
        self.client = self.client_of("xoxb-1")
        self.acme = sandbox.workspace("T1")
        self.ada = self.acme.person("U1")
        self.room = self.acme.channel("C1")
        self.calls: list[tuple[dict[str, str], Any]] = []
        self.answers: list[Response] = []

    def client_of(self, token: str | None) -> AsyncWebClient:
        return AsyncWebClient(token, base_url=f"{self.url}/api/", retry_handlers=[])

    async def refused(self, method: str, verb: str = "POST", **fields) -> str:
        """The error of a refused call."""
        return (await self.refusal(method, verb, **fields))["error"]

    async def refusal(self, method: str, verb: str = "POST", **fields):
        with pytest.raises(SlackApiError) as caught:
            await self.client.api_call(
                method, http_verb=verb, **({"params": fields} if verb == "GET" else {"json": fields})
            )
        return caught.value.response

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Events or payloads of a type or subtype that the hook has got."""
        bodies = [body.get("event", body) for _, body in self.calls]
        return [body for body in bodies if kind in (body.get("type"), body.get("subtype"), body.get("command"))]


def teams() -> list[Team]:
    acme = Team("T1", "xoxb-1", "acme").add(
        User("U1", "ada", "Ada Lovelace", "ada@acme.example"),
        User("U2", "bob", "Bob"),
        User("U3", "gone", deleted=True),
        User("U4", "eve", "Eve", team="T9"),
        User("U5", "kim", "Kim", team="T9"),
        User("U6", "shy", visible=False),
        Channel("C1", "support", members=["U1", "U2", "U1BOT"]),
        Channel("C2", "random", members=["U1"]),
        Channel("C3", "old", members=["U1", "U1BOT"], archived=True),
        Channel("C4", "news", members=["U1", "U1BOT"], restricted=True),
        Channel("C5", "partners", members=["U1", "U5", "U1BOT"], shared=True),
        Channel("G1", "secret", "group", members=["U1"]),
        Channel("G2", "staff", "group", members=["U1", "U1BOT"]),
    )
    other = Team("T2", "xoxb-2", "other").add(User("U1", "zoe"), Channel("C1", "support", members=["U1", "U2BOT"]))
    return [acme, other]


@contextlib.asynccontextmanager
async def opened(**options):
    """A world, until the block ends."""
    worlds: list[World] = []

    async def hook(request: Request) -> Response:
        raw = await request.body()
        assert SignatureVerifier(SECRET).is_valid_request(raw, dict(request.headers))
        if request.headers["content-type"] == "application/json":
            body = json.loads(raw)
        else:
            form = {name: str(value) for name, value in (await request.form()).items()}
            body = json.loads(form["payload"]) if "payload" in form else form
        worlds[0].calls.append((dict(request.headers), body))
        if body.get("type") == "url_verification":
            return JSONResponse({"challenge": body["challenge"]})
        return worlds[0].answers.pop(0) if worlds[0].answers else Response()

    async with serving(Starlette(routes=[Route("/slack/events", hook, methods=["POST"])])) as hooks:
        app = App("A1", "1.1", "client secret", SECRET, XAPP, f"{hooks}/slack/events")
        app.socket_mode = options.pop("socket_mode", False)
        clock = Clock()
        options = {"clock": clock, "retry_base": 0.02} | options
        sandbox = SlackSandbox(app, teams(), **options)
        async with serving(sandbox) as url:
            sandbox.cloud.url = url
            worlds.append(World(sandbox, url, clock))
            yield worlds[0]
            await sandbox.close()


def button(label: str, value: str = "v", action: str = "a") -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": label}, "value": value, "action_id": action}


def buttons(*labels: str) -> list[dict[str, Any]]:
    text = {"type": "section", "text": {"type": "mrkdwn", "text": "How likely?"}}
    elements = [button(label, label, f"a{index}") for index, label in enumerate(labels)]
    return [text, {"type": "actions", "block_id": "b", "elements": elements}]
