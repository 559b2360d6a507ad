"""What an operator writes, the addresses people type, the manifest, and what the doctor is told."""

import re

import pytest
from pydantic import ValidationError
from slack_sdk.signature import SignatureVerifier

from bot.abilities import Finding
from bot.errors import Rejected
from bot.messages import Address
from channels.slack.channel import slack_channel
from channels.slack.config import SlackConfig
from channels.slack.manifest import manifest
from channels.slack.scopes import BOT_EVENTS, SCOPES
from settings import config_class
from tests.channels.slack_line import BOT, PUBLIC, SECRET, XAPP, a_line, config, signature

OAUTH = {"client_id": "1.1", "client_secret": "x"}


def channel(**changes):
    return slack_channel("slack", config(**changes), PUBLIC)


def test_the_least():
    """A token and a secret are enough; the settings know the kind."""
    assert config_class("slack") is SlackConfig
    written = SlackConfig.model_validate({"kind": "slack", "bot_token": BOT, "signing_secret": SECRET})
    assert written.api_url == "https://slack.com/api/"
    assert (written.settle, written.gather, written.rate, written.timeout) == (10_000, 2_000, 4.8, 10_000)
    assert not written.installable


@pytest.mark.parametrize(
    "changes",
    [
        {"bot_token": "xoxp-user"},
        {"bot_token": "xapp-1"},
        {"bot_token": "xoxb-with space"},
        {"app_token": "xoxb-1"},
        {"client_id": "1.1"},
        {"client_secret": "x"},
        {"client_id": "abc", "client_secret": "x"},
        OAUTH,  # beside a bot_token, without team
        {"team": "acme"},
        {"app_id": "T1"},
        {"icon": "http://plain"},
        {"api_url": "https://slack.com"},
        {"api_url": "slack.com/api/"},
        {"api_url": "https://user@slack.com/api/"},
        {"rate": 0},
        {"connections": 11},
        {"timeout": "1m"},
        {"unknown": 1},
    ],
)
def test_mistakes(changes):
    """Each is refused, and no secret is quoted."""
    with pytest.raises(ValidationError) as caught:
        config(**changes)
    told = str(caught.value)
    assert BOT not in told
    assert SECRET not in told
    assert "with space" not in told


def test_secrets_are_not_shown():
    """S34: neither in a repr nor in an export."""
    shown = config(app_token=XAPP, **OAUTH, team="T1")
    assert not any(secret in f"{shown!r}{shown}{shown.model_dump()}" for secret in (BOT, SECRET, XAPP))


@pytest.mark.parametrize("url", ["https://slack.com/api", "https://slack.com/api/", "http://127.0.0.1:1/x/api"])
def test_api_url(url):
    """The base ends in a slash, as the SDK wants it."""
    assert config(api_url=url).api_url == url.rstrip("/") + "/"


@pytest.mark.parametrize(
    ("typed", "changes", "lane"),
    [
        ("U012AB3CD", {}, "slack:U012AB3CD"),
        (" W012AB3CD\n", {}, "slack:W012AB3CD"),
        ("<@U012AB3CD>", {}, "slack:U012AB3CD"),
        ("<@U012AB3CD|ada>", {}, "slack:U012AB3CD"),
        ("C012AB3CD", {}, "slack:C012AB3CD"),
        ("<#C012AB3CD|support>", {}, "slack:C012AB3CD"),
        ("G012AB3CD#1795000000.000100", {}, "slack:G012AB3CD#1795000000.000100"),
        ("D012AB3CD", {}, "slack:D012AB3CD"),
        ("T1/U012AB3CD", {"team": "T1"}, "slack:U012AB3CD"),
        ("T1/U012AB3CD", {"bot_token": None, **OAUTH}, "slack:T1/U012AB3CD"),
        ("E1/C012AB3CD#1.2", {"bot_token": None, **OAUTH}, "slack:E1/C012AB3CD#1.2"),
    ],
)
def test_address(typed, changes, lane):
    """IDs as people copy them, with a workspace in front and a thread behind; they are their own lanes."""
    found = channel(**changes).address(typed)
    assert found.lane == lane
    assert Address.of_lane(lane) == found


@pytest.mark.parametrize(
    ("typed", "changes"),
    [
        ("", {}),
        ("ada", {}),
        ("@ada", {}),
        ("#support", {}),
        ("ada@acme.example", {}),
        ("+4930123456", {}),
        ("u012ab3cd", {}),
        ("U012AB3CD#1795000000.000100", {}),
        ("C012AB3CD#thread", {}),
        ("T1/U012AB3CD", {}),
        ("T2/U012AB3CD", {"team": "T1"}),
        ("T1/T2/U012AB3CD", {"bot_token": None, **OAUTH}),
        ("U012AB3CD", {"bot_token": None, **OAUTH}),
        ("U٠١٢", {}),
    ],
)
def test_no_address(typed, changes):
    """Anything else is refused with what to type."""
    with pytest.raises(Rejected, match=r"U012AB3CD|leave|workspace"):
        channel(**changes).address(typed)


def test_the_factory_passes_everything_on():
    """Both kinds of channel are called like their entry."""
    assert [slack_channel("eu", config(app_token=token), PUBLIC).name for token in (None, XAPP)] == ["eu", "eu"]


