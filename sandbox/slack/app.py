"""The Slack sandbox as one ASGI app: the Web API, sockets, and `/sandbox/slack/…` to steer it."""

import time
from collections.abc import Callable, Iterable

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.faults import FaultLayer, steering
from sandbox.slack import pages, rest, seats
from sandbox.slack.cloud import Cloud
from sandbox.slack.delivery import Delivery
from sandbox.slack.interactions import Interactions
from sandbox.slack.limits import Limits
from sandbox.slack.model import App, Refused, Team
from sandbox.slack.person import Person
from sandbox.slack.webhooks import ACK_SECONDS
from sandbox.slack.workspace import Workspace

MAX_WAIT = 30.0
OURS = (rest.API, "/upload/", "/files-pri/", "/actions/")  # where faults strike


class SlackSandbox:
    """A stand-in for Slack that its own SDK talks to, at `{url}/api/`.

    `POST /sandbox/slack/faults` takes a JSON list of faults, `DELETE` forgets them, `GET` shows what is left;
    `GET /sandbox/slack/phones/{user}?after=VERSION&wait=SECONDS` shows a person's DM with the bot, at once or when it
    changes; `POST` there with {"text": …, "thread": …} or {"press": LABEL, "message": TS} or {"open": TAB} acts in it.
    `GET /sandbox/slack/rooms` lists channels; `GET /sandbox/slack/rooms/{channel}?user=U…` shows one as this member
    sees it, with `&thread=TS` a thread of it; it takes `after` and `wait`, too; `POST` there takes a `seats.Acted`.
    Users or channels of the same ID in several teams are told apart by `?team=T…`.
    """

    def __init__(
        self,
        app: App,
        teams: Iterable[Team],
        *,
        limits: bool = False,
        per_minute: int = 300,
        clock: Callable[[], float] = time.time,
        retry_base: float = 60.0,
        ack_seconds: float = ACK_SECONDS,
    ) -> None:
        """Times are in seconds: `retry_base` is the minute of Slack's retries, `ack_seconds` what an app may take.

        `limits` turns the rate limits on, with `per_minute` posts in a workspace.
        """
        self.app = app
        self.limits = Limits(clock, on=limits, per_minute=per_minute)
        self.delivery = Delivery(app, retry_base, ack_seconds)
        self.cloud = Cloud(app, teams, clock, self.limits, self.delivery)
        self.interactions = Interactions(self.cloud)
        self.faults = rest.NamedFaults()
        self._workspaces: dict[str, Workspace] = {}
        routes = [
            *rest.routes(self.cloud, self.interactions),
            *pages.routes(self.cloud, self.interactions),
            *seats.routes(self.cloud, self.interactions),
            *self._steering(),
        ]
        self._asgi: ASGIApp = FaultLayer(Starlette(routes=routes), self.faults, OURS, rest.refusal)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. Until `cloud.url` is set, links name the address where the first request came in."""
        if not self.cloud.url and scope["type"] == "http" and scope.get("server"):
            host, port = scope["server"]
            self.cloud.url = f"{scope.get('scheme', 'http')}://{host}:{port}"
        await self._asgi(scope, receive, send)

    def workspace(self, team: str) -> Workspace:
        """One of the teams. Raises KeyError."""
        if team not in self._workspaces:
            self._workspaces[team] = Workspace(self.cloud, self.interactions, self.cloud.teams[team])
        return self._workspaces[team]

    async def verify(self) -> bool:
        """Whether the app's request URL answers `url_verification`, as Slack asks when the URL is entered."""
        return await self.delivery.verify("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P")

    async def settled(self) -> None:
        """Wait until every event has been taken or given up."""
        await self.cloud.settled()

    async def close(self) -> None:
        """Stop everything that is under way."""
        await self.cloud.close()

    def _steering(self) -> list[Route]:
        async def phone(request: Request) -> Response:
            try:
                one = self._person(request)
            except KeyError:
                return JSONResponse({"error": "no such user"}, 404)
            if request.method == "POST":
                return await _acted(one, request)
            query = request.query_params
            if "after" in query:
                await one.news(int(query["after"]), min(float(query.get("wait", MAX_WAIT)), MAX_WAIT))
            return JSONResponse({"user": one.user.id, "version": one.version, "messages": one.shows()})

        return [
            steering("/sandbox/slack/faults", self.faults),
            Route("/sandbox/slack/phones/{user}", phone, methods=["GET", "POST"]),
        ]

    def _person(self, request: Request) -> Person:
        user, team = request.path_params["user"], request.query_params.get("team")
        homes = [one.id for one in self.cloud.teams.values() if user in one.users and team in (None, one.id)]
        if not homes:
            raise KeyError(user)
        return self.workspace(homes[0]).person(user)


class Acted(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody does in the DM with the bot: write, press or open."""

    text: str = ""
    thread: str = ""
    press: str | int = ""
    message: str | None = None
    open: str = ""


async def _acted(person: Person, request: Request) -> Response:
    try:
        acted = msgspec.json.decode(await request.body(), type=Acted)
        if acted.open:
            outcome = await person.opens_app(acted.open)
        elif acted.press != "":
            outcome = await person.presses(acted.press, acted.message)
        else:
            outcome = await person.says(acted.text, acted.thread)
    except (msgspec.MsgspecError, KeyError, IndexError, Refused) as problem:
        return JSONResponse({"error": str(problem)}, 422)
    return JSONResponse({"delivered": outcome.status, "attempts": outcome.attempts, "ts": outcome.ts})
