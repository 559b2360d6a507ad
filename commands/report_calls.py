"""How `run.py report list` and `send` get to the reports: they look by themselves, and send through the server."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import click
import msgspec

import settings as configuration
from bot.errors import BotError, StoreUnavailable
from commands import logs
from commands.assemble import database
from commands.reporting import Reporting
from commands.reports import Reports
from commands.send import call, running
from insights.reports.letter import letter
from settings import Settings
from storage.looking import look
from storage.schema import sqlite_path
from web.pictures import Undrawable
from web.report_shapes import ReportBegun, ReportState

T = TypeVar("T")


class NotDrawn(BotError):
    """The PDF cannot be drawn."""


def listed(*, as_json: bool) -> None:
    """All reports, with their runs."""
    page = _look_at(lambda reporting: reporting.page())
    if as_json:
        click.echo(msgspec.json.encode(page))
        return
    for report in page.reports:
        _tell(report)
    if not page.reports:
        click.echo("There is no report yet. Write one as docs/howto/reports.md shows, and set `reports_dir`.")


def show(name: str, out: Path | None, *, told: bool) -> None:
    """What the latest period says: printed, and written as a PDF. Raises NoReport and NotDrawn."""

    async def made(reporting: Reporting) -> tuple[str, bytes]:
        facts = await reporting.facts(name)
        try:
            return letter(facts).text, await reporting.teller.pdf(facts) if out else b""
        except Undrawable as error:
            raise NotDrawn(f"The PDF cannot be drawn: {error}") from error
        finally:
            reporting.pictures.close()

    text, pdf = _look_at(made)
    if out:
        out.write_bytes(pdf)
    if told:
        click.echo(text)
    if out:
        click.echo(f"{out} is written.", err=True)


def send_now(name: str, *, again: bool) -> None:
    """Send it, through the server where one holds the database. Raises NoReport and StoreUnavailable."""
    settings = _settings()
    file = sqlite_path(settings.database_url)
    server = running(file) if file else None
    if server is None:
        try:
            begun = asyncio.run(_here(settings, name, again=again))
        except StoreUnavailable:
            server = running(file) if file else None  # one that was just starting got there first
            if server is None:
                raise
    if server is not None:
        answer = call(server, f"/api/v1/reports/{quote(name, safe='')}/runs", {"again": again})
        begun = msgspec.convert(answer, ReportBegun)
    days = f"{begun.first_day} to {begun.last_day}"
    click.echo(f"{begun.id}, {days}: begun for {begun.begun}, known to {begun.known} before.")
    if begun.begun and server is None:
        click.echo("A server or worker sends it; `run.py report list` tells what became of it.")
    if begun.known and not again:
        click.echo("With --again it goes to everybody once more.")


def _settings() -> Settings:
    settings = configuration.load()
    logs.setup(settings.log, "warning")
    return settings


async def _here(settings: Settings, name: str, *, again: bool) -> ReportBegun:
    store = await database(settings)
    try:
        return await Reporting(settings, store, Reports(settings)).send(name, again=again)
    finally:
        await store.close()


def _look_at(ask: Callable[[Reporting], Awaitable[T]]) -> T:
    settings = _settings()

    async def looking() -> T:
        async with look(settings.database_url) as reading:
            return await ask(Reporting(settings, reading, Reports(settings)))

    return asyncio.run(looking())


def _tell(report: ReportState) -> None:
    click.echo(f"{report.id}: every {report.every}, next {report.next or 'not known yet'}; {report.title}".rstrip("; "))
    for run in report.runs:
        why = f" ({run.error})" if run.error else ""
        days = f"{run.first_day} to {run.last_day}"
        click.echo(f"  {run.kind} {days} → {run.receiver}: {run.state}{why}, due {run.due_at}")
    if not report.runs:
        click.echo("  nothing was sent yet")
