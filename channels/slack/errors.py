"""What Slack's refusals mean for us: whose fault, and whether to try again.

Names: https://docs.slack.dev/reference/methods/chat.postMessage#errors and its neighbours. Slack adds names now and
then, so an unknown one is a refusal that a person sees with its name, and nothing is repeated on its account.
"""

import re

from bot.errors import (
    ChannelError,
    InDoubt,
    Misconfigured,
    NotAdmitted,
    Rejected,
    ThreadGone,
    Throttled,
    Unavailable,
    Unreachable,
)
from channels.slack.scopes import SCOPES, WHERE

TOKEN_DEAD = frozenset({"invalid_auth", "account_inactive", "token_revoked", "token_expired", "not_authed"})
"""The token itself is refused: another one is needed."""
GONE = frozenset({"message_not_found", "thread_not_found", "file_not_found", "file_deleted"})
"""What was to be changed is not there any more."""

_ANOTHER = "or give the desk another one"
_INVITE = "invite the app there: /invite @its name"
_MISCONFIGURED = {
    "invalid_auth": "Slack does not accept the token",
    "not_authed": "Slack got no token",
    "account_inactive": "the workspace or the app's installation is gone",
    "token_revoked": "the token was revoked; reinstall the app",
    "token_expired": "the token has expired",
    "not_allowed_token_type": "this kind of token cannot do that; a bot token begins with xoxb-",
    "no_permission": "the app lacks a permission in this workspace",
    "org_login_required": "the workspace is being moved to an organisation",
    "enterprise_is_restricted": "the organisation does not let the app do that",
    "team_access_not_granted": "the app is not granted access to this workspace",
    "access_denied": "Slack denies access",
    "accesslimited": "access to this workspace is limited",
    "two_factor_setup_required": "the workspace demands two-factor authentication",
    "ekm_access_denied": "an administrator has suspended posting",
    "messages_tab_disabled": "people cannot be written to: turn on App Home → Messages Tab",
    "invalid_client_id": "`client_id` is not one that Slack knows",
    "bad_client_secret": "Slack does not accept `client_secret`",
    "bad_redirect_uri": "the redirect URL is not among those of the app: OAuth & Permissions → Redirect URLs",
    "invalid_team_for_non_distributed_app": "the app is not distributed yet: Manage Distribution",
    "link_disabled": "Socket Mode is off: Settings → Socket Mode",
}
_NOT_ADMITTED = {
    "channel_not_found": f"the channel does not exist or is private; {_INVITE}",
    "not_in_channel": f"the app is not in the channel; {_INVITE}",
    "is_archived": f"the channel is archived; unarchive it, {_ANOTHER}",
    "restricted_action": f"the workspace does not let the app post there; an owner has to allow it, {_ANOTHER}",
    "restricted_action_read_only_channel": f"the channel is read-only; let the app post there, {_ANOTHER}",
    "restricted_action_thread_only_channel": f"the channel takes replies in threads only; change that, {_ANOTHER}",
    "restricted_action_non_threadable_channel": f"the channel takes no threads; change that, {_ANOTHER}",
}
_UNREACHABLE = {
    "user_disabled": "the account is deactivated",
    "user_not_found": "nobody has this member ID in the workspace",
    "users_not_found": "nobody has this member ID in the workspace",
    "user_not_visible": "the app may not see this person",
    "invalid_user_combination": "this person is in another organisation and shares no channel with the app",
    "cannot_dm_bot": "apps cannot be written to",
}
_REJECTED = {
    "no_text": "the text is empty",
    "msg_too_long": "the text is too long",
    "msg_blocks_too_long": "the text is too long for blocks",
    "too_many_attachments": "there are too many attachments",
    "invalid_blocks": "Slack does not take these blocks",
    "invalid_blocks_format": "Slack does not take these blocks",
    "invalid_metadata_format": "Slack does not take our mark on the message",
    "metadata_too_large": "our mark on the message is too large",
    "cant_update_message": "only the app's own messages can be changed",
    "cant_delete_message": "only the app's own messages can be deleted",
    "edit_window_closed": "it is too late to change the message",
    "message_not_found": "the message is not there any more",
    "restricted_action_thread_locked": "the thread is locked",
    "invalid_code": "the code of the installation is not valid; start again",
    "code_already_used": "the code of the installation was used before; start again",
    "code_expired": "the code of the installation has expired; start again",
    "file_not_found": "the file is not there any more",
    "file_deleted": "the file was deleted",
}
_THREAD_GONE = dict.fromkeys(
    ("thread_not_found", "cannot_reply_to_message", "invalid_thread_ts"), "the thread does not exist any more"
)
_MEANINGS: dict[type[ChannelError], dict[str, str]] = {
    ThreadGone: _THREAD_GONE,
    Unreachable: _UNREACHABLE,
    NotAdmitted: _NOT_ADMITTED,
    Misconfigured: _MISCONFIGURED,
    Rejected: _REJECTED,
}
_THROTTLED = {"ratelimited": 1.0, "rate_limited": 1.0, "message_limit_exceeded": 60.0}  # s, without a Retry-After
_DOUBTFUL = frozenset({"internal_error", "fatal_error", "service_unavailable", ""})
_NOT_TAKEN = frozenset({"request_timeout", "team_added_to_org"})  # Slack has not acted; later
_CODE = re.compile(r"[a-z0-9_:.]{1,60}", re.ASCII)
_SCOPES = re.compile(r"[a-z0-9_:.,]{1,200}", re.ASCII)
MAX_AFTER = 3600.0


