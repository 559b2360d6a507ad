"""The part of the API's description that is about figures."""

from collections.abc import Callable, Mapping
from typing import Any

from web.filters import MOST_TEXT, PERIODS, USUAL
from web.insight_shapes import Compared, Groups, SaidPage, Summary, Trend

TYPES = [Summary, Trend, Groups, Compared, SaidPage]
_REFUSED = ("401", "403", "422", "503")


def paths(operation: Callable[..., dict[str, Any]], paging: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Paths and their operations; `operation` and the parameters of pages are those of `web.openapi`."""

    def get(summary: str, gives: str, *more: Mapping[str, Any]) -> dict[str, Any]:
        return {"get": operation(summary, "200", gives, problems=_REFUSED, parameters=[*_PARAMETERS, *more])}

    by = _query("by", "The dimension: flow, channel, language or one that the settings name.")
    said = _query("lang", "Of the headline: en or de.", enum=["de", "en"])
    return {
        "/api/v1/insights/summary": get(
            "The score of a period, how sure it is, and whether it moved.", "Summary", said
        ),
        "/api/v1/insights/trend": get("The score over time.", "Trend"),
        "/api/v1/insights/segments": get("Groups of customers side by side.", "Groups", by),
        "/api/v1/insights/comparisons": get(
            "This month beside the last, waves, a ranking, what stands out, weighted scores, who answered again.",
            "Compared",
            by,
        ),
        "/api/v1/insights/comments": get("What customers wrote, newest first.", "SaidPage", *paging),
    }


def _query(name: str, about: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string", **schema}, "description": about}


_ONLY = "Answers with this value only; `-` for those of whom it is not known."
_PARAMETERS = [
    _query("period", "Up to and with today.", enum=list(PERIODS), default=USUAL),
    _query("from", "Instead of `period`: the first day, UTC.", format="date"),
    _query("to", "The last day.", format="date"),
    *(_query(name, _ONLY, maxLength=MOST_TEXT) for name in ("flow", "channel", "language")),
    {
        "name": "dimension",
        "in": "query",
        "style": "form",
        "explode": True,
        "schema": {"type": "object", "additionalProperties": {"type": "string", "maxLength": MOST_TEXT}},
        "description": "Any dimension that the settings name, as `brand=Nord`: " + _ONLY[0].lower() + _ONLY[1:],
    },
]
