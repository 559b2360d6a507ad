"""`run.py channels`: the list, setting up at the provider, manifests. Real processes and the Twilio sandbox."""

import json
import sys

import pytest
import yaml

from commands.channels import _table, list_
from tests.channels_world import BASE, SLACK, SMS, TOKEN, a_provider, lines, written
from tests.test_cli import ACCOUNT, SENDER, run, run_async


@pytest.fixture
async def world(tmp_path):
    """A provider whose number calls nobody, and settings that lead there."""
    async with a_provider(tmp_path) as given:
        yield given


# --- list ---


def test_the_list_says_how_events_come_in_and_shows_no_secret(tmp_path):
    channels = f"{SMS}}}, off: {{kind: twilio, account_sid: {ACCOUNT}, auth_token: '', from: '+4930'}}, {SLACK}"
    telegram = "bot: {kind: telegram, token: '12345:abc-canary'}"
    shown = run(
        "channels", "list", **written(tmp_path, f"{{public_url: '{BASE}', channels: {{{channels}, {telegram}}}}}")
    )
    assert shown.returncode == 0, shown.stderr
    assert "canary" not in shown.stdout
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in shown.stdout.splitlines()}
    assert rows["sms"] == ["twilio", f"{BASE}/hooks/sms", "account_sid, auth_token, from", ""]
    assert rows["off"] == ["twilio", "none: there is no secret", "account_sid, auth_token (empty), from", ""]
    assert rows["bot"] == ["telegram", "polling", "token", ""]
    assert rows["team"][1::2] == [f"{BASE}/hooks/team", f"{BASE}/install/team"]


def test_the_list_for_machines_and_for_terminals(tmp_path, monkeypatch, capsys):
    environment = written(tmp_path, f"{{channels: {{{SMS}}}}}}}")
    (row,) = lines(run("channels", "list", "--json", **environment))
    assert (row["name"], row["kind"], row["events"]) == ("sms", "twilio", "http://127.0.0.1:8000/hooks/sms")
    monkeypatch.setenv("ECHOLOT_CONFIG", environment["ECHOLOT_CONFIG"])
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    list_.callback(as_json=False)
    shown = capsys.readouterr().out
    assert "Events come by" in shown
    assert "http://127.0.0.1:8000/hooks/sms" in shown
    _table([])
    nothing = run("channels", "list", **written(tmp_path, "{}"))
    assert (nothing.stdout, "known kinds: slack, telegram, twilio" in nothing.stderr) == ("", True)


# --- connect ---


async def test_connecting_sets_the_webhook_and_says_so(world):
    hooks, environment = world
    shown = await run_async("channels", "connect", "sms", **environment)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert f"✓ channel sms: the number now calls {BASE}/hooks/sms#rc=3&rp=all; before, it called nobody" in shown.stdout
    assert hooks[SENDER] == f"{BASE}/hooks/sms#rc=3&rp=all"
    assert TOKEN not in shown.stdout + shown.stderr
    again = lines(await run_async("channels", "connect", "sms", "--json", **environment))
    assert {each["level"] for each in again} == {"good"}


async def test_connecting_fails_with_advice(world):
    hooks, environment = world
    wrong = {"ECHOLOT_CHANNELS__SMS__AUTH_TOKEN": "wrong-canary"}
    shown = await run_async("channels", "connect", "sms", **environment, **wrong)
    assert shown.returncode == 1
    assert (
        "✗ channel sms: Twilio does not accept the account SID and auth token\n    → check `account_sid`"
        in shown.stdout
    )
    assert "canary" not in shown.stdout + shown.stderr
    assert hooks[SENDER] == ""


@pytest.mark.parametrize(
    ("text", "arguments", "status", "told"),
    [
        (f"{{channels: {{{SMS}}}}}}}", ["connect", "sms"], 1, "Set public_url first"),
        (f"{{channels: {{{SMS}}}}}}}", ["connect", "smss"], 2, "no channel is called 'smss'; did you mean 'sms'?"),
        (f"{{channels: {{{SMS}}}}}}}", ["manifest", "telegram"], 2, "no channel is called 'telegram'"),
        ("{}", ["connect", "sms"], 2, "configured: none"),
        (f"{{channels: {{{SMS}}}}}}}", ["manifest", "sms"], 1, "`run.py channels connect sms` sets it up"),
        (f"{{channels: {{{SLACK}}}}}", ["manifest", "team"], 1, "Set public_url first"),
        ("{channels: {x: {kind: nix}}}", ["list"], 1, "unknown kind 'nix'"),
    ],
)
def test_what_cannot_be_done_says_why(tmp_path, text, arguments, status, told):
    shown = run("channels", *arguments, **written(tmp_path, text))
    assert (shown.returncode, told in shown.stderr) == (status, True), shown.stderr
    assert "Traceback" not in shown.stderr


# --- manifest ---


def test_the_manifest_of_an_app(tmp_path):
    environment = written(tmp_path, f"{{public_url: '{BASE}', company: Müller, channels: {{{SLACK}}}}}")
    shown = run("channels", "manifest", "team", **environment)
    assert shown.returncode == 0, shown.stderr
    made = yaml.safe_load(shown.stdout)
    assert made["settings"]["event_subscriptions"]["request_url"] == f"{BASE}/hooks/team"
    assert made["oauth_config"]["redirect_urls"][0].startswith(f"{BASE}/install/team")
    assert "Müller" in shown.stdout
    assert "canary" not in shown.stdout
    assert json.loads(run("channels", "manifest", "team", "--json", **environment).stdout) == made


def test_with_socket_mode_a_manifest_needs_no_address(tmp_path):
    shown = run("channels", "manifest", "t", **written(tmp_path, "channels: {t: {kind: slack, app_token: xapp-1}}"))
    assert yaml.safe_load(shown.stdout)["settings"]["socket_mode_enabled"] is True
