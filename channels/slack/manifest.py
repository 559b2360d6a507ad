"""The app's manifest: everything that would have to be clicked together at api.slack.com/apps, as data.

Format: https://docs.slack.dev/reference/app-manifest
"""

from typing import Any

from channels.slack.config import SlackConfig
from channels.slack.scopes import BOT_EVENTS, COMMAND, SCOPES


def hook_url(name: str, public_url: str) -> str:
    """Where Slack sends events, presses and commands for this entry of the settings."""
    return f"{public_url.rstrip('/')}/hooks/{name}"


def redirect_url(name: str, public_url: str) -> str:
    """Where Slack sends people back to who have added the app to their workspace."""
    return f"{public_url.rstrip('/')}/install/{name}"


def manifest(name: str, config: SlackConfig, public_url: str, company: str) -> dict[str, Any]:
    """The manifest of the app for this entry, to be pasted as JSON or YAML under "From an app manifest".

    With Socket Mode there are no URLs in it. Tokens do not rotate: that could never be turned off again, and the
    settings' `bot_token` is a fixed one.
    """
    socket = bool(config.app_token.get_secret_value())
    hook = hook_url(name, public_url)
    url = {} if socket else {"url": hook}
    request_url = {} if socket else {"request_url": hook}
    title = (config.username or company or "Echolot").strip()
    oauth: dict[str, Any] = {"scopes": {"bot": list(SCOPES)}}
    if config.installable:
        oauth["redirect_urls"] = [redirect_url(name, public_url)]
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": title[:35].strip(),
            "description": f"Asks how likely you are to recommend {company or 'us'}, and listens."[:140],
            "background_color": "#1f3a5f",
        },
        "features": {
            # Without the Messages tab nobody could write to the app.
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": title[:80], "always_online": True},
            "slash_commands": [
                {
                    "command": COMMAND,
                    **url,
                    "description": "Say something to the survey bot",
                    "usage_hint": "stop | help",
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(BOT_EVENTS)},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": config.installable,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }
