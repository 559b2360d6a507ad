"""The demo page: phones, the conversation, what was stored. Exists only while `run.py demo` runs, on loopback.

Every other site that is open in the browser is kept out: `web.guard` answers only to loopback names, and an action
needs a JSON body, which no foreign page may send without asking first.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, get_args

import jinja2
import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.errors import BotError
from web.bodies import read
from web.guard import read_body
from web.problems import Refused
from web.words import LANGUAGES, TRY, WORDS, language

HERE = Path(__file__).parent
HEARTBEAT = 60  # silent rounds after which a comment shows that the line still stands
PAUSE = 0.04  # seconds between two snapshots: what belongs together arrives together, and only the first is at once
ACTION_LIMIT = 16 * 1024  # bytes
NOT_SO = "That does not work"
SSE = {"cache-control": "no-store", "x-accel-buffering": "no"}


DeviceName = Literal["sms", "telegram", "slack"]
DEVICES: Sequence[DeviceName] = get_args(DeviceName)
PlaceName = Literal["web", "slack", "telegram", "sms"]
PLACES: Sequence[PlaceName] = get_args(PlaceName)
"""Where agents sit."""
WAYS = ("home", "compare", "inbox", "flows", "outreach", "ledger", "contacts", "reports")
"""Pages of the product that the demo leads to."""
Index = Annotated[int, msgspec.Meta(ge=0, lt=100)]


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Send a survey to the device, or make a link to it; a link is all there is for somebody who has to write first."""

    device: DeviceName
    flow: str
    language: str
    link: bool = False


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Type on the device."""

    device: DeviceName
    text: str


class Press(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Press a button of a message, counted from 0."""

    device: DeviceName
    message: str
    button: Index


class Rewrite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Change a message that was sent from the device."""

    device: DeviceName
    message: str
    text: str


class Open(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Press Start, by way of the link if one was made."""

    device: DeviceName


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Block the sender on the device, or let them write again."""

    device: DeviceName
    blocked: bool


class Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Write about a case at the desk: on the web, or wherever else agents sit."""

    case: str
    login: str
    text: str
    at: PlaceName = "web"


class Decide(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Press a button of a case at the desk."""

    case: str
    login: str
    press: str


class Tap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Press a button of a message where agents sit, counted from 0."""

    at: PlaceName
    login: str
    message: str
    button: Index


class Skip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let `ms` milliseconds pass."""

    ms: int


class FaultName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Make the device's provider fail in this way."""

    device: DeviceName
    name: str


Action = Start | Text | Press | Rewrite | Open | Block | Reply | Decide | Tap | Skip | FaultName


class Stage(Protocol):
    """What the page shows and can do. Actions raise BotError with a reason for the person at the page."""

    flows: Sequence[Mapping[str, str]]
    faults: Sequence[str]
    logins: Mapping[str, str]
    """Who works at the desk: login → name."""

    @property
    def news(self) -> int:
        """How often something has happened so far."""
        ...

    async def snapshot(self, lang: str) -> dict[str, Any]:
        """Everything the page shows, as JSON values; what the desk reads is in this language."""
        ...

    async def changed(self, since: int) -> bool:
        """Wait a little while or until there is more `news` than `since`; False once the demo ends."""
        ...

    async def act(self, action: Action) -> None:
        """Do what somebody clicked."""
        ...


ACTIONS: Mapping[str, type[Action]] = {
    "start": Start,
    "text": Text,
    "press": Press,
    "rewrite": Rewrite,
    "open": Open,
    "block": Block,
    "reply": Reply,
    "decide": Decide,
    "tap": Tap,
    "skip": Skip,
    "fault": FaultName,
}


def routes(stage: Stage) -> list[BaseRoute]:
    """`/`, `/demo/…` and `/static/…`."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )

    async def page(request: Request) -> Response:
        lang = language(request)
        words = WORDS[lang]
        text = templates.get_template("demo.html").render(
            lang=lang,
            other="en" if lang == "de" else "de",
            w=words,
            words=msgspec.json.encode(words).decode(),
            flows=stage.flows,
            languages=LANGUAGES.items(),
            devices=DEVICES,
            places=PLACES,
            faults=stage.faults,
            logins=stage.logins.items(),
            tries=TRY[lang],
            ways=WAYS,
        )
        return HTMLResponse(text, headers={"cache-control": "no-store"})

    async def events(request: Request) -> Response:
        return StreamingResponse(_snapshots(stage, language(request)), headers=SSE, media_type="text/event-stream")

    async def act(request: Request) -> Response:
        shape = ACTIONS.get(request.path_params["action"])
        if shape is None:
            raise Refused(404, "Not found")
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused(415, "Send JSON")
        action = read(await read_body(request, ACTION_LIMIT), shape, NOT_SO)
        try:
            await stage.act(action)
        except BotError as error:
            raise Refused(422, NOT_SO, str(error)) from error
        return Response(status_code=204)

    return [
        Route("/", page, methods=["GET"]),
        Route("/demo/events", events, methods=["GET"]),
        Route("/demo/{action}", act, methods=["POST"]),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]


async def _snapshots(stage: Stage, lang: str) -> AsyncIterator[bytes]:
    """Server-sent events: a snapshot whenever it differs from the last one. What happens in between is in the next."""
    before, silent = b"", 0
    going = True
    while going:
        heard = stage.news
        now = msgspec.json.encode(await stage.snapshot(lang))
        if now != before:
            before, silent = now, 0
            yield b"data: " + now + b"\n\n"
        else:
            silent += 1
            if silent % HEARTBEAT == 0:
                yield b":\n\n"
        await asyncio.sleep(PAUSE)
        going = await stage.changed(heard)
