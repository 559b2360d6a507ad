"""Signing in with a provider of identities (S18): out with a state, back with a code, and what then follows.

RFC 9700 and OpenID Connect Core. The way back is bound to the browser that set out by a cookie whose hash stands beside
the hash of the state, holds for ten minutes, and works once on whatever server. Nonce and PKCE's verifier follow from
cookie and state, so that nobody finds them in the database. An identity is an issuer and its name for a person; an
address proves nothing here.
"""

import base64
import hmac
from typing import Any, NamedTuple

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.errors import BotError, NotVouched
from web import pages
from web.account import back, me
from web.gate import TOKEN, form, read_form, told
from web.identities import Attempt, Identities, Proof, Provider, Purpose, Ways
from web.problems import Refused
from web.sessions import BEFORE, NAME, Doors, browser_of, digest, fresh, inside
from web.throttle import Network, Pace, caller

log = structlog.get_logger("signin")
AWAY = "echolot-away"
"""The cookie of a browser that has set out."""

STARTS = 30  # a minute from one address: a whole office may come by the same one
LEEWAY = 60_000  # ms that two clocks may differ


class _Way(NamedTuple):
    """One provider, and who remembers."""

    name: str
    provider: Provider
    identities: Identities


class _Back(NamedTuple):
    """Somebody who has come back, with what the provider says of them."""

    way: _Way
    attempt: Attempt
    proof: Proof


def routes(doors: Doors, ways: Ways, proxies: tuple[Network, ...] = ()) -> list[BaseRoute]:
    """`/oidc/…`, and what somebody who has signed in does with their identity."""
    pace = Pace(STARTS, doors.clock, "This address")

    async def oidc_start(request: Request) -> Response:
        try:
            way = _known(ways, request.path_params["provider"])
            await read_form(request)
            doors.check_form(request, form(request).get(TOKEN, ""), doors.secret(request, BEFORE))
            pace.take(caller(request, proxies))
            given = form(request)
            link = digest(given["invite"]) if given.get("invite") else ""
            if link and not await doors.accounts.linked(link):
                return _shown(request, way, "stale", 400)
            purpose: Purpose = "welcome" if link else "sign_in"
            return await _away(request, doors, way, Attempt(purpose, "", link, given.get("to", ""), doors.clock()))
        except Refused as refused:
            return told(request, refused)

    async def oidc_callback(request: Request) -> Response:
        try:
            way = _known(ways, request.path_params["provider"])
            return await _returned(request, doors, way)
        except Refused as refused:
            return told(request, refused)

    async def connect(request: Request) -> Response:
        way = _known(ways, form(request).get("provider", ""))
        return await _away(request, doors, way, Attempt("connect", me(request).id, "", "", doors.clock()))

    async def disconnect(request: Request) -> Response:
        who = me(request)
        if not ways.identities or not await ways.identities.disconnect(who.id, who.session):
            raise Refused(422, "That does not work", "It is your only way in. Ask an admin for a link to a password.")
        return back("/account?done=disconnected")

    async def confirm_elsewhere(request: Request) -> Response:
        given = form(request)
        way = _known(ways, given.get("provider", ""))
        return await _away(
            request, doors, way, Attempt("confirm", me(request).id, "", given.get("to", ""), doors.clock())
        )

    return [
        Route("/oidc/{provider}/start", oidc_start, methods=["POST"]),
        Route("/oidc/{provider}/callback", oidc_callback, methods=["GET"]),
        Route("/account/connect", connect, methods=["POST"]),
        Route("/account/disconnect", disconnect, methods=["POST"]),
        Route("/confirm/provider", confirm_elsewhere, methods=["POST"]),
    ]


async def _away(request: Request, doors: Doors, way: _Way, attempt: Attempt) -> Response:
    """Send a browser to the provider: by a page of ours, because our forms may lead nowhere else."""
    state, secret = fresh(), doors.secret(request, AWAY) or fresh()
    try:
        url = await way.provider.away(
            state, _made(secret, state, "nonce"), _made(secret, state, "verifier"), again=attempt.purpose == "confirm"
        )
    except NotVouched as error:
        return _failed(request, way, error)
    await way.identities.set_out(digest(state), digest(secret), way.name, attempt)
    answer = _shown(request, way, "away", 200, url=url)
    doors.give(answer, AWAY, secret)
    return answer


