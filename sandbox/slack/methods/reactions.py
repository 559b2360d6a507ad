"""reactions.*: add, remove, get."""

import re
from typing import Any

from sandbox.slack.methods.call import Call, Method
from sandbox.slack.model import Channel, Message, Refused

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def _add(call: Call) -> dict[str, Any]:
    return _react(call, add=True)


def _remove(call: Call) -> dict[str, Any]:
    return _react(call, add=False)


def _react(call: Call, *, add: bool) -> dict[str, Any]:
    name = call.needed("name").strip(":")
    if not _NAME.fullmatch(name):
        raise Refused("invalid_name")
    channel, message = _found(call)
    if call.team.bot_user not in channel.members:
        raise Refused("not_in_channel")
    if channel.archived:
        raise Refused("is_archived")
    call.cloud.react(call.team, channel, message, (call.team.bot_user, name), add=add)
    return {}


def _get(call: Call) -> dict[str, Any]:
    channel, message = _found(call)
    return {"type": "message", "channel": channel.id, "message": message.json(call.team, call.cloud.url)}


def _found(call: Call) -> tuple[Channel, Message]:
    if not call.text("channel") or not call.text("timestamp"):
        raise Refused("no_item_specified")
    channel = call.channel()
    return channel, call.message(channel, "timestamp")


METHODS = {
    "reactions.add": Method(_add, ("reactions:write",)),
    "reactions.remove": Method(_remove, ("reactions:write",), 2),
    "reactions.get": Method(_get, ("reactions:read",)),
}