def refusal(  # noqa: PLR0911 - one return per class of error reads as the table that it is
    status: int, code: str, retry_after: str = "", *, needed: str = "", repeatable: bool = False, scope: str = ""
) -> ChannelError:
    """The error for an answer that says no: its HTTP status, Slack's `error`, its Retry-After header.

    `needed` are the scopes that a missing_scope names. `repeatable` calls leave nothing in doubt. `scope` is what a
    rate limit applies to (see `bot.messages.Limit`), "" for all of the channel.
    """
    code = code if _CODE.fullmatch(code) else ""
    if status == 429 or code in _THROTTLED:
        after = seconds(retry_after) or _THROTTLED.get(code, 1.0)
        return Throttled("Slack asks us to slow down", after, code, scope=scope)
    if code in _NOT_TAKEN:
        return Unavailable(f"Slack cannot do that now ({code})", code)
    if status >= 500 or (code in _DOUBTFUL and status < 400):
        return lost(f"Slack answered {status} {code}".rstrip(), code, repeatable=repeatable)
    if code == "missing_scope":
        return Misconfigured(missing(needed if _SCOPES.fullmatch(needed) else "a permission"), code)
    for kind, meanings in _MEANINGS.items():
        if code in meanings:
            return kind(meanings[code], code)
    if not code and status in (401, 403, 404):
        return Misconfigured(f"`api_url` or a proxy refuses access ({status})")
    return Rejected(f"Slack refuses the request ({code or status})", code)


def missing(scopes: str) -> str:
    """That the app lacks permissions (separated by commas), what for, and where to add them."""
    told = [f"{scope} (to {SCOPES[scope]})" if scope in SCOPES else scope for scope in scopes.split(",")]
    return f"the app lacks {', '.join(told)}: {WHERE}"


def lost(what: str, code: str = "", *, repeatable: bool) -> ChannelError:
    """A lost answer leaves a send in doubt; what may be done twice is just tried again."""
    return Unavailable(what, code) if repeatable else InDoubt(what, code)


def seconds(retry_after: str) -> float:
    """Retry-After as Slack sends it, whole seconds; 0 if it is missing or nonsense."""
    return min(float(retry_after[:9]), MAX_AFTER) if retry_after.isascii() and retry_after.isdigit() else 0.0
