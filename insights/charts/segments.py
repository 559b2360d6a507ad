"""NPS of groups side by side: dots with the lines on which they likely lie, the best first."""

from collections.abc import Mapping, Sequence
from textwrap import wrap

from insights.charts.chart import SIGNED, Cell, Chart, Look, Spec, domain, framed
from insights.charts.numbers import count, score
from insights.estimates import FEWEST, Estimate
from insights.segments import by_attribute
from insights.tally import Tally

MOST = 15  # groups that are drawn; the table has all of them
TOLD = 6  # groups that the words name
LINES = 4  # that a long name takes at most
_STEP = {1: 26, 2: 34, 3: 48, 4: 62}  # px that a row of so many lines needs


def segments(found: Sequence[tuple[str, Tally]], dimension: str, look: Look) -> Chart:
    """Groups by their names, each beside all the others in the table.

    Those of whom too few have answered come last, hollow, and are called so.
    """
    words = look.words
    title = words["segments"].format(dimension=dimension)
    compared = by_attribute({name or words["unknown"]: tally for name, tally in found})
    verdicts = {row.key: words[row.verdict] for row in compared}
    known = sorted(
        ((row.key, row.score) for row in compared if row.score),
        key=lambda pair: (pair[1].n < FEWEST, -pair[1].value, pair[0]),
    )
    header = (dimension, words["nps"], words["from"], words["to"], words["answers"], words["verdict"])
    rows = tuple(_row(name, each, verdicts[name]) for name, each in known)
    told = ", ".join(
        words["segment_alt"].format(
            name=name,
            value=score(each.value),
            low=score(each.low),
            high=score(each.high),
            n=count(each.n, look.language),
        )
        for name, each in known[:TOLD]
    )
    alt = words["line_alt"].format(title=title, points=told) if told else words["none_alt"].format(title=title)
    note = words["whisker_note"].format(enough=FEWEST)
    if len(known) > MOST:
        note += " " + words["more_note"].format(n=len(known) - MOST)
    names = {name: in_lines(name, 13 if look.narrow else 26) for name, _ in known[:MOST]}
    step = _STEP[max((len(each) for each in names.values()), default=1)]
    spec = framed(look, title, _dots(known[:MOST], look, names), height={"step": step})
    return Chart("segments", title, spec, header, rows, alt, note)


def _row(name: str, each: Estimate, verdict: str) -> tuple[Cell, ...]:
    return (name, round(each.value), round(each.low), round(each.high), each.n, verdict)


def in_lines(name: str, width: int) -> list[str]:
    """A name in lines of about `width` characters, `LINES` at most; the last one holds all that is left."""
    lines = wrap(name, width) or [name]
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], " ".join(lines[LINES - 1 :])]


def _dots(known: Sequence[tuple[str, Estimate]], look: Look, names: Mapping[str, Sequence[str]]) -> Spec:
    words, colours = look.words, look.colours
    values = [
        {
            "name": "\n".join(names[name]),
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "few": each.n < FEWEST,
            "label": words["few_of"].format(n=each.n) if each.n < FEWEST else f"n = {count(each.n, look.language)}",
        }
        for name, each in known
    ]
    x = {
        "type": "quantitative",
        "scale": {"domain": domain([each.low for _, each in known], [each.high for _, each in known]), "nice": False},
        "axis": {"title": words["nps"], "labelExpr": SIGNED, "tickCount": 5},
    }
    y = {
        "field": "name",
        "type": "nominal",
        "sort": ["\n".join(names[name]) for name, _ in known],
        "axis": {
            "title": None,
            "labelExpr": r"split(datum.label, '\n')",
            "labelLimit": 90 if look.narrow else 180,
            "ticks": False,
            "domain": False,
            "labelPadding": 8,
        },
    }
    colour = {"condition": {"test": "datum.few", "value": colours.dim}, "value": colours.accent}
    fill = {"condition": {"test": "datum.few", "value": colours.ground}, "value": colours.accent}
    return {
        "data": {"values": values},
        "encoding": {"y": y},
        "layer": [
            {
                "mark": {"type": "rule", "color": colours.dim, "strokeDash": [3, 3]},
                "encoding": {"x": {"datum": 0, **x}, "y": None},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2, "strokeCap": "round"},
                "encoding": {"x": {"field": "low", **x}, "x2": {"field": "high"}, "stroke": colour},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1, "strokeWidth": 1.8},
                "encoding": {"x": {"field": "value", **x}, "stroke": colour, "fill": fill},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 8, "fill": colours.dim, "fontSize": 11},
                "encoding": {"x": {"value": "width"}, "text": {"field": "label"}},
            },
        ],
    }
