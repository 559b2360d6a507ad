"""What the Slack sandbox refuses, by Slack's names: arguments, blocks, tokens and scopes."""

import pytest

from tests.sandbox.slack_world import XAPP, button, opened


@pytest.fixture
async def world():
    async with opened() as one:
        yield one


def _section(text):
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]


def _actions(*elements):
    return [{"type": "actions", "elements": list(elements)}]


POSTS = [
    ({"channel": "C9"}, "channel_not_found"),
    ({"channel": "G1"}, "channel_not_found"),
    ({"channel": "C2"}, "not_in_channel"),
    ({"channel": "C3"}, "is_archived"),
    ({"channel": "C4"}, "restricted_action"),
    ({"channel": ""}, "invalid_arguments"),
    ({"text": ""}, "no_text"),
    ({"text": "", "markdown_text": "x" * 12_001}, "msg_too_long"),
    ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ({"blocks": "no JSON"}, "invalid_blocks_format"),
    ({"blocks": [{"type": "dancer"}]}, "invalid_blocks"),
    ({"blocks": _section("x" * 3001)}, "invalid_blocks"),
    ({"blocks": _section("")}, "invalid_blocks"),
    ({"blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
    ({"blocks": _section("x" * 3000) * 5}, "msg_blocks_too_long"),
    ({"blocks": [{"type": "section"}]}, "invalid_blocks"),
    ({"blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]}, "invalid_blocks"),
    ({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]}, "invalid_blocks"),
    ({"blocks": [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}]}, "invalid_blocks"),
    ({"blocks": _actions()}, "invalid_blocks"),
    ({"blocks": _actions(*[button("x", "v", str(n)) for n in range(26)])}, "invalid_blocks"),
    ({"blocks": _actions(button("x" * 76))}, "invalid_blocks"),
    ({"blocks": _actions(button("x", "v" * 2001))}, "invalid_blocks"),
    ({"blocks": _actions(button("x", "v", "a" * 256))}, "invalid_blocks"),
    ({"blocks": _actions(button("x"), button("y"))}, "invalid_blocks"),
    ({"blocks": [{"type": "divider", "block_id": "b"}] * 2}, "invalid_blocks"),
    ({"blocks": [{"type": "divider", "block_id": "b" * 256}]}, "invalid_blocks"),
]


async def test_refused_posts(world):
    """What chat.postMessage refuses, by name, and nothing is kept."""
    for fields, error in POSTS:
        assert (await world.refused("chat.postMessage", **({"channel": "C1", "text": "x"} | fields)), fields) == (
            error,
            fields,
        )
    assert world.room.shows() == []
    assert world.sandbox.limits.posts == []


async def test_invalid_blocks_say_where(world):
    """`response_metadata.messages` points at what is wrong."""
    told = await world.refusal("chat.postMessage", channel="C1", text="x", blocks=_actions(button("x" * 76)))
    assert told["response_metadata"]["messages"] == [
        "[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"
    ]


REFUSALS = [
    ("conversations.open", {"users": "U9"}, "user_not_found"),
    ("conversations.open", {"users": "U3"}, "user_disabled"),
    ("conversations.open", {"users": "U6"}, "user_not_visible"),
    ("conversations.open", {"users": "U4"}, "invalid_user_combination"),
    ("conversations.open", {"users": "U1BOT"}, "cannot_dm_bot"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.info", {"channel": "C9"}, "channel_not_found"),
    ("conversations.history", {"channel": "C2"}, "not_in_channel"),
    ("conversations.history", {"channel": "C1", "cursor": "?"}, "invalid_cursor"),
    ("conversations.history", {"channel": "C1", "limit": "x"}, "invalid_limit"),
    ("conversations.history", {"channel": "C1", "oldest": "x"}, "invalid_ts_oldest"),
    ("conversations.replies", {"channel": "C1", "ts": "1.1"}, "thread_not_found"),
    ("conversations.join", {"channel": "C3"}, "is_archived"),
    ("conversations.list", {"types": "castle"}, "invalid_types"),
    ("chat.update", {"channel": "C1", "ts": "1.1", "text": "x"}, "message_not_found"),
    ("chat.delete", {"channel": "C1", "ts": "1.1"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": "C1", "user": "U9", "text": "x"}, "user_not_in_channel"),
    ("reactions.add", {"channel": "C1", "timestamp": "1.1", "name": "eyes"}, "message_not_found"),
    ("reactions.add", {"name": "eyes"}, "no_item_specified"),
    ("users.info", {"user": "U9"}, "user_not_found"),
    ("users.lookupByEmail", {"email": "nobody@acme.example"}, "users_not_found"),
    ("files.info", {"file": "F1"}, "file_not_found"),
    ("files.completeUploadExternal", {"files": [{"id": "F1"}]}, "file_not_found"),
    ("views.open", {"trigger_id": "1.2.3", "view": {}}, "invalid_trigger_id"),
    ("views.publish", {"user_id": "U9", "view": {}}, "user_not_found"),
    ("views.publish", {"user_id": "U1", "view": {}}, "invalid_arguments"),
    ("views.update", {"view_id": "V1", "view": {}}, "not_found"),
    ("apps.uninstall", {"client_id": "9.9", "client_secret": "x"}, "invalid_client_id"),
    ("apps.uninstall", {"client_id": "1.1", "client_secret": "x"}, "bad_client_secret"),
    ("oauth.v2.access", {"client_id": "1.1", "client_secret": "client secret", "code": "1"}, "invalid_code"),
    ("apps.connections.open", {}, "not_allowed_token_type"),
    ("dance.now", {}, "unknown_method"),
]


async def test_refusals(world):
    """What the other methods refuse, by name."""
    for method, fields, error in REFUSALS:
        assert (await world.refused(method, **fields), method, fields) == (error, method, fields)


@pytest.mark.parametrize(
    ("token", "error"),
    [(None, "not_authed"), ("xoxb-9", "invalid_auth"), (XAPP, "not_allowed_token_type")],
)
async def test_tokens(world, token, error):
    """Whose token it is decides before anything else."""
    world.client = world.client_of(token)
    assert await world.refused("auth.test") == error


async def test_ended_tokens(world):
    """auth.revoke makes token_revoked, apps.uninstall account_inactive; both are told; the other team lives on."""
    assert (await world.client.auth_revoke(test=True))["revoked"] is False
    assert (await world.client.auth_revoke())["revoked"] is True
    assert await world.refused("auth.test") == "token_revoked"
    world.client = world.client_of("xoxb-2")
    await world.client.auth_test()
    await world.client.apps_uninstall(client_id="1.1", client_secret="client secret")
    assert await world.refused("chat.postMessage", channel="C1", text="x") == "account_inactive"
    await world.sandbox.settled()
    assert len(world.told("tokens_revoked")) == 2
    assert [body["team_id"] for _, body in world.calls if body["event"]["type"] == "app_uninstalled"] == ["T2"]


async def test_missing_scope(world):
    """The refusal names what is needed and what was provided; headers name the scopes."""
    assert "chat:write" in (await world.client.auth_test()).headers["x-oauth-scopes"]
    world.acme.team.scopes = frozenset({"chat:write", "users:read"})
    for method, fields, needed in (
        ("chat.postMessage", {"channel": "C1", "text": "x", "username": "Ada"}, "chat:write.customize"),
        ("conversations.history", {"channel": "C1"}, "channels:history,groups:history,im:history,mpim:history"),
        ("files.info", {"file": "F1"}, "files:read"),
        ("users.lookupByEmail", {"email": "x"}, "users:read.email"),
    ):
        told = await world.refusal(method, **fields)
        assert (told["error"], told["needed"], told["provided"]) == ("missing_scope", needed, "chat:write,users:read")
    assert "email" not in (await world.client.users_info(user="U1"))["user"]["profile"]
