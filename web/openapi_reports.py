"""The part of the API's description that is about reports."""

from collections.abc import Callable
from typing import Any

from web.report_shapes import ReportBegun, ReportLetter, ReportPage, ReportSend

TYPES = [ReportPage, ReportSend, ReportBegun, ReportLetter]


def paths(operation: Callable[..., dict[str, Any]], content: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Paths and their operations; `operation` and `content` are those of `web.openapi`."""
    which = {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"type": "string"},
        "description": "Of the report.",
    }
    of = {
        "name": "of",
        "in": "query",
        "schema": {"type": "string", "enum": ["now", "last"], "default": "now"},
        "description": "`now`: as it would go out now; `last`: the one that was sent last.",
    }
    return {
        "/api/v1/reports": {
            "get": operation(
                "All reports: what is scheduled, and what was sent.",
                "200",
                "ReportPage",
                problems=("401", "403", "503"),
            )
        },
        "/api/v1/reports/{id}/letter": {
            "get": operation(
                "What a report would say now, or said last. Nothing is sent.",
                "200",
                "ReportLetter",
                problems=("401", "403", "404", "422", "503"),
                parameters=[which, of],
            )
        },
        "/api/v1/reports/{id}/runs": {
            "post": operation(
                "Send the latest period of a report now.",
                "202",
                "ReportBegun",
                problems=("401", "403", "404", "413", "422", "503"),
                parameters=[which],
                requestBody={"required": True, "content": content("ReportSend")},
            )
        },
    }
