"""T24 for Slack: what is not signed by Slack for this app, just now, is forged; everything else is taken."""

import asyncio
import json
from collections.abc import Callable
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Forged
from bot.messages import Said, WebRequest
from channels.slack.channel import slack_channel
from tests.channels.slack_line import NOW, PUBLIC, SECRET, Kept, config, signature, signed

EVENT = {
    "type": "event_callback",
    "team_id": "T1",
    "api_app_id": "A1",
    "event_id": "Ev1",
    "event": {"type": "message", "channel": "D1", "user": "U1", "text": "10", "ts": "1795000000.000100"},
    "authorizations": [{"team_id": "T1", "enterprise_id": None, "user_id": "U0", "is_bot": True}],
}
PRESS = {
    "type": "block_actions",
    "team": {"id": "T1"},
    "api_app_id": "A1",
    "user": {"id": "U1"},
    "container": {"channel_id": "D1", "message_ts": "1795000000.000100"},
    "actions": [{"type": "button", "value": "9", "block_id": "0:k", "action_ts": "1795000001.000100"}],
}
COMMAND = {
    "command": "/echolot",
    "text": "stop",
    "team_id": "T1",
    "api_app_id": "A1",
    "user_id": "U1",
    "channel_id": "D1",
    "trigger_id": "1.2.x",
}
CHALLENGE = {"type": "url_verification", "token": "x", "challenge": "abc"}
SENT = {"event": EVENT, "press": PRESS, "command": COMMAND, "challenge": CHALLENGE}
SIGN, STAMP = "x-slack-signature", "x-slack-request-timestamp"


def channel(**changes):
    return slack_channel("slack", config(**changes), PUBLIC, clock=lambda: NOW)


def call(kind: str, change: dict | None = None, **how) -> WebRequest:
    return signed(SENT[kind] | (change or {}), form=kind == "command", **how)


def changed(request: WebRequest, **fields) -> WebRequest:
    return msgspec.structs.replace(request, **fields)


def with_header(kind: str, name: str, change: Callable[[str], str | None]) -> WebRequest:
    request = call(kind)
    value = change(request.headers[name])
    rest = {key: each for key, each in request.headers.items() if key != name}
    return changed(request, headers=rest if value is None else rest | {name: value})


def stamped(kind: str, stamp: str) -> WebRequest:
    """Correctly signed, with a timestamp of our choice."""
    request = call(kind)
    signs = {STAMP: stamp, SIGN: signature(SECRET, stamp, request.body)}
    return changed(request, headers=signs)


def of_body(body: bytes) -> WebRequest:
    return signed(body)


