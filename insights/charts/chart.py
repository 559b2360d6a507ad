"""What every chart is: a specification, the same as a table, and in words; and how it is to look."""

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import Struct

from insights.charts.numbers import locale
from insights.charts.words import WORDS

Cell = str | int | float | None
Spec = dict[str, Any]
Band = Literal["detractor", "passive", "promoter"]
BANDS: tuple[Band, ...] = ("detractor", "passive", "promoter")

FONT = "Arial, 'Liberation Sans', Helvetica, 'Noto Sans', 'DejaVu Sans', sans-serif"
"""Of the same widths here, where texts are measured, and wherever the drawing is looked at."""
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


Size = Literal["narrow", "half", "usual", "medium", "wide"]
WIDTHS: Mapping[Size, int] = {"narrow": 300, "half": 540, "usual": 640, "medium": 760, "wide": 1080}
"""In px, about as wide as the place where it is shown, so that what is written has the size of what is around it."""


class Look(Struct, frozen=True):
    """For whom and for what a chart is drawn."""

    language: str = "en"
    dark: bool = False
    size: Size = "usual"
    paper: bool = False  # on a ground of its own, for files; else on whatever is behind it

    @property
    def narrow(self) -> bool:
        """For a phone: little room for words."""
        return self.size == "narrow"

    @property
    def words(self) -> Mapping[str, str]:
        """What charts say in this language."""
        return WORDS[self.language]

    @property
    def width(self) -> int:
        """Of the drawing in px."""
        return WIDTHS[self.size]

    @property
    def colours(self) -> "Colours":
        """Every one of them stands out 3:1 from its ground, those of texts 4.5:1."""
        return DARK if self.dark else LIGHT


class Colours(Struct, frozen=True):
    """Orange, grey and blue are told apart by people with any colour vision; form and words say the same."""

    ground: str
    ink: str
    dim: str
    line: str
    accent: str
    detractor: str
    passive: str
    promoter: str


LIGHT = Colours("#ffffff", "#0e2a33", "#4a626b", "#dbe4e8", "#0b5d6b", "#c2470a", "#61727a", "#0b6ea8")
DARK = Colours("#10242b", "#e6f1f3", "#a5bcc4", "#2c4a54", "#4cc3d6", "#ff925c", "#9fb0b8", "#5cbcf5")


class Chart(Struct, frozen=True):
    """One chart. Rows hold numbers as numbers; `alt` says what it shows to somebody who does not see it."""

    name: str
    title: str
    spec: Spec
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    alt: str
    note: str = ""  # how to read it


def framed(look: Look, title: str, body: Spec, *, height: int | dict[str, int]) -> Spec:
    """A whole specification around marks and encodings. The title is drawn on paper only: a page has its heading."""
    colours = look.colours
    axis = {
        "labelColor": colours.dim,
        "titleColor": colours.dim,
        "gridColor": colours.line,
        "domainColor": colours.line,
        "tickColor": colours.line,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
    }
    spec: Spec = {
        "$schema": SCHEMA,
        "background": colours.ground if look.paper else "transparent",
        "width": look.width,
        "height": height,
        "padding": 12 if look.paper else 2,
        "autosize": {"type": "fit-x" if isinstance(height, dict) else "fit", "contains": "padding"},
        **body,
        "config": {
            "font": FONT,
            "locale": locale(look.language),
            "view": {"stroke": None},
            "axis": axis,
            "text": {"fill": colours.ink, "fontSize": 12},
            "title": {"color": colours.ink, "fontSize": 15, "anchor": "start", "offset": 12},
        },
    }
    return spec | {"title": title} if look.paper else spec


SIGNED = "datum.value > 0 ? '+' + datum.value : datum.value < 0 ? '\u2212' + abs(datum.value) : '0'"
"""How Vega writes points on an axis."""


def domain(lows: list[float], highs: list[float]) -> list[int]:
    """Of an axis of points: whole tens around all of them, 0 in it, never beyond the scale."""
    low, high = min([0.0, *lows]), max([0.0, *highs])
    return [max(-100, int(low // 10) * 10), min(100, -int(-high // 10) * 10)]
