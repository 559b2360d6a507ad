"""What customers said, as pages show it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from insights.charts.numbers import MONTHS
from insights.tally import PASSIVE, PROMOTER
from web.figures import Comment
from web.shapes import iso


def commented(each: Comment, lang: str) -> dict[str, Any]:
    """A comment with its band, and when it was written."""
    band = "detractor" if each.score < PASSIVE else "passive" if each.score < PROMOTER else "promoter"
    return {**each._asdict(), "band": band, "iso": iso(each.at), "when": when(each.at, lang)}


def answered(found: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """A conversation; lines are by customer, bot or agent."""
    lines = [{"by": by, "text": text, "iso": iso(at), "when": when(at, lang)} for at, by, text in found["lines"]]
    return {"flow": found["flow"], "channel": found["channel"], "case": found["case"], "lines": lines}


def when(at: int, lang: str) -> str:
    """Epoch ms as 5. März 2026, 14:05 UTC."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    dot = "." if lang == "de" else ""
    return f"{moment.day}{dot} {MONTHS[lang][moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"
