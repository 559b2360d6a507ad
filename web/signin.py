"""Signing in and out, and choosing a password by a one-time link."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from web import pages
from web.gate import TOKEN, form, read_form, told
from web.identities import Ways
from web.passwords import LONGEST, SHORTEST
from web.problems import Refused
from web.sessions import BEFORE, NAME, Doors, browser_of, digest, fresh, inside, token
from web.throttle import Misses, Network, caller

log = structlog.get_logger("signin")
GONE = {"cache-control": "no-store", "clear-site-data": '"cache"'}
MOST_EMAIL = 254
PASSWORDS = Ways()
"""No other way in."""


def routes(doors: Doors, proxies: tuple[Network, ...] = (), ways: Ways = PASSWORDS) -> list[BaseRoute]:
    """`/sign-in`, `/sign-out`, `/welcome/{token}`. `proxies` are ours, and tell the truth about who calls."""
    misses = Misses(doors.clock)

    async def sign_in_page(request: Request) -> Response:
        if await doors.visitor(request):
            return _on(request.query_params.get("to", ""))
        return await _door(request, doors, ways)

    async def sign_in(request: Request) -> Response:
        try:
            await _check(request, doors)
            given = form(request)
            email, who = given.get("email", "").strip().casefold()[:MOST_EMAIL], caller(request, proxies)
            misses.check(email, who)
            secret = fresh()
            browser = browser_of(request)
            person = await doors.accounts.sign_in(email, given.get("password", "")[:LONGEST], digest(secret), browser)
        except Refused as refused:
            return told(request, refused)
        if not person:
            misses.missed(email, who)
            log.warning("sign_in_failed", request=request.scope["state"]["request_id"])
            return await _door(request, doors, ways, 401, wrong=True, email=email)
        misses.hit(email, who)
        if before := await doors.visitor(request):
            await doors.accounts.sign_out(before.id, before.session)
        answer = _on(given.get("to", ""))
        doors.give(answer, NAME, secret)
        doors.take(answer, BEFORE)
        return answer

    async def sign_out(request: Request) -> Response:
        who = pages.visitor(request)
        if who is not None:
            await doors.accounts.sign_out(who.id, who.session)
        answer = RedirectResponse("/sign-in?gone=1", 303, GONE)
        doors.take(answer, NAME)
        return answer

    return [
        Route("/sign-in", sign_in_page, methods=["GET"]),
        Route("/sign-in", sign_in, methods=["POST"]),
        Route("/sign-out", sign_out, methods=["POST"]),
        *_welcome(doors, ways),
    ]


def _welcome(doors: Doors, ways: Ways) -> list[BaseRoute]:
    async def welcome(request: Request) -> Response:
        return await _choose(request, doors, ways)

    async def choose_password(request: Request) -> Response:
        try:
            await _check(request, doors)
            given, link = form(request), digest(request.path_params["token"])
            first, second = given.get("password", ""), given.get("again", "")
            wrong = "differ" if first != second else await doors.accounts.choose_password(link, first)
        except Refused as refused:
            return told(request, refused)
        if wrong:
            return await _choose(request, doors, ways, 422, wrong)
        answer = RedirectResponse("/sign-in?chosen=1", 303, GONE)
        doors.take(answer, NAME)
        return answer

    return [
        Route("/welcome/{token}", welcome, methods=["GET"]),
        Route("/welcome/{token}", choose_password, methods=["POST"]),
    ]


async def _check(request: Request, doors: Doors) -> None:
    """A form from our own page, filled in in this browser (S16: signing somebody in unasked is an attack too)."""
    await read_form(request)
    doors.check_form(request, form(request).get(TOKEN, ""), doors.secret(request, BEFORE))


async def _door(
    request: Request, doors: Doors, ways: Ways, status: int = 200, *, wrong: bool = False, email: str = ""
) -> Response:
    query = request.query_params
    to = form(request).get("to", "") if request.method == "POST" else query.get("to", "")
    facts = {
        "to": inside(to),
        "wrong": wrong,
        "email": email,
        "nobody": not await doors.accounts.anybody(),
        "offers": ways.offers,
        "link": "",
        "note": next((key for key in ("gone", "chosen") if key in query), ""),
    }
    return _with_cookie(request, doors, "signin.html", status, facts)


async def _choose(request: Request, doors: Doors, ways: Ways, status: int = 200, wrong: str = "") -> Response:
    """Looking at the page uses nothing up: what previews links may look as often as it likes (S22)."""
    who = await doors.accounts.linked(digest(request.path_params["token"]))
    facts = {
        "who": who,
        "wrong": wrong if who else "",
        "shortest": SHORTEST,
        "longest": LONGEST,
        "offers": ways.offers,
        "link": request.path_params["token"],
    }
    return _with_cookie(request, doors, "welcome.html", status if who else 410, facts)


def _with_cookie(request: Request, doors: Doors, template: str, status: int, facts: Mapping[str, Any]) -> Response:
    """A form for somebody without a session, and the cookie that its token goes with."""
    secret = doors.secret(request, BEFORE) or fresh()
    reachable = doors.reachable(request) and (not doors.https or _at(doors.public_url, request))
    more: dict[str, Any] = {"csrf": token(secret), "reachable": reachable, "public_url": doors.public_url}
    answer = pages.page(request, template, status, **facts, **more)
    if reachable:
        doors.give(answer, BEFORE, secret)
    return answer


def _at(public_url: str, request: Request) -> bool:
    """Whether the browser has come by our public name: elsewhere it would lose the cookie."""
    return request.headers.get("host", "").casefold() == urlsplit(public_url).netloc.casefold()


def _on(to: str) -> Response:
    return RedirectResponse(inside(to), 303, {"cache-control": "no-store"})
