"""auth.*, apps.* and oauth.*: tokens and where events go."""

import hmac
import secrets
from typing import Any

from sandbox.slack.methods.call import Call, Method
from sandbox.slack.model import Refused
from sandbox.slack.workspace import install, revoke, uninstall


def _test(call: Call) -> dict[str, Any]:
    team = call.team
    return {
        "url": f"{call.cloud.url}/",
        "team": team.name or team.id,
        "user": team.users[team.bot_user].name,
        "team_id": team.id,
        "user_id": team.bot_user,
        "bot_id": team.bot_id,
        "enterprise_id": team.enterprise,
        "is_enterprise_install": False,
    }


def _revoke(call: Call) -> dict[str, Any]:
    if call.flag("test"):
        return {"revoked": False}
    revoke(call.cloud, call.team)
    return {"revoked": True}


def _uninstall(call: Call) -> dict[str, Any]:
    _client(call)
    uninstall(call.cloud, call.team)
    return {}


def _connect(call: Call) -> dict[str, Any]:
    if not call.cloud.app.socket_mode:
        raise Refused("socket_mode_not_enabled")
    host = call.cloud.url.replace("http", "ws", 1)
    return {"url": f"{host}/link/?ticket={call.cloud.delivery.sockets.ticket()}&app_id={call.cloud.app.id}"}


def _access(call: Call) -> dict[str, Any]:
    _client(call)
    grant = call.cloud.grants.pop(call.text("code"), None)
    if grant is None:
        raise Refused("code_already_used" if call.text("code") in call.cloud.spent else "invalid_code")
    call.cloud.spent.add(call.text("code"))
    if grant.expires < call.cloud.clock():
        raise Refused("invalid_code")
    if call.text("redirect_uri") != grant.redirect:
        raise Refused("bad_redirect_uri")
    team = call.cloud.teams[grant.team]
    token = install(team, grant.scopes)
    return {
        "app_id": call.cloud.app.id,
        "authed_user": {"id": grant.user},
        "scope": ",".join(sorted(grant.scopes)),
        "token_type": "bot",
        "access_token": token,
        "bot_user_id": team.bot_user,
        "team": {"id": team.id, "name": team.name or team.id},
        "enterprise": {"id": team.enterprise, "name": team.enterprise} if team.enterprise else None,
        "is_enterprise_install": False,
    }


def _client(call: Call) -> None:
    """Raises Refused unless the caller knows the app's secret."""
    client, secret = call.credentials()
    if client != call.cloud.app.client_id:
        raise Refused("invalid_client_id")
    if not hmac.compare_digest(secret.encode(), call.cloud.app.client_secret.encode()):
        raise Refused("bad_client_secret")


def code() -> str:
    """What an authorize page hands out."""
    return f"{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"


METHODS = {
    "auth.test": Method(_test, tier=0),
    "auth.revoke": Method(_revoke),
    "apps.uninstall": Method(_uninstall, tier=1),
    "apps.connections.open": Method(_connect, ("connections:write",), 1, "app"),
    "oauth.v2.access": Method(_access, tier=4, token="none"),  # noqa: S106 - it needs none
}
