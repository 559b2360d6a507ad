"""`run.py why`: why somebody was asked, will be, or was not."""

from functools import partial
from typing import TYPE_CHECKING

import click
import msgspec

import settings as configuration

if TYPE_CHECKING:  # `--help` should not load the models
    from commands.outreach import Outreach
    from web.outreach_shapes import LedgerEntry, LedgerPage

OUTCOMES = {
    "en": {"pending": "not decided yet", "deferred": "later", "asked": "asked", "not_asked": "not asked"},
    "de": {"pending": "noch nicht entschieden", "deferred": "später", "asked": "gefragt", "not_asked": "nicht gefragt"},
}
UNTIL = {"en": "until", "de": "bis"}


@click.command()
@click.argument("contact")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many decisions.")
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def command(contact: str, limit: int, language: str, *, as_json: bool) -> None:
    """Why CONTACT was asked, will be, or was not: every decision with its rule, newest first.

    CONTACT is an id, the id of another system, or an address like sms:+4930123456, as people write it.
    """
    from commands.outreach_calls import look_at  # noqa: PLC0415 — as above

    async def ask(outreach: "Outreach") -> "LedgerPage":
        return await outreach.why(await _id(outreach, contact), language, limit)

    page = look_at(ask)
    if as_json:
        click.echo(msgspec.json.encode(page))
        return
    for entry in page.decisions:
        click.echo(_line(entry, language))
    if not page.decisions:
        click.echo(
            "Nothing was ever decided about this contact: no event of theirs met a trigger, and no campaign has come "
            "to them yet."
        )


async def _id(outreach: "Outreach", contact: str) -> str:
    """The contact's id; what names nobody stays as it was written. Raises Nobody."""
    from commands.address_keys import pseudonyms  # noqa: PLC0415 — as above
    from commands.whose import whom  # noqa: PLC0415 — as above

    settings = configuration.load()
    found, _ = await outreach.store.read(lambda: whom(settings, contact, partial(pseudonyms, settings)))
    return found.id if found else contact


def _line(entry: "LedgerEntry", language: str) -> str:
    """When, what about, what was decided, why, and what came of it."""
    wave = f" wave {entry.wave}" if entry.wave else ""
    about = f"{entry.source} {entry.name}{wave} ({entry.flow})"
    until = f" {UNTIL[language]} {_shown(entry.until)}" if entry.until else ""
    came = ", ".join(filter(None, (entry.message, entry.ended, entry.error)))
    head = f"{_shown(entry.at)}  {OUTCOMES[language][entry.outcome]}{until}  {about}"
    lines = [head, f"    {entry.because}" if entry.because else "", f"    {came}" if came else ""]
    return "\n".join(filter(None, lines))


def _shown(at: str) -> str:
    """A moment to the minute; the API tells them in UTC."""
    return f"{at[:16].replace('T', ' ')} UTC"
