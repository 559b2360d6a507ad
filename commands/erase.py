"""`run.py erase`: forget somebody, and never write to them again."""

import asyncio
import secrets
from typing import Any

import click

import settings as configuration
from commands import logs


@click.command()
@click.argument("whom")
@click.option("--delete-scores", is_flag=True, help="Also what they answered; else it stays as numbers of nobody.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(whom: str, *, delete_scores: bool, yes: bool) -> None:
    """Erase WHOM: a contact's id, the id of another system, or an address like sms:+4930123456.

    Everything personal goes: addresses, messages, comments, conversations, cases. What stays is that nobody may be
    written to there, under a name that only your key can make, and the proof of what was sent on what basis.

    With SQLite the server has to be stopped. What providers and backups still have is not touched: see
    docs/howto/consent.md.
    """
    settings = configuration.load()
    logs.setup(settings.log, "warning")
    if not yes:
        click.confirm(f"Erase everything about {whom}? It cannot be brought back", abort=True)
    done = asyncio.run(erased(settings, whom, scores=not delete_scores))
    click.echo(
        f"Erased: addresses {done.addresses}, surveys {done.sessions}, cases {done.cases}. "
        "Ask your providers to delete their messages, and let backups age out."
    )


async def erased(settings: configuration.Settings, whom: str, *, scores: bool) -> Any:
    """Erase, and leave nothing of it in SQLite's log. Raises Nobody, NoAddressKey and StoreUnavailable."""
    from commands.address_keys import pseudonyms  # noqa: PLC0415 — `--help` should not load it
    from commands.assemble import database, epoch_ms  # noqa: PLC0415
    from commands.whose import find  # noqa: PLC0415
    from storage.erasure import erase  # noqa: PLC0415
    from storage.scrubbing import scrub  # noqa: PLC0415

    names = pseudonyms(settings)
    store: Any = await database(settings)
    try:
        who = await store.run(lambda: find(settings, whom, names))
        contact, external = (who.contact.id, who.contact.external) if who.contact else ("", "")
        done = await store.run(
            lambda: erase(who.places, contact, external, epoch_ms(), lambda: secrets.token_hex(12), scores=scores)
        )
    finally:
        await store.close()
    scrub(settings.database_url)
    return done
