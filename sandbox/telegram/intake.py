"""Methods that say how a bot gets its updates: by webhook or by asking."""

import re
from urllib.parse import urlsplit

from sandbox.telegram.call import Call
from sandbox.telegram.model import Json, bad
from sandbox.telegram.updates import MAX_LIMIT, MAX_POLL_SECONDS, Webhook, choice
from sandbox.telegram.world import World

MAX_SECRET, MAX_CONNECTIONS = 256, 100
PORTS = (80, 88, 443, 8443)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


async def set_webhook(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#setwebhook; here loopback may be plain HTTP on any port."""
    url, secret = call.text("url"), call.text("secret_token")
    if not url:
        return await delete_webhook(world, call)
    _check(url, secret)
    updates = world.updates[call.bot.id]
    updates.allow(choice(call.data("allowed_updates", "allowed_updates")))
    if call.flag("drop_pending_updates"):
        updates.forget()
    connections = min(max(call.number("max_connections", 40), 1), MAX_CONNECTIONS)
    await world.deliveries[call.bot.id].start(Webhook(url, secret, connections))
    return True


async def delete_webhook(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletewebhook."""
    if call.flag("drop_pending_updates"):
        world.updates[call.bot.id].forget()
    await world.deliveries[call.bot.id].start(None)
    return True


async def get_webhook_info(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getwebhookinfo."""
    updates = world.updates[call.bot.id]
    webhook = updates.webhook
    info: Json = {
        "url": webhook.url if webhook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(updates.pending),
        "allowed_updates": list(updates.allowed),
    }
    if webhook:
        info |= {"max_connections": webhook.connections, "ip_address": "127.0.0.1"}
    if webhook and webhook.error:
        info |= {"last_error_date": webhook.error_date, "last_error_message": webhook.error}
    return info


async def get_updates(world: World, call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#getupdates."""
    updates = world.updates[call.bot.id]
    if not updates.webhook:
        updates.allow(choice(call.data("allowed_updates", "allowed_updates")))
    limit = min(max(call.number("limit", MAX_LIMIT), 1), MAX_LIMIT)
    seconds = min(max(call.number("timeout"), 0), MAX_POLL_SECONDS)
    return await updates.poll(call.number("offset"), limit, seconds)


METHODS = {
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "getupdates": get_updates,
}


def _check(url: str, secret: str) -> None:
    """Raises Refused."""
    parts = urlsplit(url)
    loopback = parts.hostname in _LOOPBACK
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise bad("invalid webhook URL specified")
    if parts.scheme == "http" and not loopback:
        raise bad("bad webhook: An HTTPS URL must be provided for webhook")
    if (parts.port or 443) not in PORTS and not loopback:
        raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    if len(secret) > MAX_SECRET:
        raise bad("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad("secret token contains unallowed characters")
