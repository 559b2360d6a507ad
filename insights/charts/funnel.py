"""How many of those who were asked went how far."""

from collections.abc import Sequence

from insights.charts.chart import Chart, Look, Spec, framed
from insights.charts.numbers import count, share
from insights.funnel import Step
from insights.funnel import funnel as steps_of
from insights.tally import Tally

SIDE = frozenset({"commented", "opted_out"})  # not a step on the way, but something that happens on it


def funnel(tally: Tally, answered: int, look: Look) -> Chart:
    """A bar per step, its part of all who were asked; comments and opt-outs are set apart.

    `answered` are those of them who gave a score, whenever that was; those of `tally` may have been asked before.
    """
    words = look.words
    title = words["funnel"]
    steps = steps_of(tally, answered)
    header = (words["step"], words["people"], words["share"])
    rows = tuple(
        (words[step.name], step.people, round(step.of_asked.value, 4) if step.of_asked else None) for step in steps
    )
    text = words["funnel_alt"] if tally.asked else words["none_alt"]
    alt = text.format(title=title, **{step.name: count(step.people, look.language) for step in steps})
    spec = framed(look, title, _bars(steps, look), height={"step": 30})
    return Chart("funnel", title, spec, header, rows, alt)


def _bars(steps: Sequence[Step], look: Look) -> Spec:
    words, colours = look.words, look.colours
    most = max(1, *(step.people for step in steps))
    values = [
        {"step": words[step.name], "n": step.people, "side": step.name in SIDE, "label": _label(step, look)}
        for step in steps
    ]
    x = {
        "field": "n",
        "type": "quantitative",
        "scale": {"domain": [0, most * (1.75 if look.narrow else 1.25)]},  # room for what is written beside the bars
        "axis": None,
    }
    y = {
        "field": "step",
        "type": "nominal",
        "sort": [words[step.name] for step in steps],
        "axis": {"title": None, "ticks": False, "domain": False, "labelLimit": 140, "labelPadding": 8},
    }
    fill = {"condition": {"test": "datum.side", "value": colours.passive}, "value": colours.accent}
    return {
        "data": {"values": values},
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 3, "height": {"band": 0.62}}, "encoding": {"fill": fill}},
            {
                "mark": {"type": "text", "align": "left", "dx": 6},
                "encoding": {"text": {"field": "label"}},
            },
        ],
    }


def _label(step: Step, look: Look) -> str:
    people = count(step.people, look.language)
    return f"{people} · {share(step.of_asked.value, look.language)}" if step.of_asked else people
