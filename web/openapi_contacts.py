"""The part of the API's description that is about contacts."""

from collections.abc import Callable
from typing import Any

from web.contact_shapes import MOST, ContactDetail, ContactMerge, ContactPage, ContactSaved, ContactsSaved

TYPES = [ContactDetail, ContactPage, ContactMerge, ContactSaved, ContactsSaved]
_TEXTS = ("external", "name", "language", "zone", "country", "brand", "region", "segment", "agent")
_GIVEN = {
    "type": "object",
    "description": "A person: `external`, an address or both. What is not given stays as it was.",
    "properties": {
        **{name: {"type": "string", "maxLength": 200} for name in _TEXTS},
        "revenue": {"type": ["integer", "string"], "description": "Per year, in whole units of your currency."},
        "attributes": {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
        "addresses": {
            "description": "By channel, or a list of `channel:address`.",
            "anyOf": [
                {"type": "object", "additionalProperties": {"type": "string"}},
                {"type": "array", "items": {"type": "string"}},
            ],
        },
        "consent": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "What allows us to write: basis, source, at, wording. Incomplete, it is no basis.",
        },
    },
    "additionalProperties": False,
}


def paths(operation: Callable[..., dict[str, Any]], content: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Paths and their operations; `operation` and `content` are those of `web.openapi`."""
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    given = {"anyOf": [_GIVEN, {"type": "array", "items": _GIVEN, "minItems": 1, "maxItems": MOST}]}
    refused = ("401", "403", "413", "422", "503")
    save = operation(
        "Bring people in: one, or up to 1,000. One that is new is answered 201, one that is refused 422 or 409.",
        "200",
        "ContactsSaved",
        problems=(*refused, "409"),
        requestBody={"required": True, "content": {"application/json": {"schema": given}}},
    )
    one = {"description": "One contact, new.", "content": content("ContactSaved")}
    save["responses"] = {**save["responses"], "201": one}
    both = {"anyOf": [{"$ref": "#/components/schemas/ContactsSaved"}, {"$ref": "#/components/schemas/ContactSaved"}]}
    save["responses"]["200"] = {**save["responses"]["200"], "content": {"application/json": {"schema": both}}}
    return {
        "/api/v1/contacts": {
            "get": operation(
                "Contacts in the order of their ids.",
                "200",
                "ContactPage",
                problems=("401", "403", "422", "503"),
                parameters=[
                    _query("after", {"type": "string"}, "Cursor: `next` of a page."),
                    _query("limit", {"type": "integer", "minimum": 1, "maximum": MOST, "default": 100}, "How many."),
                ],
            ),
            "post": save,
        },
        "/api/v1/contacts/{id}": {
            "get": operation(
                "One contact; who has become part of another one is that one.",
                "200",
                "ContactDetail",
                problems=("401", "403", "404", "503"),
                parameters=[key],
            )
        },
        "/api/v1/contacts/{id}/merge": {
            "post": operation(
                "Make this contact part of another one.",
                "200",
                "ContactDetail",
                problems=refused,
                parameters=[key],
                requestBody={"required": True, "content": content("ContactMerge")},
            )
        },
    }


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}
