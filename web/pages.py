"""The frame of the workplace: templates in the visitor's language, with the navigation of what they may see.

A page is a template that extends `base.html` and fills its blocks `title`, `content` and, for buttons beside the
heading, `actions`; `head` takes further style sheets and scripts. Nothing is inline: the policy forbids it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from web.policies import DEMO_POLICIES, POLICIES, Role
from web.visitors import Frame, Visitor
from web.words import LANGUAGES, language
from web.words.workplace import WORKPLACE

if TYPE_CHECKING:
    import jinja2

HERE = Path(__file__).parent
HEADERS = {"cache-control": "no-store", "referrer-policy": "same-origin"}
"""Of every page: what is personal stays out of caches, and forms tell where they come from (S16)."""


class Area(NamedTuple):
    """An entry of the navigation."""

    path: str
    name: str
    here: bool


def page(
    request: Request, template: str, status: int = 200, headers: Mapping[str, str] | None = None, **facts: Any
) -> Response:
    """A page from `templates/`, with these facts beside `lang`, `w`, `visitor`, `areas`, `csrf` and `path`.

    `w` are the words of the workplace; a page with words of its own gives them under another name.
    """
    return HTMLResponse(rendered(request, template, **facts), status, {**HEADERS, **(headers or {})})


def rendered(request: Request, template: str, **facts: Any) -> str:
    """The text of a page, or of a part of one."""
    who, lang = visitor(request), spoken(request)
    given = {
        "lang": lang,
        "other": next(code for code in LANGUAGES if code != lang),
        "w": WORKPLACE[lang],
        "visitor": who,
        "areas": areas(request),
        "frame": frame(request),
        "csrf": who.csrf if who else "",
        "path": request.url.path,
    }
    return templates().get_template(template).render(given | facts)


def visitor(request: Request) -> Visitor | None:
    """Who has signed in, as the gate in front of the route has found out."""
    found: Visitor | None = request.scope["state"].get("visitor")
    return found


def frame(request: Request) -> Frame:
    """What stands above the page, as the door has it."""
    found: Frame = request.scope["state"].get("frame", Frame())
    return found


def spoken(request: Request) -> str:
    """The person's language, else what the address and the browser say: de | en."""
    who = visitor(request)
    return who.language if who and who.language in LANGUAGES else language(request)


def areas(request: Request) -> list[Area]:
    """What this visitor may see of the navigation."""
    who, words, path = visitor(request), WORKPLACE[spoken(request)], request.url.path
    policies = {**DEMO_POLICIES, **POLICIES}
    return [
        Area(each, words[f"area_{each.strip('/') or 'home'}"], path == each or (each != "/" and path.startswith(each)))
        for each in frame(request).areas
        if who is not None
        and isinstance(need := policies.get(f"GET {each}"), Role)
        and who.may(need.roles, need.brand, need.desk)
    ]


@cache
def templates() -> "jinja2.Environment":
    """The environment of all pages: escapes everything, and knows no name that was not given."""
    import jinja2  # noqa: PLC0415 - workers have no pages

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["moment"] = moment
    return environment


def moment(at: int, lang: str) -> str:
    """A time (epoch ms) as a line of a list shows it, in UTC."""
    return f"{datetime.fromtimestamp(at / 1000, UTC):{'%d.%m.%Y, %H:%M' if lang == 'de' else '%Y-%m-%d, %H:%M'}} UTC"


def routes() -> list[BaseRoute]:
    """`/static/…`."""
    return [Mount("/static", StaticFiles(directory=HERE / "static"), name="static")]
