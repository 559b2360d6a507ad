"""NPS over time with the band in which it likely lies."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from insights.charts.chart import SIGNED, Cell, Chart, Look, Spec, domain, framed
from insights.charts.numbers import day, month, score
from insights.estimates import FEWEST, Estimate
from insights.intervals import careful
from insights.tally import Tally

Step = Literal["day", "week", "month"]
TOLD = 6  # points of time that the words name


def trend(points: Sequence[tuple[date, Tally]], step: Step, look: Look) -> Chart:
    """A line with its band over days, weeks or months, given by their first days in order; gaps stay gaps."""
    words = look.words
    name = month if step == "month" else day
    found = [(when, careful(tally.bands)) for when, tally in points]
    known = [(when, each) for when, each in found if each]
    rows = tuple(_row(name(when, look.language), each, words["few"]) for when, each in found)
    shown = known if len(known) <= TOLD else [known[0], *known[-TOLD + 1 :]]
    told = ", ".join(
        words["point_alt"].format(
            when=name(when, look.language), value=score(each.value), low=score(each.low), high=score(each.high)
        )
        for when, each in shown
    )
    title = words["trend"]
    alt = words["line_alt"].format(title=title, points=told) if told else words["none_alt"].format(title=title)
    header = (words[step], words["nps"], words["from"], words["to"], words["answers"], words["note"])
    spec = framed(look, title, _layers(found, step, look), height=200 if look.narrow else 240)
    return Chart("trend", title, spec, header, rows, alt, words["band_note"].format(enough=FEWEST))


def _row(when: str, each: Estimate | None, few: str) -> tuple[Cell, ...]:
    if each is None:
        return (when, None, None, None, 0, few)
    return (when, round(each.value), round(each.low), round(each.high), each.n, few if each.n < FEWEST else "")


def _layers(found: Sequence[tuple[date, Estimate | None]], step: Step, look: Look) -> Spec:
    colours = look.colours
    values = [
        {"at": when.isoformat(), "value": each.value, "low": each.low, "high": each.high, "few": each.n < FEWEST}
        if each
        else {"at": when.isoformat(), "value": None, "low": None, "high": None, "few": True}
        for when, each in found
    ]
    known = [each for _, each in found if each]
    form = "%b" + (" %y" if step == "month" else " %e") if look.language == "en" else _german(step)
    shown = "%Y-%m-%d"
    x = {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {
            "title": None,
            "format": form,
            "grid": False,
            "labelOverlap": True,
            "labelFlush": False,
            "tickCount": {"interval": "month", "step": 3 if look.narrow else 1}
            if step == "month"
            else 3
            if look.narrow
            else 6,
        },
    }
    limits = domain([each.low for each in known], [each.high for each in known]) if known else [-100, 100]
    y = {
        "type": "quantitative",
        "scale": {"domain": limits, "nice": False},
        "axis": {"title": look.words["nps"], "labelExpr": SIGNED, "tickCount": 5},
    }
    dot = {"type": "point", "filled": True, "size": 46, "opacity": 1, "strokeWidth": 1.6}
    fill = {"condition": {"test": "datum.few", "value": colours.ground}, "value": colours.accent}
    return {
        "data": {"values": values, "format": {"parse": {"at": f"utc:'{shown}'"}}},
        "encoding": {"x": x},
        "layer": [
            {
                "data": {"values": [{}]},
                "mark": {"type": "rule", "color": colours.dim, "strokeDash": [3, 3]},
                "encoding": {"x": {"value": 0}, "x2": {"value": "width"}, "y": {"datum": 0, **y}},
            },
            {
                "mark": {"type": "area", "color": colours.accent, "opacity": 0.18},
                "encoding": {"y": {"field": "low", **y}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "color": colours.accent, "strokeWidth": 2},
                "encoding": {"y": {"field": "value", **y}},
            },
            {
                "mark": {**dot, "stroke": colours.accent},
                "encoding": {"y": {"field": "value", **y}, "fill": fill},
            },
        ],
    }


def _german(step: Step) -> str:
    return "%b %y" if step == "month" else "%e. %b"
