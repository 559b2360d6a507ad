"""Settings on disk and a Twilio sandbox that they lead to, for the tests of `run.py channels` and of the doctor."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.twilio import Account, TwilioSandbox
from tests.test_cli import ACCOUNT, SENDER
from web.server import Site

BASE = "https://nps.example.com"
TOKEN = "t0ken-canary"
SMS = f'sms: {{kind: twilio, account_sid: {ACCOUNT}, auth_token: {TOKEN}, from: "{SENDER}"'
SLACK = "team: {kind: slack, client_id: '1.2', client_secret: geheim-canary, signing_secret: abc-canary}"


def written(tmp_path, text: str) -> dict[str, str]:
    """The environment that leads to a settings file with this text."""
    path = tmp_path / "echolot.yaml"
    path.write_text(text, "utf-8")
    return {"ECHOLOT_CONFIG": str(path)}


@asynccontextmanager
async def a_provider(tmp_path) -> AsyncIterator[tuple[dict[str, str], dict[str, str]]]:
    """A provider whose number calls nobody: its webhooks by number, and the settings that lead there."""
    hooks = {SENDER: ""}
    sandbox = TwilioSandbox([Account(ACCOUNT, TOKEN, hooks)])
    site = Site("127.0.0.1", 0)
    await site.start(sandbox)
    sms = f"{SMS}, api_url: '{site.url}', timeout: 2s}}"
    yield hooks, written(tmp_path, f"{{database_url: sqlite:///e.db, public_url: '{BASE}', channels: {{{sms}}}}}")
    await sandbox.close()
    await site.stop()


def lines(shown) -> list[dict]:
    """JSON lines of a command that complained about nothing."""
    assert shown.stderr == ""
    return [json.loads(line) for line in shown.stdout.splitlines()]
