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
_REFUSED = ("401", "403", "404", "413", "422", "503")
_OUTCOMES = ["pending", "deferred", "asked", "not_asked"]


Operation = Callable[..., dict[str, Any]]


def paths(operation: Operation, content: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """Paths and their operations; `operation` and `content` are those of `web.openapi`."""

    def body(shape: str) -> dict[str, Any]:
        return {"required": True, "content": content(shape)}

    return {**_decisions(operation), **_campaigns(operation, body), **_one_campaign(operation, body)}


def _decisions(operation: Operation) -> dict[str, Any]:
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
        }
    }


def _campaigns(operation: Operation, body: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    return {
        "/api/v1/campaigns": {
            "get": operation("All campaigns.", "200", "CampaignPage", problems=("401", "403", "503")),
            "post": operation(
                "Start a campaign, or let it go on with what its file says now.",
                "201",
                "CampaignState",
                problems=_REFUSED,
                requestBody=body("CampaignStart"),
            ),
        },
        "/api/v1/campaigns/forecast": {
            "post": operation(
                "What the next wave would come to. Nothing is written or sent.",
                "200",
                "CampaignForecast",
                problems=_REFUSED,
                requestBody=body("CampaignStart"),
            )
        },
    }


def _one_campaign(operation: Operation, body: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    read = ("401", "403", "404", "503")
    return {
        "/api/v1/campaigns/{id}": {
            "get": operation("How far a campaign is.", "200", "CampaignState", problems=read, parameters=[key])
        },
        "/api/v1/campaigns/{id}/acts": {
            "post": operation(
                "Pause a campaign, let it go on, or end it for good.",
                "200",
                "CampaignState",
                problems=_REFUSED,
                parameters=[key],
                requestBody=body("CampaignAct"),
            )
        },
    }


def _query(name: str, about: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string", **schema}, "description": about}
