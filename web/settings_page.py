"""Settings to look at, without a secret among them, and what the doctor has found."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from web import pages


class Finding(Protocol):
    """A line of the doctor's report. `level`: good | note | bad."""

    @property
    def level(self) -> str: ...  # noqa: D102
    @property
    def about(self) -> str: ...  # noqa: D102
    @property
    def text(self) -> str: ...  # noqa: D102
    @property
    def hint(self) -> str: ...  # noqa: D102


Findings = Callable[[], Awaitable[Sequence[Finding]]]
Values = Sequence[tuple[str, str]]


def routes(findings: Findings, values: Values) -> list[BaseRoute]:
    """`/settings`."""

    async def settings(request: Request) -> Response:
        return pages.page(request, "settings.html", findings=await findings(), values=values)

    return [Route("/settings", settings, methods=["GET"])]
