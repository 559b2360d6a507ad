"""How often each score from 0 to 10 was given, in the three bands of the NPS."""

from collections.abc import Mapping

from insights.charts.chart import BANDS, Band, Chart, Look, Spec, framed
from insights.charts.numbers import count, share
from insights.tally import PASSIVE, PROMOTER, Tally


def distribution(tally: Tally, look: Look) -> Chart:
    """Eleven bars; the bands are told by colour, by place and in words."""
    words, n = look.words, tally.answered
    title = words["distribution"]
    header = (words["score"], words["group"], words["answers"], words["share"])
    rows = tuple(
        (number, words[_band(number)], given, round(given / n, 4) if n else None)
        for number, given in enumerate(tally.scores)
    )
    shares = {
        band: share(getattr(tally.bands, f"{band}s") / n, look.language) if n else share(0, look.language)
        for band in BANDS
    }
    text = words["distribution_alt"] if n else words["none_alt"]
    alt = text.format(title=title, n=count(n, look.language), **shares)
    spec = framed(look, title, _bars(tally, shares, look), height=200 if look.narrow else 240)
    return Chart("distribution", title, spec, header, rows, alt)


def _band(number: int) -> Band:
    return "detractor" if number < PASSIVE else "passive" if number < PROMOTER else "promoter"


def _bars(tally: Tally, shares: Mapping[Band, str], look: Look) -> Spec:
    words, colours, n = look.words, look.colours, tally.answered
    values = [
        {"score": number, "n": given, "band": _band(number), "label": share(given / n, look.language) if given else ""}
        for number, given in enumerate(tally.scores)
    ]
    middles = {"detractor": 3, "passive": 7.5, "promoter": 9.5}
    bands = [
        {
            "at": middles[band],
            "text": f"{words[band]} {shares[band]}" if not look.narrow else shares[band],
            "band": band,
        }
        for band in BANDS
    ]
    fill = {
        "field": "band",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": list(BANDS), "range": [colours.detractor, colours.passive, colours.promoter]},
    }
    x, y = _axes(max(tally.scores), look)
    size = max(8, look.width // 11 - (8 if look.narrow else 16))
    return {
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "bar", "size": size, "cornerRadiusEnd": 3},
                "encoding": {"x": {"field": "score", **x}, "y": {"field": "n", **y}, "fill": fill},
            },
            {
                "data": {"values": values},
                "mark": {"type": "text", "dy": -8, "fontSize": 8 if look.narrow else 11, "fill": colours.dim},
                "encoding": {"x": {"field": "score", **x}, "y": {"field": "n", **y}, "text": {"field": "label"}},
            },
            {
                "data": {"values": bands},
                "mark": {"type": "text", "baseline": "top", "fontWeight": 600, "fontSize": 11 if look.narrow else 12},
                "encoding": {
                    "x": {"field": "at", **x},
                    "y": {"value": 0},
                    "text": {"field": "text"},
                    "fill": fill,
                },
            },
        ]
    }


def _axes(most: int, look: Look) -> tuple[Spec, Spec]:
    x = {
        "type": "quantitative",
        "scale": {"domain": [-0.5, 10.5], "nice": False},
        "axis": {
            "title": _under(look),
            "titleFontSize": 9 if look.narrow else 12,
            "values": list(range(11)),
            "grid": False,
            "format": "d",
            "labelOverlap": False,
        },
    }
    y = {
        "type": "quantitative",
        "scale": {"domain": [0, max(1, most) * 1.35]},
        "axis": {"title": look.words["answers"], "tickMinStep": 1, "tickCount": 4, "format": ",d"},
    }
    return x, y


def _under(look: Look) -> str:
    words = look.words
    return f"{words['detractor']} 0–6 · {words['passive']} 7–8 · {words['promoter']} 9–10"
