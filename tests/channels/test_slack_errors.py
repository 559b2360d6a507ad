"""Every refusal of Slack in our words: whose fault, whether to retry, and nothing personal."""

import pytest
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route

from bot import errors
from bot.messages import Address, File, Prompt
from channels.slack.channel import slack_channel
from channels.slack.errors import MAX_AFTER, refusal
from channels.slack.scopes import SCOPES
from sandbox.serving import serving
from tests.channels.slack_line import BOT, PUBLIC, a_line, config, message

MISCONFIGURED = [
    "invalid_auth",
    "not_authed",
    "account_inactive",
    "token_revoked",
    "token_expired",
    "not_allowed_token_type",
    "missing_scope",
    "no_permission",
    "messages_tab_disabled",
    "team_access_not_granted",
    "ekm_access_denied",
    "bad_client_secret",
    "invalid_client_id",
]
NOT_ADMITTED = [
    "channel_not_found",
    "not_in_channel",
    "is_archived",
    "restricted_action",
    "restricted_action_read_only_channel",
]
UNREACHABLE = ["user_disabled", "user_not_found", "user_not_visible", "invalid_user_combination", "cannot_dm_bot"]
REJECTED = [
    "no_text",
    "msg_too_long",
    "msg_blocks_too_long",
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_metadata_format",
    "cant_update_message",
    "edit_window_closed",
    "message_not_found",
    "restricted_action_thread_locked",
    "invalid_code",
    "invalid_arguments",
    "never_heard_of",
]
TABLE = [
    *((200, code, errors.Misconfigured) for code in MISCONFIGURED),
    *((200, code, errors.NotAdmitted) for code in NOT_ADMITTED),
    *((200, code, errors.Unreachable) for code in UNREACHABLE),
    *((200, code, errors.Rejected) for code in REJECTED),
    *((200, code, errors.ThreadGone) for code in ("thread_not_found", "cannot_reply_to_message")),
    *((200, code, errors.Throttled) for code in ("ratelimited", "rate_limited", "message_limit_exceeded")),
    (429, "ratelimited", errors.Throttled),
    (429, "", errors.Throttled),
    *((200, code, errors.InDoubt) for code in ("internal_error", "fatal_error", "service_unavailable", "")),
    *((status, "", errors.InDoubt) for status in (500, 502, 503, 504)),
    (500, "internal_error", errors.InDoubt),
    (503, "never_heard_of", errors.InDoubt),
    *((200, code, errors.Unavailable) for code in ("request_timeout", "team_added_to_org")),
    *((status, "", errors.Misconfigured) for status in (401, 403, 404)),
    (400, "", errors.Rejected),
    (413, "", errors.Rejected),
]


@pytest.mark.parametrize(("status", "code", "kind"), TABLE)
def test_refusal(status, code, kind):
    """Each name has its class; an unknown one is refused for good, and shown with its name."""
    error = refusal(status, code)
    assert type(error) is kind
    assert error.code == code
    assert error.retry is (kind in {errors.Throttled, errors.Unavailable})
    if code == "never_heard_of":
        assert "never_heard_of" in str(error) or status == 503


@pytest.mark.parametrize(("status", "code", "kind"), [row for row in TABLE if row[2] is errors.InDoubt])
def test_what_may_be_repeated_is_never_in_doubt(status, code, kind):
    """A read or change whose answer was lost is just done again."""
    assert type(refusal(status, code, repeatable=True)) is errors.Unavailable


@pytest.mark.parametrize(
    ("header", "after"),
    [("7", 7.0), ("30", 30.0), ("0", 1.0), ("", 1.0), ("soon", 1.0), ("-5", 1.0), ("٣", 1.0), ("9" * 40, MAX_AFTER)],
)
def test_t4_retry_after(header, after):
    """T4: Retry-After is honoured; nonsense falls back to a second."""
    throttled = refusal(429, "ratelimited", header)
    assert (throttled.after, throttled.whole_channel, throttled.scope) == (after, True, "")
    throttled = refusal(429, "ratelimited", header, scope="T1/")
    assert (throttled.after, throttled.whole_channel, throttled.scope) == (after, False, "T1/")


