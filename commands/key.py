"""`run.py key`: keys for the API, made, listed and revoked while the server runs."""

from typing import TYPE_CHECKING

import click

from web.key_shapes import SCOPES

if TYPE_CHECKING:  # `--help` should not load it
    from web.key_pages import KeyShown


@click.group()
def command() -> None:
    """Keys that other systems call the API with."""


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="May be given again.")
@click.option("--brand", default="*", help="Only for the numbers of this brand.")
@click.option("--desk", default="*", help="Only for the cases of this desk.")
@click.option("--days", type=click.IntRange(0, 3660), default=365, show_default=True, help="0: until it is revoked.")
def add(name: str, scopes: tuple[str, ...], brand: str, desk: str, days: int) -> None:
    """Make a key called NAME. It is shown once; the database keeps only its hash."""
    from commands import account_calls  # noqa: PLC0415
    from web.key_shapes import KeyWanted  # noqa: PLC0415

    made = account_calls.make_key(KeyWanted(name, list(scopes), brand, desk, days))
    click.echo(f"The key, shown only now:\n\n  {made.key}\n")
    click.echo(f"It holds until {made.expires_at or f'`run.py key revoke {name}`'}.")


@command.command("list")
def list_keys() -> None:
    """The keys in the database; those of the settings stand there."""
    from commands import account_calls  # noqa: PLC0415

    for each in account_calls.all_keys():
        click.echo(f"{each.name:<24} {each.hint}…  {each.state:<8} {_used(each):<17} {_for(each)}")


@command.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Let the key NAME hold no longer, on every server at once."""
    from commands import account_calls  # noqa: PLC0415

    account_calls.revoke_key(name)
    click.echo("Revoked.")


def _used(key: "KeyShown") -> str:
    from web.shapes import iso  # noqa: PLC0415

    return iso(key.used_at)[:16].replace("T", " ") if key.used_at else "never used"


def _for(key: "KeyShown") -> str:
    limits = [f"{what} {which}" for what, which in (("brand", key.brand), ("desk", key.desk)) if which != "*"]
    return ", ".join([*key.scopes, *limits])
