"""The demo page: phones, the conversation, what was stored. Exists only while `run.py demo` runs, on loopback.

Every other site that is open in the browser is kept out: `web.guard` answers only to loopback names, and an action
needs a JSON body, which no foreign page may send without asking first.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import jinja2
import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.errors import BotError
from web.guard import read_body
from web.problems import Refused
from web.words import TRY, WORDS

HERE = Path(__file__).parent
LANGUAGES = {"de": "Deutsch", "en": "English"}
HEARTBEAT = 60  # silent rounds after which a comment shows that the line still stands
ACTION_LIMIT = 16 * 1024  # bytes
SSE = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Start(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Send a survey to the phone."""

    flow: str
    language: str


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Type on the phone."""

    text: str


class Skip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Let `ms` milliseconds pass."""

    ms: int


class FaultName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Make the provider fail in this way."""

    name: str


class Stage(Protocol):
    """What the page shows and can do. Actions raise BotError with a reason for the person at the page."""

    flows: Sequence[Mapping[str, str]]
    faults: Sequence[str]

    async def snapshot(self) -> dict[str, Any]:
        """Everything the page shows, as JSON values."""
        ...

    async def changed(self) -> bool:
        """Wait a little while or until something happens; False once the demo ends."""
        ...

    async def act(self, action: Start | Text | Skip | FaultName) -> None:
        """Do what somebody clicked."""
        ...


ACTIONS: Mapping[str, type[Start | Text | Skip | FaultName]] = {
    "start": Start,
    "text": Text,
    "skip": Skip,
    "fault": FaultName,
}


def routes(stage: Stage) -> list[BaseRoute]:
    """`/`, `/demo/…` and `/static/…`."""
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )

    async def page(request: Request) -> Response:
        lang = _language(request)
        words = WORDS[lang]
        text = templates.get_template("demo.html").render(
            lang=lang,
            other="en" if lang == "de" else "de",
            w=words,
            words=msgspec.json.encode(words).decode(),
            flows=stage.flows,
            languages=LANGUAGES.items(),
            faults=stage.faults,
            tries=TRY[lang],
        )
        return HTMLResponse(text, headers={"cache-control": "no-store"})

    async def events(_request: Request) -> Response:
        return StreamingResponse(_snapshots(stage), headers=SSE, media_type="text/event-stream")

    async def act(request: Request) -> Response:
        shape = ACTIONS.get(request.path_params["action"])
        if shape is None:
            raise Refused(404, "Not found")
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused(415, "Send JSON")
        try:
            action = msgspec.json.decode(await read_body(request, ACTION_LIMIT), type=shape)
            await stage.act(action)
        except (msgspec.DecodeError, BotError) as error:
            raise Refused(422, "That does not work", str(error)) from error
        return Response(status_code=204)

    return [
        Route("/", page, methods=["GET"]),
        Route("/demo/events", events, methods=["GET"]),
        Route("/demo/{action}", act, methods=["POST"]),
        Mount("/static", StaticFiles(directory=HERE / "static")),
    ]


def _language(request: Request) -> str:
    """What the address says, else the first that the browser wants and we have."""
    asked = request.query_params.get("lang", "")
    wanted = request.headers.get("accept-language", "").replace(";", ",").split(",")
    for each in (asked, *(part.strip()[:2].lower() for part in wanted)):
        if each in LANGUAGES:
            return each
    return "en"


async def _snapshots(stage: Stage) -> AsyncIterator[bytes]:
    """Server-sent events: a snapshot whenever it differs from the last one."""
    before, silent = b"", 0
    going = True
    while going:
        now = msgspec.json.encode(await stage.snapshot())
        if now != before:
            before, silent = now, 0
            yield b"data: " + now + b"\n\n"
        else:
            silent += 1
            if silent % HEARTBEAT == 0:
                yield b":\n\n"
        going = await stage.changed()
        await asyncio.sleep(0.03)  # let what belongs together arrive together