UNSIGNED: dict[str, Callable[[str], WebRequest]] = {
    "signature missing": lambda k: with_header(k, SIGN, lambda _: None),
    "signature empty": lambda k: with_header(k, SIGN, lambda _: ""),
    "signature of nothing": lambda k: with_header(k, SIGN, lambda _: "v0="),
    "signature wrong": lambda k: with_header(k, SIGN, lambda _: "v0=" + "0" * 64),
    "signature truncated": lambda k: with_header(k, SIGN, lambda s: s[:-1]),
    "signature with a tail": lambda k: with_header(k, SIGN, lambda s: s + "0"),
    "signature without version": lambda k: with_header(k, SIGN, lambda s: s.removeprefix("v0=")),
    "signature of another version": lambda k: with_header(k, SIGN, lambda s: s.replace("v0", "v1")),
    "signature upper case": lambda k: with_header(k, SIGN, str.upper),
    "signature padded": lambda k: with_header(k, SIGN, lambda s: f" {s} "),
    "signature not ASCII": lambda k: with_header(k, SIGN, lambda s: s[:-1] + "é"),
    "signature of surrogates": lambda k: with_header(k, SIGN, lambda s: s[:-1] + "\udc80"),
    "signature is the secret": lambda k: with_header(k, SIGN, lambda _: SECRET),
    "signature very long": lambda k: with_header(k, SIGN, lambda s: s * 500),
    "another secret": lambda k: call(k, secret="not the secret"),
    "no secret": lambda k: call(k, secret=""),
    "timestamp missing": lambda k: with_header(k, STAMP, lambda _: None),
    "timestamp empty": lambda k: stamped(k, ""),
    "timestamp no number": lambda k: stamped(k, "yesterday"),
    "timestamp with a fraction": lambda k: stamped(k, f"{NOW / 1000:.1f}"),
    "timestamp negative": lambda k: stamped(k, "-1"),
    "timestamp in other digits": lambda k: stamped(k, "١٧٩٥٠٠٠٠٠٠"),
    "timestamp with underscores": lambda k: stamped(k, "1_795_000_000"),
    "timestamp padded": lambda k: stamped(k, f" {NOW // 1000}"),
    "timestamp endless": lambda k: stamped(k, "9" * 5000),
    "timestamp infinite": lambda k: stamped(k, "inf"),
    "timestamp in ms": lambda k: stamped(k, str(NOW)),
    "S4 too old": lambda k: call(k, now=NOW - 301_000),
    "S4 much too old": lambda k: call(k, now=NOW - 86_400_000),
    "S4 from the future": lambda k: call(k, now=NOW + 301_000),
    "S4 timestamp renewed, signature old": lambda k: changed(
        call(k), headers=call(k, now=NOW - 900_000).headers | {STAMP: str(NOW // 1000)}
    ),
    "body altered": lambda k: changed(call(k), body=call(k).body.replace(b"e", b"f", 1)),
    "body extended": lambda k: changed(call(k), body=call(k).body + b" "),
    "body empty": lambda k: changed(call(k), body=b""),
    "body not UTF-8": lambda _: of_body(b'{"type": "\xff"}'),
}
NOT_OURS: dict[str, Callable[[str], WebRequest]] = {
    "method GET": lambda k: changed(call(k), method="GET"),
    "another route": lambda k: changed(call(k), route="status"),
    "S32 body too long": lambda k: call(k, {"padding": "x" * 256 * 1024}),
}


@pytest.mark.parametrize("kind", SENT)
@pytest.mark.parametrize("name", UNSIGNED)
async def test_t24_s1_s4_forged(kind, name):
    """S1, S4: each of these is refused with 401 and never with a crash; the SDK's own check raises for some."""
    with pytest.raises(Forged) as forged:
        await channel().receive(UNSIGNED[name](kind))
    assert forged.value.status == 401
    assert SECRET not in str(forged.value)


@pytest.mark.parametrize("kind", SENT)
@pytest.mark.parametrize("name", NOT_OURS)
async def test_t24_not_a_hook_of_slack(kind, name):
    """S32: there is one hook, for POST, and calls are small."""
    with pytest.raises(Forged) as forged:
        await channel().receive(NOT_OURS[name](kind))
    assert forged.value.status == 403


@pytest.mark.parametrize("kind", ["event", "press", "command"])
@pytest.mark.parametrize(
    ("changes", "settings_"),
    [
        ({"api_app_id": "A2"}, {"app_id": "A1"}),
        ({"api_app_id": ""}, {"app_id": "A1"}),
        ({"api_app_id": None}, {"app_id": "A1"}),
        ({"api_app_id": ["A1"]}, {"app_id": "A1"}),
        ({}, {"team": "T2"}),
        ({}, {"team": "E1"}),
        ({}, {"bot_token": None, "client_id": "1.1", "client_secret": "x"}),
    ],
)
async def test_s9_another_app_or_workspace(kind, changes, settings_):
    """S9: signed by Slack, but for another app, or for a workspace that the app is not in."""
    one = channel(**settings_)
    one.keep_in(Kept())
    with pytest.raises(Forged) as forged:
        await one.receive(call(kind, changes))
    assert forged.value.status == 403


GENUINE = {
    "as sent": ({}, {}),
    "old secret while rotating": ({"secret": "old"}, {"signing_secret_old": "old"}),
    "new secret while rotating": ({}, {"signing_secret_old": "old"}),
    "five minutes old": ({"now": NOW - 300_000}, {}),
    "five minutes ahead": ({"now": NOW + 300_000}, {}),
    "a retry": ({"headers": {"x-slack-retry-num": "2", "x-slack-retry-reason": "http_timeout"}}, {}),
    "its own app and workspace": ({}, {"app_id": "A1", "team": "T1"}),
    "other headers lie": ({"headers": {"host": "evil", "x-forwarded-proto": "http"}}, {}),
}


@pytest.mark.parametrize("kind", ["event", "press", "command"])
@pytest.mark.parametrize("name", GENUINE)
async def test_t24_genuine(kind, name):
    """Rotation, retries and the edges of the window: what Slack signed is taken."""
    how, settings_ = GENUINE[name]
    receipt = await channel(**settings_).receive(call(kind, **how))
    assert len(receipt.inbound) == 1


async def test_s9_challenge_needs_no_workspace_but_a_signature():
    """S9: the challenge names neither app nor workspace; only the signature vouches for it."""
    receipt = await channel(app_id="A1", team="T1").receive(call("challenge"))
    assert json.loads(receipt.response.body) == {"challenge": "abc"}


async def test_s2_no_secret_no_hook():
    """S2: without a signing secret there is no hook, and even a call would be refused."""
    for secret in (None, "", "  "):
        closed = channel(signing_secret=secret)
        assert not closed.hookable
        with pytest.raises(Forged):
            await closed.receive(call("event", secret=secret or ""))
    assert channel().hookable


async def test_every_script_in_the_body():
    """The signature is over bytes, whatever they spell."""
    event = EVENT["event"] | {"text": "Zoë 李 😀 \u202e"}
    [event] = (await channel().receive(call("event", {"event": event}))).inbound
    assert isinstance(event.body, Said)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
KEYS = st.sampled_from(
    [
        "type",
        "event",
        "channel",
        "user",
        "ts",
        "text",
        "subtype",
        "message",
        "previous_message",
        "edited",
        "files",
        "thread_ts",
        "container",
        "actions",
        "value",
        "block_id",
        "action_ts",
        "message_ts",
        "channel_id",
        "team",
        "team_id",
        "authorizations",
        "command",
        "trigger_id",
        "user_id",
        "tokens",
        "bot_id",
        "view",
        "enterprise",
        "is_enterprise_install",
        "payload",
        "deleted_ts",
    ]
)
VALUES = st.sampled_from(
    [
        "event_callback",
        "message",
        "block_actions",
        "message_action",
        "D1",
        "C1",
        "U1",
        "1795000000.000100",
        "message_changed",
        "message_deleted",
        "file_share",
        "tombstone",
        "button",
        "tokens_revoked",
        "app_uninstalled",
        "true",
    ]
)
SHAPED = st.recursive(
    VALUES | JSON, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=9), max_leaves=30
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(KEYS, SHAPED, max_size=9) | JSON, st.booleans())
def test_t6_arbitrary_json_never_crashes(sent, as_payload):
    """T6: whatever JSON Slack signs, it becomes events, poison or nothing, and can be stored."""
    body = json.dumps(sent).encode()
    body = urlencode({"payload": body}).encode() if as_payload else body
    receipt = asyncio.run(channel().receive(signed(body)))
    assert receipt.response.status == 200
    for event in receipt.inbound:
        assert event.id
        assert not set("/#") & set(event.source.chat + event.source.thread)
        assert "\x00" not in msgspec.json.encode(event).decode()
