"""users.*: who somebody is."""

from typing import Any

from sandbox.slack.methods.call import Call, Method, paged
from sandbox.slack.model import Refused


def _info(call: Call) -> dict[str, Any]:
    user = call.team.users.get(call.needed("user"))
    if user is None:
        raise Refused("user_not_found")
    if not user.visible:
        raise Refused("user_not_visible")
    return {"user": user.json(call.team)}


def _list(call: Call) -> dict[str, Any]:
    page, metadata = paged(call, call.team.users.values(), 1000, 1000)
    return {"members": [user.json(call.team) for user in page], "response_metadata": metadata}


def _by_email(call: Call) -> dict[str, Any]:
    email = call.needed("email").casefold()
    for user in call.team.users.values():
        if user.email.casefold() == email and not user.deleted and not user.team:
            return {"user": user.json(call.team)}
    raise Refused("users_not_found")


METHODS = {
    "users.info": Method(_info, ("users:read",), 4),
    "users.list": Method(_list, ("users:read",), 2),
    "users.lookupByEmail": Method(_by_email, ("users:read.email",)),
}
