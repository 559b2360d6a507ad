"""A report as one page: its letter and its charts as one Vega-Lite specification, drawn like any chart (0032)."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from insights.charts.chart import Chart, Colours, Look, Spec, framed
from insights.charts.distribution import distribution
from insights.charts.funnel import funnel
from insights.charts.segments import segments
from insights.charts.trend import trend
from insights.estimates import FEWEST
from insights.reports.letter import Facts, Letter
from insights.reports.words import REPORT

LINE = 18  # px from one line to the next
WIDE = 92  # characters in a line of 640 px
OF_THE_WHOLE = frozenset({"$schema", "background", "padding", "autosize", "config"})
"""What only a specification that stands alone may have."""


def page(facts: Facts, letter: Letter) -> Spec:
    """The specification. All that customers wrote is in it as data, so nothing in it is read as anything but text."""
    look = Look(facts.language, paper=True)
    words = REPORT[facts.language]
    first, *rest = letter.sections
    parts = [_lines([(letter.title, "title"), *_of(first.heading, first.lines)], look)]
    parts += [_part(chart) for chart in _charts(facts, look)]
    parts += [_lines(_of(section.heading, section.lines), look) for section in rest]
    parts.append(_lines([(words["utc"], "small")], look))
    whole = framed(look, "", {}, height=0)
    kept = {name: whole[name] for name in OF_THE_WHOLE - {"autosize"}}
    config = kept["config"] | {"title": kept["config"]["title"] | {"frame": "group"}}
    return kept | {"config": config, "padding": 36, "spacing": 18, "vconcat": parts}


def _charts(facts: Facts, look: Look) -> Iterator[Chart]:
    if facts.now.answered >= FEWEST:
        yield trend(facts.points, facts.step, look)
        yield distribution(facts.now, look)
    if facts.now.asked:
        yield funnel(facts.now, facts.answered, look)
    if facts.now.answered >= FEWEST and len(facts.groups) > 1:
        yield segments(facts.groups, facts.by, look)


def _part(chart: Chart) -> Spec:
    return {name: value for name, value in chart.spec.items() if name not in OF_THE_WHOLE}


def _of(heading: str, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    if heading:
        yield heading, "heading"
    for line in lines:
        first, *rest = wrap(line, WIDE - 2 * bool(heading), break_long_words=True) or [""]
        yield f"• {first}" if heading else first, "text"
        yield from ((f"   {each}" if heading else each, "text") for each in rest)


def _lines(lines: Sequence[tuple[str, str]] | Iterator[tuple[str, str]], look: Look) -> Spec:
    """Texts below each other, each line a datum."""
    values = [{"line": n, "text": text, "form": form} for n, (text, form) in enumerate(_wrapped(lines))]
    y = {"field": "line", "type": "ordinal", "axis": None, "scale": {"type": "band", "padding": 0}}
    layers = [_layer(form, size, weight, colour) for form, size, weight, colour in _forms(look.colours)]
    return {"data": {"values": values}, "width": look.width, "height": {"step": LINE}, "encoding": {"y": y},
            "layer": layers}  # fmt: skip


def _wrapped(lines: Sequence[tuple[str, str]] | Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for text, form in lines:
        yield from ((each, form) for each in (wrap(text, 62) if form == "title" else [text]))


def _forms(colours: Colours) -> list[tuple[str, int, str, str]]:
    return [
        ("title", 17, "bold", colours.ink),
        ("heading", 13, "bold", colours.ink),
        ("text", 12, "normal", colours.ink),
        ("small", 10, "normal", colours.dim),
    ]


def _layer(form: str, size: int, weight: str, colour: str) -> dict[str, Any]:
    mark = {"type": "text", "align": "left", "baseline": "middle", "fontSize": size, "fontWeight": weight,
            "fill": colour}  # fmt: skip
    return {
        "transform": [{"filter": {"field": "form", "equal": form}}],
        "mark": mark,
        "encoding": {"x": {"value": 0}, "text": {"field": "text", "type": "nominal"}},
    }
