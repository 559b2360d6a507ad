"""Charts on a page and as files: pictures for light and dark, for phones and wide screens, and the same as CSV."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

from starlette.requests import Request
from starlette.responses import Response

from insights.charts.chart import Cell, Chart, Look, Size
from insights.charts.numbers import count, score, share
from web.figures import ChartName, Figures
from web.guard import CSP
from web.pages import spoken
from web.pictures import FORMS, TYPES, Form, Pictures, Undrawable, version
from web.problems import Refused
from web.spreadsheets import cell
from web.words.home import HOME, dimension

NAMES: Sequence[ChartName] = get_args(ChartName)
NARROW, MEDIUM, DARK = "(max-width: 40rem)", "(max-width: 62rem)", "(prefers-color-scheme: dark)"
HEIGHTS = {"trend": 240, "distribution": 240, "funnel": 190}
SIZES: Mapping[str, Size] = {"n": "narrow", "h": "half", "m": "medium", "w": "wide"}
PICTURE_CSP = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
WIDE = frozenset({"trend", "segments"})
"""Charts that stand alone on their line."""
SHARES = frozenset({"distribution", "funnel"})
"""Charts whose last column is a share."""
POINTS = frozenset({"trend", "segments"})
"""Charts whose second to fourth columns are points."""


class Shown(NamedTuple):
    """A chart as the template has it. `sources` are media and address; `numbers` are columns."""

    name: str
    title: str
    alt: str
    note: str
    address: str
    sources: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, str]]
    width: int
    height: int
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int]


def shown(found: Figures, name: ChartName, lang: str) -> Shown:
    """One of the charts, with the addresses of its pictures."""
    called = dimension(found.asked.by, lang)
    wide = "w" if name in WIDE else "h"

    def address(looks: str) -> str:
        drawn = found.chart(name, look(looks, lang), called)
        path, shown = f"/charts/{name}.svg", version(drawn.spec)
        return found.asked.address(path, lang=lang, look=looks, v=shown)

    chart = found.chart(name, look(wide, lang), called)
    medium = [(f"{MEDIUM} and {DARK}", address("dm")), (MEDIUM, address("m"))]
    sources = [(f"{NARROW} and {DARK}", address("dn")), (NARROW, address("n")), *medium, (DARK, address(f"d{wide}"))]
    files = [(form, found.asked.address(f"/charts/{name}.{form}", lang=lang, look="p")) for form in (*FORMS, "csv")]
    height = HEIGHTS.get(name, 60 + 26 * len(chart.rows))
    return Shown(
        name, chart.title, chart.alt, chart.note, address(wide), sources, files, chart.spec["width"], height,
        chart.header, [[written(name, at, each, lang) for at, each in enumerate(row)] for row in chart.rows],
        frozenset(at for row in chart.rows for at, each in enumerate(row) if isinstance(each, int | float)),
    )  # fmt: skip


def look(letters: str, lang: str) -> Look:
    """d: dark, p: on paper, and one of SIZES."""
    size: Size = next((SIZES[each] for each in letters if each in SIZES), "usual")
    return Look(lang, "d" in letters, size, "p" in letters)


def written(name: ChartName, at: int, value: Cell, lang: str) -> str:
    """A cell as people read it."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if name in POINTS and 1 <= at <= 3:
        return score(value)
    if name in SHARES and isinstance(value, float):
        return share(value, lang)
    return count(value, lang)


async def file(request: Request, found: Figures, pictures: Pictures) -> Response:
    """A chart as the file that the path names. Raises Refused."""
    name, _, form = request.path_params["file"].rpartition(".")
    if name not in NAMES or form not in (*FORMS, "csv"):
        raise Refused(404, "Not found")
    lang, letters = spoken(request), request.query_params.get("look", "p")
    chart = found.chart(name, look(letters, lang), dimension(found.asked.by, lang))
    if form == "csv":
        return _saved(table(chart).encode("utf-8-sig"), "text/csv; charset=utf-8", f"{name}.csv")
    try:
        picture = await pictures.draw(chart.spec, form)
    except Undrawable as error:
        raise Refused(503, HOME[lang]["no_picture"], headers={"retry-after": "5"}) from error
    if "p" in letters:
        return _saved(picture, TYPES[form], f"{name}.{form}")
    # the address names the content, so what it once showed it shows for ever
    same = request.query_params.get("v") == version(chart.spec)
    return Response(picture, 200, _headers(form, "private, max-age=86400, immutable" if same else "no-store"))


def table(chart: Chart) -> str:
    """A chart's table as RFC 4180 has it: numbers as numbers, no text ever a formula."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(map(cell, chart.header))
    rows.writerows(map(cell, row) for row in chart.rows)
    return text.getvalue()


def _headers(form: Form, cache: str) -> dict[str, str]:
    return {"content-type": TYPES[form], "cache-control": cache, CSP: PICTURE_CSP}


def _saved(content: bytes, mime: str, name: str) -> Response:
    headers: dict[str, Any] = {
        "content-type": mime,
        "content-disposition": f'attachment; filename="nps-{name}"',
        "cache-control": "no-store",
        CSP: PICTURE_CSP,
    }
    return Response(content, 200, headers)
