"""What Slack sent, before what it means: the JSON or form in a call, and the app and workspaces it is for."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import msgspec

MAX_FIELDS = 1000
Payload = dict[str, Any]


def payload(body: bytes) -> Payload | None:
    """The event, interaction or slash command in a webhook's body; None if it is none of these."""
    try:
        if body.lstrip()[:1] == b"{":
            return mapping(msgspec.json.decode(body))
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
        form: Payload = dict(pairs)
        return mapping(msgspec.json.decode(form["payload"])) if "payload" in form else form or None
    except (ValueError, RecursionError):
        return None


def mapping(value: Any) -> Payload | None:
    """The value if it is a JSON object."""
    return value if isinstance(value, dict) else None


def app(sent: Payload) -> str:
    """The app that this is for, "" if it does not say."""
    return _id(sent.get("api_app_id"))


def workspaces(sent: Payload) -> list[str]:
    """The workspaces and organisations it may be for, the surest first.

    With Slack Connect an event can be about another workspace than the one that the app is installed in: the
    authorizations say which. https://docs.slack.dev/apis/events-api/#authorizations
    """
    return list(dict.fromkeys(found for found in _workspaces(sent) if found))


def bot_user(sent: Payload) -> str:
    """The app's own user where the event was sent for it, "" if it does not say."""
    for each in _authorizations(sent):
        if each.get("is_bot"):
            return _id(each.get("user_id"))
    return ""


def uninstalls(event: Payload) -> bool:
    """Whether this says that the app's token is gone: https://docs.slack.dev/reference/events/tokens_revoked."""
    tokens = mapping(event.get("tokens")) or {}
    return event.get("type") == "app_uninstalled" or (event.get("type") == "tokens_revoked" and bool(tokens.get("bot")))


def _workspaces(sent: Payload) -> Iterator[str]:
    for each in _authorizations(sent):
        if each.get("is_enterprise_install") is True:
            yield _id(each.get("enterprise_id"))
        yield _id(each.get("team_id"))
    view = mapping(sent.get("view")) or {}
    yield _id(view.get("app_installed_team_id"))
    enterprise = mapping(sent.get("enterprise")) or {}
    if sent.get("is_enterprise_install") in (True, "true"):
        yield _id(enterprise.get("id"))
        yield _id(sent.get("enterprise_id"))
    team = sent.get("team")
    yield _id(team.get("id") if isinstance(team, dict) else team)
    yield _id(sent.get("team_id"))
    yield _id((mapping(sent.get("message")) or {}).get("team"))  # a press by a stranger on a message of ours


def _authorizations(sent: Payload) -> list[Payload]:
    given = sent.get("authorizations")
    return [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []


def _id(value: Any) -> str:
    return value if isinstance(value, str) and value.isascii() and value.isalnum() else ""
