"""`run.py user`: who may sign in, keys for who uses the API, and for what is kept of connected accounts."""

from typing import TYPE_CHECKING

import click

from bot import secret_keys
from web.keys import make

if TYPE_CHECKING:  # `--help` should not load the models
    from web.people_shapes import PersonChanged

ROLE = "admin | author | analyst | agent | viewer, for one brand as role:brand, at one desk as role:brand:desk"


@click.group()
def command() -> None:
    """People who sign in; keys for the API, and for credentials at rest."""


@command.command()
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, metavar="ROLE", help=f"{ROLE}. May be given again.")
@click.option("--name", default="", help="What they are called.")
@click.option("--language", type=click.Choice(["de", "en"]), default="en", help="The language of their pages.")
def add(email: str, roles: tuple[str, ...], name: str, language: str) -> None:
    """Let EMAIL sign in. Prints a link with which they choose a password: give it to nobody else."""
    from commands import account_calls  # noqa: PLC0415
    from web.people_shapes import PersonInvite  # noqa: PLC0415

    _tell(account_calls.invite(PersonInvite(email, list(roles), name, "de" if language == "de" else "en")))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line.")
def list_people(*, as_json: bool) -> None:
    """Who may sign in, with their roles."""
    import msgspec  # noqa: PLC0415

    from commands import account_calls  # noqa: PLC0415

    for each in account_calls.members():
        roles = [str(grant) for grant in each.grants]
        if as_json:
            facts = {"id": each.id, "email": each.email, "name": each.name, "state": each.state, "roles": roles}
            click.echo(msgspec.json.encode(facts))
        else:
            click.echo(f"{each.email:<32} {each.state:<9} {', '.join(roles) or '(no role)'}")


@command.command()
@click.argument("email")
def disable(email: str) -> None:
    """Let EMAIL in no more; wherever they are signed in, they are out at once."""
    _act(email, "disable", "Shut out.")


@command.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let EMAIL in again."""
    _act(email, "enable", "They may sign in again.")


@command.command()
@click.argument("email")
def reset(email: str) -> None:
    """Print a link with which EMAIL chooses a new password."""
    _act(email, "reset", "")


@command.command()
@click.argument("email")
@click.option("--give", metavar="ROLE", default="", help=ROLE)
@click.option("--take", metavar="ROLE", default="", help="One that they have, as `run.py user list` shows it.")
def role(email: str, give: str, take: str) -> None:
    """Give EMAIL a role, or take one."""
    if bool(give) == bool(take):
        raise click.UsageError("Say --give ROLE or --take ROLE.")
    _act(email, "grant" if give else "revoke", "Done.", give or take)


@command.command("api-key")
@click.argument("name")
def api_key(name: str) -> None:
    """Make an API key called NAME. It is shown once; the settings keep only its hash."""
    key, sha256 = make()
    click.echo(f"The key, shown only now:\n\n  {key}\n\nAdd this to echolot.yaml and restart the server:\n")
    click.echo(f"api_keys:\n  - {{name: {name}, sha256: {sha256}, scopes: [invite, read]}}")


@command.command("secret-key")
def secret_key() -> None:
    """Make a key that seals the credentials of accounts which people connect themselves."""
    click.echo(f"The key, shown only now:\n\n  {secret_keys.make()}\n")
    click.echo(
        "Keep it where your other secrets are, apart from the database and its backups: whoever has both has the\n"
        "accounts, and without it they have to be connected again. With the key in the environment variable\n"
        "SECRET_KEY, add this to echolot.yaml and restart the server:\n\n"
        "secret_keys: [${SECRET_KEY}]\n\n"
        "To change keys, put the new one in front: secret_keys: [${SECRET_KEY}, ${SECRET_KEY_OLD}]. At its next start\n"
        "the server seals everything with the first; `run.py doctor` says when the old one is no longer needed."
    )


def _act(email: str, act: str, done: str, role: str = "") -> None:
    import msgspec  # noqa: PLC0415

    from commands import account_calls  # noqa: PLC0415
    from web.people_shapes import PersonAct  # noqa: PLC0415

    changed = account_calls.act(email, msgspec.convert({"act": act, "role": role}, PersonAct))
    if done:
        click.echo(done)
    else:
        _tell(changed)


def _tell(changed: "PersonChanged") -> None:
    click.echo(
        f"For them alone, once, until {changed.expires_at}:\n\n  {changed.link}\n\n"
        "There they choose a password. `run.py user reset EMAIL` makes another link."
    )
