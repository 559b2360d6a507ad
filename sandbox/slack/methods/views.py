"""views.*: modals and App Home."""

from typing import Any

from sandbox.slack.methods.call import Call, Method
from sandbox.slack.model import Refused
from sandbox.slack.views import View


def _open(call: Call) -> dict[str, Any]:
    user = call.interactions.pulled(call.team.id, call.needed("trigger_id"))
    return _shown(call, call.interactions.views.opened(call.team.id, user, call.value("view")))


def _push(call: Call) -> dict[str, Any]:
    user = call.interactions.pulled(call.team.id, call.needed("trigger_id"))
    return _shown(call, call.interactions.views.pushed(call.team.id, user, call.value("view")))


def _update(call: Call) -> dict[str, Any]:
    where = (call.text("view_id"), call.text("external_id"))
    return _shown(call, call.interactions.views.updated(call.team.id, where, call.value("view"), call.text("hash")))


def _publish(call: Call) -> dict[str, Any]:
    user = call.needed("user_id")
    if user not in call.team.users:
        raise Refused("user_not_found")
    return _shown(call, call.interactions.views.published(call.team.id, user, call.value("view"), call.text("hash")))


def _shown(call: Call, view: View) -> dict[str, Any]:
    return {"view": view.json(call.team, call.cloud.app.id)}


METHODS = {
    "views.open": Method(_open, tier=4),
    "views.push": Method(_push, tier=4),
    "views.update": Method(_update, tier=4),
    "views.publish": Method(_publish, tier=4),
}
