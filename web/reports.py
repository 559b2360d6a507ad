"""Reports for other systems: what is scheduled, what was sent, what one says, send one now."""

from collections.abc import Awaitable
from typing import Literal, NamedTuple, Protocol, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import BotError, Fault
from insights.reports.letter import Letter
from insights.reports.schedule import Period
from web.api import json
from web.bodies import read
from web.guard import API_LIMIT, read_body
from web.keys import Keyring
from web.problems import Refused
from web.report_shapes import ReportBegun, ReportLetter, ReportPage, ReportSend
from web.shapes import iso

T = TypeVar("T")
Which = Literal["now", "last"]


class Told(NamedTuple):
    """What a report says of a period."""

    period: Period
    letter: Letter


class Reporting(Protocol):
    """Who knows the reports. What is wrong comes as BotError and StoreUnavailable."""

    async def page(self) -> ReportPage:
        """Every report with its next and its latest runs."""
        ...

    async def told(self, name: str, which: Which) -> Told | None:
        """What it would say now, or said last; None if it was never sent."""
        ...

    async def send(self, name: str, *, again: bool = False) -> ReportBegun:
        """Begin the latest period of a report now."""
        ...


def routes(reporting: Reporting, keyring: Keyring) -> list[Route]:
    """`/api/v1/reports…`."""

    async def list_reports(request: Request) -> Response:
        keyring.check(request, "read")
        return json(await reporting.page())

    async def show_letter(request: Request) -> Response:
        keyring.check(request, "read")
        name, which = request.path_params["id"], wanted(request)
        told = await known(reporting.told(name, which))
        if told is None:
            raise Refused(404, "Nothing was sent yet")
        period, letter = told
        first, last = period.first.isoformat(), period.last.isoformat()
        return json(ReportLetter(name, first, last, iso(period.due), which == "last", letter.title, letter.text))

    async def send_report(request: Request) -> Response:
        keyring.check(request, "outreach")
        given = read(await read_body(request, API_LIMIT), ReportSend, "Wrong report")
        return json(await known(reporting.send(request.path_params["id"], again=given.again)), 202)

    return [
        Route("/api/v1/reports", list_reports, methods=["GET"]),
        Route("/api/v1/reports/{id}/letter", show_letter, methods=["GET"]),
        Route("/api/v1/reports/{id}/runs", send_report, methods=["POST"]),
    ]


def wanted(request: Request) -> Which:
    """Which letter the address asks for. Raises Refused."""
    match request.query_params.get("of", "now"):
        case "now":
            return "now"
        case "last":
            return "last"
    raise Refused(422, "Wrong letter", "`of` is now or last.")


async def known(asked: Awaitable[T]) -> T:
    """What was asked for; Refused with 404 where there is no such report, or nothing of it."""
    try:
        return await asked
    except BotError as error:
        if error.fault is not Fault.CALLER:
            raise
        raise Refused(404, "No such report", str(error)) from error