async def _returned(request: Request, doors: Doors, way: _Way) -> Response:
    given, secret = request.query_params, doors.secret(request, AWAY)
    state, names = given.get("state", ""), [name for name, _ in given.multi_items()]
    attempt = None
    if state and secret and len(names) == len(set(names)):  # RFC 6749 §3.1: each of them once
        attempt = await way.identities.come_back(digest(state), digest(secret), way.name)
    if attempt is None:
        return _shown(request, way, "stale", 400)
    if attempt.person:
        who = await doors.visitor(request)
        if who is None or who.id != attempt.person:
            return _shown(request, way, "stale", 403)
    try:
        proof = await way.provider.vouched(
            given, _made(secret, state, "nonce"), _made(secret, state, "verifier"), attempt.created_at
        )
    except NotVouched as error:
        return _failed(request, way, error)
    answer = await _followed(request, doors, _Back(way, attempt, proof))
    doors.take(answer, AWAY)
    return answer


async def _followed(request: Request, doors: Doors, found: _Back) -> Response:
    """What they came back for."""
    way, attempt, proof = found
    if attempt.purpose == "confirm":
        return await _confirmed(request, doors, found)
    try:
        if attempt.purpose == "connect":
            await way.identities.connect(attempt.person, way.name, proof)
            return back("/account?done=connected")
        if attempt.purpose == "welcome" and not await way.identities.redeem(attempt.link, way.name, proof):
            return _shown(request, way, "stale", 410)
    except BotError as error:
        if error.retry:
            raise
        return _shown(request, way, "taken", 409)
    return await _signed_in(request, doors, found)


async def _signed_in(request: Request, doors: Doors, found: _Back) -> Response:
    way, attempt, proof = found
    secret = fresh()
    if not await way.identities.sign_in(way.name, proof, digest(secret), browser_of(request)):
        log.warning("sign_in_failed", provider=way.name, request=request.scope["state"]["request_id"])
        return _shown(request, way, "unknown", 403)
    if before := await doors.visitor(request):
        await doors.accounts.sign_out(before.id, before.session)
    answer = RedirectResponse(inside(attempt.goes_to), 303, {"cache-control": "no-store"})
    doors.give(answer, NAME, secret)
    doors.take(answer, BEFORE)
    return answer


async def _confirmed(request: Request, doors: Doors, found: _Back) -> Response:
    """They were asked anew, after they had set out; what they had proved before counts for nothing (S39)."""
    way, attempt, proof = found
    who = await doors.visitor(request)
    anew = proof.asked_at * 1000 >= attempt.created_at - LEEWAY
    if who is None or not anew or not await way.identities.confirm(attempt.person, who.session, proof):
        return _shown(request, way, "unsure", 403)
    return back(inside(attempt.goes_to))


def _failed(request: Request, way: _Way, error: NotVouched) -> Response:
    """The person hears whose turn it is, and what the provider has said; why is for the log."""
    request_id = request.scope["state"]["request_id"]
    log.warning("not_vouched", provider=way.name, reason=str(error), said=error.said[:40], request=request_id)
    if error.retry:
        return _shown(request, way, "later", 503)
    return _shown(request, way, "said" if error.said else "failed", 403 if error.said else 502, said=error.said)


def _shown(request: Request, way: _Way, what: str, status: int, **facts: str) -> Response:
    given: dict[str, Any] = {"url": "", "said": "", **facts}
    number = request.scope["state"]["request_id"]
    return pages.page(request, "oidc.html", status, what=what, provider=way.provider.title, request_id=number, **given)


def _known(ways: Ways, name: str) -> _Way:
    """Refuses with 404 what nobody has set up."""
    if name not in ways.providers or ways.identities is None:
        raise Refused(404, "Not found")
    return _Way(name, ways.providers[name], ways.identities)


def _made(secret: str, state: str, what: str) -> str:
    """256 bits that only this browser on this attempt can have made; 43 characters, as PKCE wants them at least."""
    found = hmac.digest(secret.encode(), f"{what}\n{state}".encode(), "sha256")
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode()