def test_the_sdk_and_the_documentation_agree_on_signatures():
    """The tests sign by the documentation; the SDK verifies that."""
    body = '{"a": "ü"}'
    ours = signature(SECRET, "1795000000", body.encode())
    assert SignatureVerifier(SECRET).generate_signature(timestamp="1795000000", body=body) == ours


# https://docs.slack.dev/reference/app-manifest and @slack/web-api's types of it: names, and most characters.
KNOWN = {
    "_metadata": {"major_version": int, "minor_version": int},
    "display_information": {"name": 35, "description": 140, "long_description": 4000, "background_color": 7},
    "features": {
        "app_home": {
            "home_tab_enabled": bool,
            "messages_tab_enabled": bool,
            "messages_tab_read_only_enabled": bool,
        },
        "bot_user": {"display_name": 80, "always_online": bool},
        "slash_commands": [
            {"command": 32, "url": 3000, "description": 2000, "usage_hint": 1000, "should_escape": bool}
        ],
    },
    "oauth_config": {"redirect_urls": [str], "scopes": {"bot": [str]}},
    "settings": {
        "event_subscriptions": {"request_url": 3000, "bot_events": [str]},
        "interactivity": {"is_enabled": bool, "request_url": 3000},
        "org_deploy_enabled": bool,
        "socket_mode_enabled": bool,
        "token_rotation_enabled": bool,
    },
}


def fits(value, known):
    """Whether a part of a manifest has only names and lengths that Slack documents."""
    if isinstance(known, dict):
        return isinstance(value, dict) and all(name in known and fits(value[name], known[name]) for name in value)
    if isinstance(known, list):
        return isinstance(value, list) and all(fits(each, known[0]) for each in value)
    if isinstance(known, int) and not isinstance(known, bool):
        return isinstance(value, str) and 0 < len(value) <= known
    return type(value) is known


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"app_token": XAPP},
        {"bot_token": None, **OAUTH},
        {"username": "Zufriedenheit der Acme Holding SE & Co. KGaA"},
    ],
)
@pytest.mark.parametrize("company", ["", "Acme", "x" * 300])
def test_manifest(changes, company):
    """Nothing in it that Slack does not know; people can type; everything comes to our hook."""
    made = manifest("slack", config(**changes), f"{PUBLIC}/", company)
    assert fits(made, KNOWN)
    hook = f"{PUBLIC}/hooks/slack"
    socket = "app_token" in changes
    settings = made["settings"]
    assert settings["socket_mode_enabled"] is socket
    urls = [settings["event_subscriptions"], settings["interactivity"]]
    assert [each.get("request_url") for each in urls] == [None if socket else hook] * 2
    assert made["features"]["slash_commands"][0].get("url") == (None if socket else hook)
    assert made["features"]["app_home"]["messages_tab_enabled"]
    assert not made["features"]["app_home"]["messages_tab_read_only_enabled"]
    assert made["oauth_config"]["scopes"]["bot"] == list(SCOPES)
    assert ("redirect_urls" in made["oauth_config"]) is ("client_id" in changes)
    assert re.fullmatch(r"/[a-z0-9_-]+", made["features"]["slash_commands"][0]["command"])


def test_events_have_their_scopes():
    """Slack refuses a manifest that asks for events which the scopes do not cover."""
    needs = {"message.im": "im:history", "message.channels": "channels:history", "message.groups": "groups:history"}
    needs |= dict.fromkeys(("reaction_added", "reaction_removed"), "reactions:read")
    assert set(BOT_EVENTS) == {*needs, "app_uninstalled", "tokens_revoked"}
    assert {needs[event] for event in BOT_EVENTS if event in needs} <= set(SCOPES)


async def diagnosis(**changes):
    async with a_line(**changes) as line:
        return await line.channel.diagnose()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"signing_secret": None}, "nothing comes in"),
        ({"bot_token": None}, "nothing can be sent"),
        ({"bot_token": "xoxb-wrong"}, "does not accept the token"),
        ({"team": "T2"}, "the bot_token is for T1, `team` says T2"),
        ({"socket_mode": True, "app_token": "xapp-wrong"}, "Socket Mode: Slack does not accept the token"),
    ],
)
async def test_diagnosis(changes, told):
    """Each mistake is an error with a hint; no secret is told."""
    found = await diagnosis(**changes)
    wrong = [each for each in found if each.level == "error"]
    assert told in " ".join(each.message for each in wrong)
    assert not any(secret in str(found) for secret in (BOT, SECRET, XAPP, "wrong-token"))


async def test_nothing_to_complain_about():
    """A working app has findings that are fine, in Socket Mode too; the Messages tab is always mentioned."""
    for socket_mode in (False, True):
        found = await diagnosis(socket_mode=socket_mode, team="T1")
        assert {each.level for each in found} <= {"ok", "warning"}
        assert "Messages tab" in found[-1].message
        assert all(event in found[-2].message for event in BOT_EVENTS)  # Slack does not say which of them it sends
        assert "Event Subscriptions" in found[-2].hint
    assert "Socket Mode can be opened" in [each.message for each in found]


async def test_slack_cannot_be_asked():
    """Being unable to ask is a finding."""
    one = channel(api_url="http://127.0.0.1:9/api/", app_token=XAPP)
    found = await one.diagnose()
    assert [each.level for each in found if "no connection" in each.message] == ["error", "error"]
    [left] = await one.connect()
    assert isinstance(left, Finding)
    assert "manifest slack" in left.hint
    await one.close()
