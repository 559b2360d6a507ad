"""What is right and wrong with the app, asked of Slack itself."""

from collections.abc import Iterator

from bot.abilities import Finding
from bot.errors import BotError
from channels.slack import socket_mode
from channels.slack.client import Answer, Api
from channels.slack.config import SlackConfig
from channels.slack.errors import missing
from channels.slack.scopes import BOT_EVENTS, SCOPES, WHERE, WHERE_EVENTS
from channels.slack.signature import WINDOW
from channels.slack.workspaces import Workspaces

MOST_WORKSPACES = 20
_BASIC = "api.slack.com/apps → the app → Basic Information"


def settings(config: SlackConfig, public_url: str) -> Iterator[Finding]:
    """What can be seen without asking."""
    socket = bool(config.app_token.get_secret_value())
    if not config.secrets and not socket:
        yield Finding(
            "error",
            "there is neither a signing_secret nor an app_token: nothing comes in",
            f"copy the Signing Secret from {_BASIC} → App Credentials, or turn on Socket Mode",
        )
    if not config.bot_token.get_secret_value() and not config.installable:
        yield Finding(
            "error",
            "there is neither a bot_token nor a client_id: nothing can be sent",
            "api.slack.com/apps → the app → OAuth & Permissions → Install, and copy the Bot User OAuth Token",
        )
    if config.secrets and not socket and not public_url.startswith("https://"):
        yield Finding("warning", "public_url is not https: Slack calls nothing else", "or use Socket Mode (app_token)")
    if config.bot_token.get_secret_value() and not config.team:
        yield Finding("ok", "events are taken from any workspace of the app", "`team` limits them to one")


async def workspaces(api: Api, known: Workspaces, config: SlackConfig) -> list[Finding]:
    """Each workspace: does its token work, whose is it, and what may it do."""
    found: list[Finding] = []
    try:
        accounts = await known.accounts()
        if not accounts:
            hint = "open the installation page" if config.installable else ""
            found.append(Finding("warning", "the app is in no workspace yet", hint))
        for account in accounts[:MOST_WORKSPACES]:
            found += await _workspace(api, known, account, config)
    except BotError as error:
        found.append(Finding("error", str(error)))
    if abs(api.ahead) > WINDOW // 2:
        seconds = round(abs(api.ahead) / 1000)
        found.append(Finding("error", f"this clock and Slack's differ by {seconds} s", "set the clock; webhooks fail"))
    return found


async def _workspace(api: Api, known: Workspaces, account: str, config: SlackConfig) -> list[Finding]:
    where = account or "the workspace of bot_token"
    try:
        token = await known.token(account, api)
        answer = await api.call(token, lambda client: client.auth_test(), repeatable=True)
    except BotError as error:
        return [Finding("error", f"{where}: {error}", "reinstall the app there")]
    team, user = answer.data.get("team_id"), answer.data.get("user_id")
    found = [Finding("ok", f"{where}: connected to {team} as {user}")]
    if not account and config.team and config.team not in {team, answer.data.get("enterprise_id")}:
        found.append(Finding("error", f"the bot_token is for {team}, `team` says {config.team}"))
    return found + list(_scopes(where, answer))


def _scopes(where: str, answer: Answer) -> Iterator[Finding]:
    granted = {scope.strip() for scope in answer.scopes.split(",")}
    lacking = [scope for scope in SCOPES if scope not in granted]
    if not answer.scopes:
        yield Finding("warning", f"{where}: Slack did not say what the app may do")
    elif lacking:
        for scope in lacking:
            yield Finding("error", f"{where}: {missing(scope).partition(': ')[0]}", WHERE)
    else:
        yield Finding("ok", f"{where}: the app has all permissions it needs")


async def events(api: Api, config: SlackConfig, hook: str) -> list[Finding]:
    """How events come in, and what Slack does not tell."""
    found = []
    token = config.app_token.get_secret_value()
    if token:
        try:
            await socket_mode.url(api, token)
            found.append(Finding("ok", "Socket Mode can be opened"))
        except BotError as error:
            hint = f"{_BASIC} → App-Level Tokens needs connections:write; Settings → Socket Mode must be on"
            found.append(Finding("error", f"Socket Mode: {error}", hint))
    elif config.secrets:
        found.append(Finding("ok", f"events are expected at {hook}", "Event Subscriptions → Request URL"))
    found.append(Finding("ok", f"Slack tells nobody what it was asked to send: {', '.join(BOT_EVENTS)}", WHERE_EVENTS))
    hint = "api.slack.com/apps → the app → App Home → Show Tabs → Messages Tab, and allow messages from it"
    found.append(Finding("ok", "people can write to the app only if its Messages tab is on", hint))
    return found
