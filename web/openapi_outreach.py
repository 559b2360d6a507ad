"""The part of the API's description that is about asking: decisions and campaigns."""

from collections.abc import Callable
from typing import Any

from web.outreach_shapes import (
    CampaignAct,
    CampaignForecast,
    CampaignPage,
    CampaignStart,
    CampaignState,
    LedgerPage,
)

TYPES = [LedgerPage, CampaignPage, CampaignState, CampaignStart, CampaignAct, CampaignForecast]
_OUTCOMES = ["pending", "deferred", "asked", "not_asked"]


def paths(operation: Callable[..., dict[str, Any]], content: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Paths and their operations; `operation` and `content` are those of `web.openapi`."""

    def body(shape: str) -> dict[str, Any]:
        return {"required": True, "content": content(shape)}

    refused = ("401", "403", "404", "413", "422", "503")
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "/api/v1/decisions": {
            "get": operation(
                "Who was asked, will be, or was not, and which rule decided; with `contact`, the latest about one.",
                "200",
                "LedgerPage",
                problems=("401", "403", "404", "422", "503"),
                parameters=[
                    _query("contact", "An id, the id of another system, or `channel:address`."),
                    _query("outcome", "Only these.", enum=_OUTCOMES),
                    _query("name", "Of this trigger or campaign only."),
                    _query("language", "Of `because`: en or de.", default="en"),
                    _query("after", "Cursor: `next` of a page."),
                    _query("limit", "How many.", type="integer", minimum=1, maximum=1000, default=100),
                ],
            )
        },
        "/api/v1/campaigns": {
            "get": operation("All campaigns.", "200", "CampaignPage", problems=("401", "403", "503")),
            "post": operation(
                "Start a campaign, or let it go on with what its file says now.",
                "201",
                "CampaignState",
                problems=refused,
                requestBody=body("CampaignStart"),
            ),
        },
        "/api/v1/campaigns/forecast": {
            "post": operation(
                "What the next wave would come to. Nothing is written or sent.",
                "200",
                "CampaignForecast",
                problems=refused,
                requestBody=body("CampaignStart"),
            )
        },
        "/api/v1/campaigns/{id}": {
            "get": operation(
                "How far a campaign is.",
                "200",
                "CampaignState",
                problems=("401", "403", "404", "503"),
                parameters=[key],
            )
        },
        "/api/v1/campaigns/{id}/acts": {
            "post": operation(
                "Pause a campaign, let it go on, or end it for good.",
                "200",
                "CampaignState",
                problems=refused,
                parameters=[key],
                requestBody=body("CampaignAct"),
            )
        },
    }


def _query(name: str, about: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string", **schema}, "description": about}
