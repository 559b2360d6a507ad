"""My account: name and language, the password, and where else one is signed in."""

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.errors import BotError
from web import pages
from web.gate import form
from web.identities import Ways
from web.passwords import LONGEST, SHORTEST
from web.problems import Refused
from web.sessions import Doors, inside
from web.throttle import Misses
from web.visitors import Visitor
from web.words import LANGUAGES

WRONG = 422
PASSWORDS = Ways()
"""No other way in."""

DONE = ("saved", "password", "sessions", "connected", "disconnected")


def routes(doors: Doors, ways: Ways = PASSWORDS) -> list[BaseRoute]:
    """`/account…`, and `/confirm`."""
    misses = Misses(doors.clock)

    async def account(request: Request) -> Response:
        return await _show(request, doors, ways)

    async def save_profile(request: Request) -> Response:
        fields = form(request)
        try:
            await doors.accounts.profile(me(request).id, fields.get("name", ""), fields.get("language", ""))
        except BotError as error:
            raise Refused(422, "That does not work", str(error)) from error
        return back("/account?done=saved")

    async def change_password(request: Request) -> Response:
        who, fields = me(request), form(request)
        await sure(request, doors, misses)
        wrong = "differ" if fields.get("password") != fields.get("again") else ""
        wrong = wrong or await doors.accounts.change_password(who.id, fields.get("password", ""), who.session)
        return await _show(request, doors, ways, wrong) if wrong else back("/account?done=password")

    async def end_sessions(request: Request) -> Response:
        who = me(request)
        if wanted := form(request).get("session", ""):
            await doors.accounts.sign_out(who.id, wanted)
        else:
            await doors.accounts.sign_out_everywhere(who.id, who.session)
        return back("/account?done=sessions")

    return [
        Route("/account", account, methods=["GET"]),
        Route("/account/profile", save_profile, methods=["POST"]),
        Route("/account/password", change_password, methods=["POST"]),
        Route("/account/sessions", end_sessions, methods=["POST"]),
        *_confirming(doors, misses, ways),
    ]


def _confirming(doors: Doors, misses: Misses, ways: Ways) -> list[BaseRoute]:
    async def confirm_page(request: Request) -> Response:
        return await _ask(request, ways)

    async def confirm(request: Request) -> Response:
        who = me(request)
        try:
            await sure(request, doors, misses)
        except Refused as refused:
            if refused.status != WRONG:
                raise
            return await _ask(request, ways, WRONG)
        await doors.accounts.sure(who.id, who.session)
        return back(inside(form(request).get("to", "")))

    return [
        Route("/confirm", confirm_page, methods=["GET"]),
        Route("/confirm", confirm, methods=["POST"]),
    ]


async def sure(request: Request, doors: Doors, misses: Misses) -> None:
    """Refuses with 422 unless the form's `current` is the visitor's password: for what a thief of a session wants."""
    who = me(request)
    misses.check(who.id, "")
    if not await doors.accounts.confirms(who.id, form(request).get("current", "")[:LONGEST]):
        misses.missed(who.id, "")
        raise Refused(WRONG, "Wrong password", "Your current password is another one.")
    misses.hit(who.id, "")


async def _ask(request: Request, ways: Ways, status: int = 200) -> Response:
    """Is it still you?"""
    to = form(request).get("to", "") if status == WRONG else request.query_params.get("to", "")
    identity = await ways.identity(me(request).id)
    facts: dict[str, Any] = {"to": inside(to), "wrong": status == WRONG, "identity": identity, "offers": ways.offers}
    return pages.page(request, "confirm.html", status, **facts)


def me(request: Request) -> Visitor:
    """Who is behind the gate."""
    who = pages.visitor(request)
    if who is None:
        raise Refused(401, "Nobody has signed in")
    return who


def back(to: str) -> Response:
    """On to a page after a form."""
    return RedirectResponse(to, 303, {"cache-control": "no-store"})


async def _show(request: Request, doors: Doors, ways: Ways, wrong: str = "") -> Response:
    who = me(request)
    done = request.query_params.get("done", "")
    return pages.page(
        request,
        "account.html",
        422 if wrong else 200,
        languages=LANGUAGES,
        browsers=await doors.accounts.browsers(who.id),
        wrong=wrong,
        done=done if done in DONE else "",
        identity=await ways.identity(who.id),
        offers=ways.offers,
        shortest=SHORTEST,
        longest=LONGEST,
    )
