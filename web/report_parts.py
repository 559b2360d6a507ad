"""What the pages about reports need of the rest."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from insights.reports.letter import Letter
from insights.reports.schedule import Period
from web.report_shapes import ReportBegun, ReportPage
from web.reports import Told, Which


class Move(NamedTuple):
    """An alarm that was told: fall | rise, what was said, when (epoch ms)."""

    way: str
    letter: Letter
    at: int


class Reports(Protocol):
    """Reports, and what became of them. What is wrong comes as BotError and StoreUnavailable."""

    @property
    def mails(self) -> bool:
        """Whether e-mail can be sent."""
        ...

    async def page(self) -> ReportPage:
        """See web.reports."""
        ...

    async def told(self, name: str, which: Which) -> Told | None:
        """See web.reports."""
        ...

    async def pdf(self, name: str, which: Which) -> tuple[Period, bytes] | None:
        """The same as a PDF. Raises web.pictures.Undrawable as well."""
        ...

    async def moves(self, name: str) -> Sequence[Move]:
        """The alarms that were told, the latest first."""
        ...

    async def send(self, name: str, *, again: bool = False, once: str = "") -> ReportBegun:
        """See web.reports; of several calls with the same `once` only the first one sends."""
        ...

    async def test(self, name: str, email: str, once: str) -> ReportBegun:
        """Send what it would say now to this mailbox alone."""
        ...
