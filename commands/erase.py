"""`run.py erase`: forget somebody, and never write to them again."""

import asyncio
import secrets
from typing import TYPE_CHECKING, Any

import click

import settings as configuration
from commands import logs

if TYPE_CHECKING:  # `--help` should not load them
    from bot.pseudonyms import Pseudonyms
    from storage.erasure import Erased
    from storage.scripts import Script


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
    from storage.scrubbing import scrub  # noqa: PLC0415

    names = pseudonyms(settings)
    store: Any = await database(settings)
    try:
        done = await store.run(lambda: forget(settings, whom, names, epoch_ms(), "operator", scores=scores))
    finally:
        await store.close()
    scrub(settings.database_url)
    return done


def forget(
    settings: configuration.Settings, whom: str, names: "Pseudonyms", now: int, by: str, *, scores: bool
) -> "Script[Erased]":
    """In one transaction, and while nobody else writes contacts: no address of theirs comes in meanwhile and stays.

    `by` is who does it, for the audit trail; it names only who was a contact, and nobody by their address.
    """
    from commands.whose import find  # noqa: PLC0415
    from storage.audit import note  # noqa: PLC0415 — see above
    from storage.contacts import turn  # noqa: PLC0415
    from storage.erasure import erase  # noqa: PLC0415

    yield from turn()
    who = yield from find(settings, whom, names)
    contact, external = (who.contact.id, who.contact.external) if who.contact else ("", "")
    done = yield from erase(who.places, contact, external, now, lambda: secrets.token_hex(12), scores=scores)
    yield from note(now, by, "erased", contact, {**done._asdict(), "scores_kept": scores})
    return done
