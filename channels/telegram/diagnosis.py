"""Is the bot set up at Telegram as it has to be? And setting up what can be set up from here. Loads the SDK."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from telegram import BotCommand, User, WebhookInfo

from bot.abilities import Finding
from bot.errors import ChannelError
from channels.telegram.client import Api
from channels.telegram.updates import ALLOWED

if TYPE_CHECKING:
    from collections.abc import Awaitable

PORTS = (80, 88, 443, 8443)
SECRET_LENGTH = 32
CONNECTIONS = 40
COMMANDS = {
    "": {"start": "Start", "stop": "No more messages", "help": "Help"},
    "de": {"start": "Starten", "stop": "Keine Nachrichten mehr", "help": "Hilfe"},
}
"""What the bot's menu offers; "" is for every language without its own."""


def no_token(name: str) -> Finding:
    """The channel cannot do anything yet."""
    hint = "ask @BotFather for one with /newbot and put it into `token`"
    return Finding("error", f"channel {name!r} has no token", hint)


async def diagnose(api: Api, hook: str, secret: str) -> list[Finding]:
    """Look at the account. `hook` is our webhook's URL, `secret` "" if updates are fetched by polling."""
    try:
        me = await api.again(api.bot.get_me())
        info = await api.again(api.bot.get_webhook_info())
    except ChannelError as error:
        return [Finding("error", str(error), "check `token` and `api_url`, and whether this machine reaches Telegram")]
    found = [Finding("ok", f"the token is @{me.username}'s"), _groups(me)]
    return found + (_hooked(info, hook, secret) if secret else _polled(info)) + _backlog(info, api)


async def connect(api: Api, hook: str, secret: str) -> list[Finding]:
    """Set the webhook, or remove it for polling, and the menu of commands; then what is left to do."""
    bot = api.bot
    if secret:
        setting: Awaitable[bool] = bot.set_webhook(
            hook, secret_token=secret, allowed_updates=ALLOWED, max_connections=CONNECTIONS
        )
        found = [await _done(api, setting, "webhook set", f"{hook} must be https on one of the ports {PORTS}")]
    else:
        found = [await _done(api, bot.delete_webhook(), "no webhook: updates are fetched", "check `token`")]
    for language, texts in COMMANDS.items():
        commands = [BotCommand(name, text) for name, text in texts.items()]
        setting = bot.set_my_commands(commands, language_code=language or None)
        found.append(await _done(api, setting, f"menu of commands set ({language or 'default'})", "try again later"))
    return found + await diagnose(api, hook, secret)


async def _done(api: Api, call: "Awaitable[bool]", done: str, hint: str) -> Finding:
    try:
        await api.again(call)
    except ChannelError as error:
        return Finding("error", f"{done}: not done; {error}", hint)
    return Finding("ok", done)


def _groups(me: User) -> Finding:
    if not me.can_join_groups:
        hint = "for a desk: @BotFather → /setjoingroups → Enable"
        return Finding("ok", "the bot cannot be added to groups", hint)
    if me.can_read_all_group_messages:
        return Finding(
            "ok", "privacy mode is off: the bot reads everything in its groups; of emoji it hears as an administrator"
        )
    hint = (
        "for a desk: make the bot an administrator of the group; @BotFather → /setprivacy → Disable is less: no emoji"
    )
    return Finding("ok", "privacy mode is on: in groups the bot reads everything only as an administrator", hint)


def _hooked(info: WebhookInfo, hook: str, secret: str) -> list[Finding]:
    found = []
    if info.url == hook:
        found.append(Finding("ok", f"Telegram calls {hook}"))
    else:
        there = f"{urlsplit(info.url).hostname}, not us" if info.url else "nobody: no webhook is set"
        found.append(Finding("error", f"Telegram calls {there}", "connect the channel to set the webhook"))
    missing = sorted(set(ALLOWED) - set(info.allowed_updates or ()))
    if info.url and missing:
        hint = "connect the channel to set the webhook again"
        found.append(Finding("warning", f"Telegram does not send {', '.join(missing)}", hint))
    if info.has_custom_certificate:
        found.append(Finding("ok", "Telegram trusts a certificate that was uploaded for this webhook"))
    if len(secret) < SECRET_LENGTH:
        hint = "make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
        found.append(Finding("warning", f"`webhook_secret` is shorter than {SECRET_LENGTH} characters", hint))
    parts = urlsplit(hook)
    if parts.scheme != "https" or (parts.port or 443) not in PORTS:
        hint = "set `public_url`, or remove `webhook_secret` to fetch updates by polling"
        found.append(Finding("warning", f"Telegram calls only https on the ports {PORTS}; this is {hook}", hint))
    return found


def _polled(info: WebhookInfo) -> list[Finding]:
    if not info.url:
        return [Finding("ok", "no webhook: updates are fetched by polling")]
    there = urlsplit(info.url).hostname
    hint = "connect the channel to remove the webhook, or set `webhook_secret`"
    return [Finding("error", f"a webhook is set ({there}), so nothing can be fetched", hint)]


def _backlog(info: WebhookInfo, api: Api) -> list[Finding]:
    found = []
    if info.pending_update_count:
        hint = "they are kept for 24 hours; is the server running and reachable?"
        found.append(Finding("warning", f"{info.pending_update_count} updates wait at Telegram", hint))
    if info.last_error_message and info.last_error_date:
        ago = datetime.now(UTC) - info.last_error_date.astimezone(UTC)
        minutes = max(0, int(ago.total_seconds() // 60))
        said = info.last_error_message.replace(api.bot.token, "…")[:200]
        level = "warning" if minutes < 60 else "ok"
        found.append(Finding(level, f"the last failed webhook call, {minutes} minutes ago: {said}"))
    return found
