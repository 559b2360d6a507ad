"""Modals and App Homes: opened with a trigger, updated, stacked, published, filled in.

https://docs.slack.dev/surfaces/modals
"""

import secrets
from typing import Any

from msgspec import Struct, field

from sandbox.slack.blocks import checked_view
from sandbox.slack.model import Refused, Team

MAX_DEPTH = 3


class View(Struct):
    """A view on somebody's screen, or one that was; `previous` is the one below it in the stack."""

    team: str
    user: str
    content: dict[str, Any]
    id: str = field(default_factory=lambda: "V" + secrets.token_hex(5).upper())
    hash: str = field(default_factory=lambda: "1." + secrets.token_hex(4))
    previous: str | None = None
    root: str = ""
    open: bool = True

    def json(self, team: Team, app: str) -> dict[str, Any]:
        """The view object: https://docs.slack.dev/reference/views."""
        return {
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "state": {"values": {}},
            **self.content,
            "id": self.id,
            "team_id": team.id,
            "hash": self.hash,
            "root_view_id": self.root or self.id,
            "previous_view_id": self.previous,
            "app_id": app,
            "bot_id": team.bot_id,
        }


class Views:
    """Every view of one sandbox."""

    def __init__(self) -> None:
        self.known: dict[str, View] = {}
        self.homes: dict[tuple[str, str], View] = {}  # (team, user)

    def top(self, team: str, user: str) -> View | None:
        """The modal that somebody looks at."""
        return next(
            (view for view in reversed(self.known.values()) if (view.team, view.user) == (team, user) and view.open),
            None,
        )

    def opened(self, team: str, user: str, content: Any) -> View:
        """A new modal. Raises Refused."""
        view = View(team, user, checked_view(content))
        self._unique(content, team)
        self.known[view.id] = view
        return view

    def pushed(self, team: str, user: str, content: Any) -> View:
        """A modal above the one that is open. Raises Refused."""
        below = self.top(team, user)
        if below is None:
            raise Refused("not_found")
        depth, one = 1, below
        while one.previous:
            depth, one = depth + 1, self.known[one.previous]
        if depth >= MAX_DEPTH:
            raise Refused("push_limit_reached")
        view = self.opened(team, user, content)
        view.previous, view.root = below.id, below.root or below.id
        return view

    def updated(self, team: str, where: tuple[str, str], content: Any, hash_: str) -> View:
        """Another content for a view; `where` is (view ID, external ID). Raises Refused (not_found, hash_conflict)."""
        id_, external = where
        view = next(
            (
                view
                for view in self.known.values()
                if view.team == team and view.open and (view.id == id_ or (external and _external(view) == external))
            ),
            None,
        )
        if view is None:
            raise Refused("not_found")
        _hashed(view, hash_)
        view.content = checked_view(content)
        return view

    def published(self, team: str, user: str, content: Any, hash_: str) -> View:
        """Somebody's App Home. Raises Refused."""
        checked = checked_view(content)
        view = self.homes.get((team, user))
        if view is None:
            view = self.homes[team, user] = View(team, user, checked)
        else:
            _hashed(view, hash_)
            view.content = checked
        return view

    def cleared(self, team: str, user: str) -> None:
        """Close the whole stack."""
        for view in self.known.values():
            if (view.team, view.user) == (team, user):
                view.open = False

    def _unique(self, content: Any, team: str) -> None:
        external = content.get("external_id")
        if external and any(_external(view) == external and view.team == team for view in self.known.values()):
            raise Refused("duplicate_external_id")


def filled(content: dict[str, Any], answers: dict[str, Any]) -> dict[str, Any]:
    """`state.values` of a form; `answers` maps an action_id or block_id to what was typed or chosen."""
    values: dict[str, Any] = {}
    for block in content.get("blocks", []):
        element = block.get("element") if block["type"] == "input" else None
        if element is None:
            continue
        answer = answers.get(element["action_id"], answers.get(block["block_id"]))
        values[block["block_id"]] = {element["action_id"]: {"type": element["type"]} | _answer(element, answer)}
    return values


def _answer(element: dict[str, Any], answer: Any) -> dict[str, Any]:
    options = element.get("options", [])
    if element["type"] in {"checkboxes", "multi_static_select"}:
        return {"selected_options": [one for one in options if one["value"] in (answer or [])]}
    if options:
        return {"selected_option": next((one for one in options if one["value"] == answer), None)}
    named = {"users_select": "selected_user", "datepicker": "selected_date", "timepicker": "selected_time"}
    return {named.get(element["type"], "value"): answer}


def _external(view: View) -> str:
    return str(view.content.get("external_id", ""))


def _hashed(view: View, hash_: str) -> None:
    if hash_ and hash_ != view.hash:
        raise Refused("hash_conflict")
    view.hash = "1." + secrets.token_hex(4)
