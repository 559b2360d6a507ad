"""The API's description (OpenAPI 3.1), made from the types in `web/shapes.py`."""

from functools import cache
from typing import Any

import msgspec

from web import openapi_contacts, openapi_insights, openapi_outreach, openapi_people, openapi_reports
from web.event_shapes import Event, EventsTaken
from web.flow_shapes import (
    FlowDiff,
    FlowHistory,
    FlowMove,
    FlowMoving,
    FlowPage,
    FlowPublication,
    FlowPublished,
    FlowRollback,
)
from web.shapes import CaseAct, CaseActed, CaseDetail, CasePage, Invitation, InvitationState, Invited, Page

_TYPES = [Invitation, Invited, InvitationState, Page, CasePage, CaseDetail, CaseAct, CaseActed]
_TYPES += [FlowPage, FlowHistory, FlowDiff, FlowPublication, FlowRollback, FlowPublished, FlowMove, FlowMoving]
_TYPES += [Event, EventsTaken, *openapi_outreach.TYPES, *openapi_contacts.TYPES, *openapi_insights.TYPES]
_TYPES += [*openapi_people.TYPES, *openapi_reports.TYPES]
_AFTER = {
    "name": "after",
    "in": "query",
    "schema": {"type": "string"},
    "description": "Cursor: `next` of a page.",
}
_LIMIT = {
    "name": "limit",
    "in": "query",
    "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
}
_IDEMPOTENCY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "maxLength": 200},
    "description": "The same key again starts nothing and gives the same answer.",
}
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_DESK = {"name": "desk", "in": "query", "schema": {"type": "string"}, "description": "Cases of this desk only."}
_PHASE = {
    "name": "phase",
    "in": "query",
    "schema": {"type": "array", "items": {"enum": ["open", "claimed", "waiting", "resolved", "confirmed"]}},
    "description": "Cases in this phase only; may be given several times.",
}
_PROBLEM = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
    },
    "required": ["title", "status", "request_id"],
}


@cache
def document() -> dict[str, Any]:
    """The whole document as plain data."""
    _, schemas = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Echolot",
            "version": "1",
            "description": "Start surveys, read what customers answered, and follow up.",
        },
        "security": [{"key": []}],
        "paths": {
            "/api/v1/invitations": {
                "post": _operation(
                    "Start one survey with one person now.",
                    "202",
                    "Invited",
                    problems=("401", "403", "409", "413", "422", "503"),
                    parameters=[_IDEMPOTENCY],
                    requestBody={"required": True, "content": _content("Invitation")},
                )
            },
            "/api/v1/invitations/{id}": {
                "get": _operation(
                    "What became of an invitation's first message.",
                    "200",
                    "InvitationState",
                    problems=("401", "403", "404", "503"),
                    parameters=[_ID],
                )
            },
            "/api/v1/responses": {
                "get": _operation(
                    "What customers answered, oldest survey first.",
                    "200",
                    "Page",
                    problems=("401", "403", "422", "503"),
                    parameters=[_AFTER, _LIMIT],
                )
            },
            **_cases(),
            **_flows(),
            **_events(),
            **openapi_outreach.paths(_operation, _content),
            **openapi_contacts.paths(_operation, _content),
            **openapi_insights.paths(_operation, [_AFTER, _LIMIT]),
            **openapi_people.paths(_operation, _content),
            **openapi_reports.paths(_operation, _content),
        },
        "components": {
            "schemas": {**schemas, "Problem": _PROBLEM},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "`eck_…`"}},
        },
    }


def _cases() -> dict[str, Any]:
    return {
        "/api/v1/cases": {
            "get": _operation(
                "The latest cases, newest first.",
                "200",
                "CasePage",
                problems=("401", "403", "422", "503"),
                parameters=[_DESK, _PHASE, _LIMIT],
            )
        },
        "/api/v1/cases/{id}": {
            "get": _operation(
                "One case: its card, what has happened, what waits for a choice.",
                "200",
                "CaseDetail",
                problems=("401", "403", "404", "503"),
                parameters=[_ID],
            )
        },
        "/api/v1/cases/{id}/acts": {
            "post": _operation(
                "An agent writes, or presses a button.",
                "202",
                "CaseActed",
                problems=("401", "403", "404", "413", "422", "503"),
                parameters=[_ID, _IDEMPOTENCY | {"description": "The same key again has no effect."}],
                requestBody={"required": True, "content": _content("CaseAct")},
            )
        },
    }


def _flows() -> dict[str, Any]:
    return {
        "/api/v1/flows": {
            "get": _operation(
                "All flows: what runs, whether their files say something else, and what is wrong with the files.",
                "200",
                "FlowPage",
                problems=("401", "403", "503"),
            )
        },
        "/api/v1/flows/{id}/versions": {
            "get": _operation(
                "The versions of a flow, newest first.",
                "200",
                "FlowHistory",
                problems=("401", "403", "404", "503"),
                parameters=[_ID],
            ),
            "post": _operation(
                "Publish a version; 200 if it is what runs already. 422 tells all problems in `problems`.",
                "201",
                "FlowPublished",
                problems=("401", "403", "404", "409", "413", "422", "503"),
                parameters=[_ID],
                requestBody={"required": True, "content": _content("FlowPublication")},
            ),
        },
        "/api/v1/flows/{id}/diff": {
            "get": _operation(
                "What changed between two versions, in words.",
                "200",
                "FlowDiff",
                problems=("401", "403", "404", "422", "503"),
                parameters=[_ID, _which("from", "published"), _which("to", "file")],
            )
        },
        "/api/v1/flows/{id}/rollback": {
            "post": _operation(
                "Begin new conversations with an earlier version again.",
                "201",
                "FlowPublished",
                problems=("401", "403", "404", "409", "413", "422", "503"),
                parameters=[_ID],
                requestBody={"required": True, "content": _content("FlowRollback")},
            )
        },
        "/api/v1/flows/{id}/move": {
            "post": _operation(
                "Let running conversations go on with another version; 200 for a dry run.",
                "202",
                "FlowMoving",
                problems=("401", "403", "404", "413", "422", "503"),
                parameters=[_ID],
                requestBody={"required": True, "content": _content("FlowMove")},
            )
        },
    }


def _events() -> dict[str, Any]:
    one = _content("Event")["application/json"]["schema"]
    several = {"type": "array", "items": one, "minItems": 1, "maxItems": 1000}
    return {
        "/api/v1/events": {
            "post": _operation(
                "Tell of something that happened, or of up to 1,000 things. Each is answered for itself.",
                "200",
                "EventsTaken",
                problems=("401", "403", "409", "413", "422", "503"),
                parameters=[_IDEMPOTENCY | {"description": "The same call again has the same answer, for 30 days."}],
                requestBody={
                    "required": True,
                    "content": {"application/json": {"schema": {"anyOf": [one, several]}}},
                },
            )
        }
    }


def _which(name: str, default: str) -> dict[str, Any]:
    about = "The number of a version, `published` for what runs, `file` for what the file says."
    return {"name": name, "in": "query", "schema": {"type": "string", "default": default}, "description": about}


def _content(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _operation(summary: str, status: str, gives: str, *, problems: tuple[str, ...], **more: Any) -> dict[str, Any]:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    refusals = {each: {"description": "Refused", "content": problem} for each in problems}
    return {
        "summary": summary,
        "responses": {status: {"description": "Done", "content": _content(gives)}} | refusals,
        **more,
    }
