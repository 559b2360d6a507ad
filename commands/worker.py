"""`run.py worker`: workers only, beside other processes on the same PostgreSQL."""

import click
import structlog
import uvloop

import settings as configuration
from bot.errors import BotError
from commands import logs
from commands.assemble import parts, settle_memory
from commands.reporting import begin
from commands.serve import until_signalled
from settings import Settings

log = structlog.get_logger("worker")


class NeedsPostgres(BotError):
    """SQLite has one process that does everything."""


@click.command()
def command() -> None:
    """Run conversations and send messages; take no webhooks and fetch nothing."""
    settings = configuration.load()
    if settings.database_url.startswith("sqlite"):
        raise NeedsPostgres(
            "Workers of their own need PostgreSQL (setting database_url). On SQLite, `run.py serve` does the work."
        )
    logs.setup(settings.log, settings.log_level)
    uvloop.run(work(settings))


async def work(settings: Settings) -> None:
    """Work until SIGINT or SIGTERM."""
    ended = until_signalled()
    async with parts(settings, publishes=False) as assembled:
        begin(assembled)
        settle_memory()
        await assembled.supervisor.start(listens=False)
        try:
            click.echo("Echolot works", err=True)
            await ended.wait()
        finally:
            await assembled.supervisor.stop()
