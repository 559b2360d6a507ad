"""`run.py user`: who may use the API."""

import click

from web.keys import make


@click.group()
def command() -> None:
    """Who may use the API."""


@command.command("api-key")
@click.argument("name")
def api_key(name: str) -> None:
    """Make an API key called NAME. It is shown once; the settings keep only its hash."""
    key, sha256 = make()
    click.echo(f"The key, shown only now:\n\n  {key}\n\nAdd this to echolot.yaml and restart the server:\n")
    click.echo(f"api_keys:\n  - {{name: {name}, sha256: {sha256}, scopes: [invite, read]}}")
