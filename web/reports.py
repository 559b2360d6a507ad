"""Reports for other systems: what is scheduled, what was sent, send one now."""

from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.errors import BotError, Fault
from web.api import json
from web.bodies import read
from web.guard import API_LIMIT, read_body
from web.keys import Keyring
from web.problems import Refused
from web.report_shapes import ReportBegun, ReportPage, ReportSend


class Reporting(Protocol):
    """Who knows the reports. What is wrong comes as BotError and StoreUnavailable."""

    async def page(self) -> ReportPage:
        """Every report with its next and its latest runs."""
        ...

    async def send(self, name: str, *, again: bool = False) -> ReportBegun:
        """Begin the latest period of a report now."""
        ...


def routes(reporting: Reporting, keyring: Keyring) -> list[Route]:
    """`/api/v1/reports…`."""

    async def list_reports(request: Request) -> Response:
        keyring.check(request, "read")
        return json(await reporting.page())

    async def send_report(request: Request) -> Response:
        keyring.check(request, "outreach")
        wanted = read(await read_body(request, API_LIMIT), ReportSend, "Wrong report")
        try:
            begun = await reporting.send(request.path_params["id"], again=wanted.again)
        except BotError as error:
            if error.fault is not Fault.CALLER:
                raise
            raise Refused(404, "No such report", str(error)) from error
        return json(begun, 202)

    return [
        Route("/api/v1/reports", list_reports, methods=["GET"]),
        Route("/api/v1/reports/{id}/runs", send_report, methods=["POST"]),
    ]
