"""`run.py user`: keys for who uses the API, and for what is kept of connected accounts."""

import click

from bot import secret_keys
from web.keys import make


@click.group()
def command() -> None:
    """Keys: for the API, and for credentials at rest."""


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
