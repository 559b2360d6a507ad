"""The part of the API's description that is about people who sign in, and customers who are forgotten."""

from collections.abc import Callable
from typing import Any

from web.erasure_shapes import Erasure, ErasureDone, ExportBegun
from web.key_shapes import KeyChanged, KeyWanted
from web.people_shapes import PersonAct, PersonChanged, PersonInvite

TYPES = [PersonInvite, PersonAct, PersonChanged, Erasure, ErasureDone, ExportBegun, KeyWanted, KeyChanged]


def paths(operation: Callable[..., dict[str, Any]], content: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Paths and their operations; `operation` and `content` are those of `web.openapi`."""
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    refused = ("401", "403", "413", "422", "429", "503")
    return {
        "/api/v1/people": {
            "post": operation(
                "Let somebody sign in; the link in the answer is for them alone.",
                "201",
                "PersonChanged",
                problems=refused,
                requestBody={"required": True, "content": content("PersonInvite")},
            )
        },
        "/api/v1/people/{id}/acts": {
            "post": operation(
                "Shut somebody out, let them in again, give or take a role, make a new link.",
                "200",
                "PersonChanged",
                problems=refused,
                parameters=[key],
                requestBody={"required": True, "content": content("PersonAct")},
            )
        },
        "/api/v1/erasures": {
            "post": operation(
                "Forget a customer, and never write to them again. It cannot be brought back.",
                "200",
                "ErasureDone",
                problems=("401", "403", "404", "413", "422", "429", "503"),
                requestBody={"required": True, "content": content("Erasure")},
            )
        },
        "/api/v1/exports": {
            "post": operation(
                "Note that somebody exports on the command line.",
                "201",
                "ExportBegun",
                problems=refused,
                requestBody={"required": True, "content": content("ExportBegun")},
            )
        },
        "/api/v1/keys": {
            "post": operation(
                "Make a key for another system; it stands in the answer and nowhere else.",
                "201",
                "KeyChanged",
                problems=refused,
                requestBody={"required": True, "content": content("KeyWanted")},
            )
        },
        "/api/v1/keys/{id}/revoke": {
            "post": operation("Let a key hold no longer.", "200", "KeyChanged", problems=refused, parameters=[key])
        },
    }
