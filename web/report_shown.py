"""Reports as pages show them: when they come, where they go, what became of them, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from insights.alert import RATE
from web.outreach_shown import day, minute
from web.report_parts import Move
from web.report_shapes import ReportRun, ReportState
from web.shapes import iso
from web.words.home import HOME, dimension
from web.words.reports import REPORTS

TONES: Mapping[str, str] = {
    "sent": "good", "delivered": "good", "read": "good", "failed": "bad", "expired": "bad", "unknown": "fair",
    "reconciling": "fair", "cancelled": "fair",
}  # fmt: skip


def address(report: str) -> str:
    """Where the page of a report is."""
    return f"/reports/{quote(report, safe='')}"


def cadence(report: ReportState, lang: str) -> str:
    """When it comes, and what it is about then."""
    words = REPORTS[lang]
    on = words[report.on or "monday"] if report.every == "week" else report.on or "1"
    said = words[f"every_{report.every}"].format(on=on, at=report.at, campaign=report.campaign)
    return f"{said} ({words['clocks'].format(zone=report.zone)})" if report.zone != "UTC" else f"{said} (UTC)"


def coming(report: ReportState, lang: str) -> str:
    """When the next one is due, on the clocks of its zone."""
    if report.next is None:
        return REPORTS[lang]["next_none"]
    there = datetime.fromisoformat(report.next).astimezone(ZoneInfo(report.zone))
    return f"{day(there.date().isoformat(), lang)}, {there:%H:%M}"


def receiver(name: str, lang: str) -> str:
    """A place that reports go to."""
    words = REPORTS[lang]
    way, _, to = name.partition(":")
    if way == "mailto":
        return words["email"].format(to=to)
    return words["folder"].format(to=to) if way == "folder" else words["chat"].format(to=to, channel=way)


def run(each: ReportRun, lang: str) -> dict[str, Any]:
    """A row of what was sent."""
    words = REPORTS[lang]
    return {
        "what": words.get(f"kind_{each.kind}", each.kind),
        "days": days(each.first_day, each.last_day, lang),
        "to": receiver(each.receiver, lang),
        "state": words.get(f"state_{each.state}", each.state),
        "tone": TONES.get(each.state, ""),
        "error": each.error,
        "iso": each.settled_at or each.begun_at,
        "at": minute(each.settled_at or each.begun_at, lang),
    }


def days(first: str, last: str, lang: str) -> str:
    """A period, ISO, as one reads it."""
    return REPORTS[lang]["days"].format(first=day(first, lang), last=day(last, lang))


def listed(report: ReportState, lang: str) -> dict[str, Any]:
    """A row of the list, and the head of the page of a report."""
    words = REPORTS[lang]
    last = next((each for each in report.runs if each.kind == "report"), None)
    none = HOME[lang]["none"]
    only = [f"{dimension(name, lang)}: {none if value == '-' else value}" for name, value in report.filters.items()]
    return {
        "id": report.id,
        "link": address(report.id),
        "name": report.title or report.id,
        "when": cadence(report, lang),
        "next": coming(report, lang),
        "last": run(last, lang) if last else None,
        "to": [receiver(each, lang) for each in report.receivers],
        "about": ", ".join(only) or words["about_all"],
        "spoken": words[f"lang_{report.language}"],
        "alerts": [words[f"alert_{each}"] for each in report.alerts],
        "rate": words["alert_rate"].format(rate=round(100 * RATE)),
    }


def move(each: Move, lang: str) -> dict[str, Any]:
    """An alarm that was told."""
    moment = iso(each.at)
    lines = [line for section in each.letter.sections for line in section.lines]
    return {"title": each.letter.title, "lines": lines, "iso": moment, "at": minute(moment, lang)}