@pytest.mark.parametrize("scope", SCOPES)
def test_a_missing_scope_is_named(scope):
    """An operator reads which permission lacks, what for, and where to add it."""
    told = str(refusal(200, "missing_scope", needed=scope))
    assert scope in told
    assert SCOPES[scope] in told
    assert "OAuth & Permissions" in told


@pytest.mark.parametrize("words", ["Ada Lovelace", "x\r\nforged log line", "<b>", "xoxb-1-secret token", "ü" * 10])
def test_s34_only_names_of_errors_are_quoted(words):
    """S34: what is no name of an error or scope does not get into our messages."""
    for error in (refusal(200, words), refusal(400, words), refusal(200, "missing_scope", needed=words)):
        assert words not in str(error) + error.code


@pytest.mark.parametrize(
    ("to", "kind", "code"),
    [
        ("U3", errors.Unreachable, "user_disabled"),
        ("U4", errors.Unreachable, "invalid_user_combination"),
        ("U6", errors.Unreachable, "user_not_visible"),
        ("U99", errors.Unreachable, "user_not_found"),
        ("C2", errors.Misconfigured, "not_in_channel"),
        ("C3", errors.Misconfigured, "is_archived"),
        ("C4", errors.Misconfigured, "restricted_action"),
        ("C99", errors.Misconfigured, "channel_not_found"),
    ],
)
async def test_recipients(to, kind, code):
    """Those who cannot be written to, through the real SDK."""
    async with a_line() as line:
        with pytest.raises(kind) as caught:
            await line.channel.send(message(to=Address("slack", to)))
        assert caught.value.code == code
        assert to not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"bot_token": "xoxb-wrong"}, "invalid_auth"), ({"bot_token": None}, "")],
)
async def test_wrong_settings(changes, code):
    """Wrong settings stop the channel, not the message; in look-ups as well."""
    async with a_line(**changes) as line:
        for action in (line.channel.send(message()), line.channel.find(message(), 0)):
            with pytest.raises(errors.Misconfigured) as caught:
                await action
            assert caught.value.code == code
            assert "xoxb" not in str(caught.value)


async def test_the_app_was_removed():
    """A token that has worked and was revoked."""
    async with a_line() as line:
        await line.sandbox.workspace("T1").uninstalls()
        with pytest.raises(errors.Misconfigured) as caught:
            await line.channel.send(message())
        assert caught.value.code == "account_inactive"
        assert BOT not in str(caught.value)


async def test_scopes_that_lack():
    """Each is named by the call that needs it, and all of them by the diagnosis."""
    async with a_line() as line:
        team = line.sandbox.cloud.teams["T1"]
        team.scopes = team.scopes - {"chat:write.customize", "im:write"}
        with pytest.raises(errors.Misconfigured, match=r"im:write .to open direct messages"):
            await line.channel.send_files(message(), [File("a.txt", "text/plain", b"a")])
        with pytest.raises(errors.Misconfigured, match=r"chat:write\.customize"):
            await line.channel.send(message(to=Address("slack", "C1"), alias="Anna"))
        lacking = [each for each in await line.channel.diagnose() if each.level == "error"]
        assert sorted(each.message.partition("lacks ")[2].partition(" ")[0] for each in lacking) == [
            "chat:write.customize",
            "im:write",
        ]
        assert all("reinstall" in each.hint for each in lacking)


@pytest.mark.parametrize("text", ["", "   \n\t", "\x00\x07", "\u202e"])
async def test_refused_before_slack(text):
    """What Slack would refuse does not leave the house."""
    async with a_line() as line:
        with pytest.raises(errors.Rejected) as caught:
            await line.channel.send(message(prompt=Prompt(text)))
        assert caught.value.code == "no_text"


async def test_a_redirect_carries_no_token():
    """S10: an api_url that answers with a redirect is a mistake in the settings, and nobody is followed."""
    seen = []

    async def elsewhere(request):
        seen.append(request.url.path)
        return RedirectResponse("/stolen", 307)

    app = Starlette(routes=[Route("/{path:path}", elsewhere, methods=["GET", "POST"])])
    async with serving(app) as url:
        channel = slack_channel("slack", config(api_url=f"{url}/api/"), PUBLIC)
        with pytest.raises(errors.Misconfigured, match="redirect"):
            await channel.send(message(to=Address("slack", "C1")))
        await channel.close()
    assert seen == ["/api/chat.postMessage"]
