"""The form for a campaign: what was filled in as the YAML that it stands for, and back as far as a form can hold it."""

import re
from collections.abc import Mapping
from typing import Any

from bot.outreach.campaign import Campaign

EVERY = ("", "week", "month", "quarter", "half-year", "year")
LIMITS = ("", "quota", "precision")
LISTS = ("brand", "region", "segment")
FIELDS = (
    "title", "id", "flow", *LISTS, "language", "country", "revenue_from", "sample", "rotate", "starts", "days", "every",
    "count", "most", "daily", "channels", "limit", "by", "most_each", "within", "messages", "meaningful_for",
)  # fmt: skip
_ODD = re.compile(r"[^a-z0-9]+")
_FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def composed(given: Mapping[str, str]) -> str:
    """The campaign that these fields describe, as YAML; what is wrong with it is for `bot.outreach.campaign.check`."""
    import yaml  # noqa: PLC0415 - only who plans a campaign needs it

    said = {name: given.get(name, "").strip() for name in FIELDS}
    attributes = {name: _several(said[name]) for name in LISTS if said[name]}
    audience = {
        "attribute": attributes,
        "language": _several(said["language"]),
        "country": [each.upper() for each in _several(said["country"])],
        "revenue_from": _number(said["revenue_from"]),
    }
    campaign = {
        "id": said["id"] or named(said["title"]),
        "title": said["title"],
        "flow": said["flow"],
        "audience": _kept(audience),
        "sample": _share(said["sample"]),
        "rotate": _number(said["rotate"]),
        "waves": _kept({
            "starts": said["starts"],
            "days": _number(said["days"]),
            "every": said["every"],
            "count": _number(said["count"]) if said["every"] else "",
        }),
        "most": _number(said["most"]),
        "daily": _number(said["daily"]),
        "channels": _several(said["channels"]),
        "meaningful_for": said["meaningful_for"],
        **_limit(said),
    }  # fmt: skip
    content = {"format": 1, "campaign": _kept(campaign)}
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)


def named(title: str) -> str:
    """An id for a campaign with this title; "" if nothing of it can be one."""
    return _ODD.sub("-", title.lower().translate(_FOLDED)).strip("-")[:40].rstrip("-")


def decomposed(campaign: Campaign) -> dict[str, str]:
    """The fields of a campaign."""
    said, waves = campaign.audience, campaign.waves
    cells = campaign.quota or campaign.precision
    fields: dict[str, Any] = {
        "title": campaign.title, "id": campaign.id, "flow": campaign.flow, "language": said.language,
        "country": said.country, "revenue_from": said.revenue_from,
        "sample": f"{campaign.sample * 100:g}" if campaign.sample else "", "rotate": campaign.rotate,
        "starts": waves.starts, "days": waves.days, "every": waves.every, "count": waves.count, "most": campaign.most,
        "daily": campaign.daily, "channels": campaign.channels, "by": cells.by if cells else "",
        "limit": "quota" if campaign.quota else "precision" if campaign.precision else "",
        "most_each": campaign.quota.most if campaign.quota else "",
        "within": f"{campaign.precision.within:g}" if campaign.precision else "",
        "messages": campaign.precision.messages if campaign.precision else "",
        **{name: said.attribute.get(name, ()) for name in LISTS},
    }  # fmt: skip
    return {name: _written(value) for name, value in fields.items()}


def _limit(said: Mapping[str, str]) -> dict[str, Any]:
    by = _several(said["by"])
    if said["limit"] == "quota":
        return {"quota": _kept({"by": by, "most": _number(said["most_each"])})}
    if said["limit"] == "precision":
        return {
            "precision": _kept({"by": by, "within": _number(said["within"]), "messages": _number(said["messages"])})
        }
    return {}


def _several(text: str) -> list[str]:
    return [each for part in text.split(",") if (each := part.strip())]


def _number(text: str) -> int | str:
    """A number as one; what is none stays, and is found wrong."""
    plain = text.replace(".", "").replace(",", "").replace(" ", "") if text.count(".") + text.count(",") else text
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 15 else text


def _share(text: str) -> str:
    return f"{text.removesuffix('%').strip().replace(',', '.')}%" if text else ""


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was left empty."""
    return {name: value for name, value in values.items() if value not in ("", [], {})}


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple | list):
        return ", ".join(value)
    return "" if value is None else str(value)
