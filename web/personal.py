"""Data of customers, for admins and other systems: download what they answered, erase somebody (S39)."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from bot.errors import BotError, Fault
from web import pages
from web.account import me
from web.api import json
from web.bodies import read
from web.erasure_shapes import Erasure, ErasureDone, ExportBegun
from web.gate import form
from web.guard import API_LIMIT, read_body
from web.keys import Keyring
from web.problems import Refused
from web.shapes import response
from web.spreadsheets import COLUMNS, cell

PAGE = 1000  # responses that are in memory at a time
FILE = {"cache-control": "no-store", "content-disposition": 'attachment; filename="responses.csv"'}


class Personal(Protocol):
    """What may be done with the data of customers."""

    async def responses(self, after: str, limit: int) -> list[dict[str, Any]]:
        """What was answered; see bot.ports.Reading."""
        ...

    async def exported(self, begun: ExportBegun) -> None:
        """Note that somebody begins to export on the command line."""
        ...

    async def erase(self, whom: str, by: str, *, scores: bool) -> ErasureDone:
        """Forget somebody, noted in the same transaction; their scores stay as nobody's. Raises BotError."""
        ...


def routes(personal: Personal, keyring: Keyring) -> list[BaseRoute]:
    """`/settings/data…`, and what keys do of it. `web.policies` has people give their password for the pages."""

    async def data(request: Request) -> Response:
        return _show(request)

    async def export(_request: Request) -> Response:
        return StreamingResponse(_csv(personal), headers=FILE, media_type="text/csv; charset=utf-8")

    async def erase(request: Request) -> Response:
        given = form(request)
        if given.get("yes") != "yes" or not given.get("whom", "").strip():
            raise Refused(422, "That does not work", "Say whom, and that you know that it cannot be brought back.")
        try:
            done = await personal.erase(given["whom"].strip(), me(request).id, scores=given.get("scores") != "delete")
        except BotError as error:
            if error.retry:  # it is the database that does not answer
                raise
            return _show(request, 422, wrong=str(error), whom=given["whom"])
        return _show(request, done=msgspec.to_builtins(done))

    return [
        Route("/settings/data", data, methods=["GET"]),
        Route("/settings/data/export", export, methods=["POST"]),
        Route("/settings/data/erase", erase, methods=["POST"]),
        *_by_key(personal, keyring),
    ]


def _by_key(personal: Personal, keyring: Keyring) -> list[BaseRoute]:
    async def erase_by_key(request: Request) -> Response:
        key = keyring.check(request, "erase")
        wanted = read(await read_body(request, API_LIMIT), Erasure, "Wrong erasure")
        if "\0" in wanted.whom:
            raise Refused(422, "Wrong erasure", "A text cannot hold the character U+0000.")
        try:
            return json(await personal.erase(wanted.whom, f"key:{key.name}", scores=not wanted.delete_scores))
        except BotError as error:
            if error.fault is not Fault.CALLER:
                raise
            raise Refused(404, "Nobody", str(error)) from error

    async def export_by_operator(request: Request) -> Response:
        keyring.check(request, "people")
        begun = read(await read_body(request, API_LIMIT), ExportBegun, "Wrong export")
        await personal.exported(begun)
        return json(begun, 201)

    return [
        Route("/api/v1/exports", export_by_operator, methods=["POST"]),
        Route("/api/v1/erasures", erase_by_key, methods=["POST"]),
    ]


def _show(
    request: Request, status: int = 200, *, wrong: str = "", whom: str = "", done: Mapping[str, int] | None = None
) -> Response:
    return pages.page(request, "data.html", status, wrong=wrong, whom=whom, done=done)


async def _csv(personal: Personal) -> AsyncIterator[bytes]:
    """What `run.py export --format csv` writes, a page at a time."""
    yield _lines([COLUMNS], lambda row: row)
    after = ""
    while rows := await personal.responses(after, PAGE):
        yield _lines([response(row) for row in rows], lambda each: [cell(getattr(each, name)) for name in COLUMNS])
        after = rows[-1]["cursor"]


def _lines(rows: list[Any], cells: Callable[[Any], Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(cells(row) for row in rows)
    return text.getvalue().encode()
