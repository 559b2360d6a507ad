"""The page where people add the bot to their own account: a button, the provider's consent, and back.

OAuth 2.0 (RFC 6749 §4.1, RFC 9700 §4.7): `state` binds the way back to the browser that set out. It is in a signed
cookie as well, holds for ten minutes, and works once.
"""

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.abilities import Installable
from bot.errors import BotError, ChannelError, Fault, StoreUnavailable
from web.guard import CSP
from web.problems import Refused
from web.words import INSTALL, language

log = structlog.get_logger("install")
HERE = Path(__file__).parent
COOKIE = "install_state"
LIFETIME = 10 * 60_000  # ms


class Installing(NamedTuple):
    """What the pages need. Without channels there are none.

    `keys` sign the cookie (the first) and check it (all); `https` says that browsers reach us by https; `clock` gives
    epoch ms.
    """

    channels: Mapping[str, Installable] = {}
    company: str = ""
    keys: Sequence[bytes] = ()
    https: bool = True
    clock: Callable[[], int] = lambda: 0


class States:
    """Who is on the way. Nothing is kept of them but which states have come back."""

    def __init__(self, keys: Sequence[bytes], clock: Callable[[], int]) -> None:
        self._keys = keys
        self._clock = clock
        self._used: dict[str, int] = {}

    def issue(self, channel: str) -> tuple[str, str]:
        """A new state, and the cookie that goes with it."""
        state, expires = secrets.token_urlsafe(32), self._clock() + LIFETIME
        return state, f"{state}.{expires}.{_signature(self._keys[0], channel, state, expires)}"

    def redeem(self, channel: str, state: str, cookie: str) -> bool:
        """Whether this browser set out with this state a short while ago and comes back for the first time."""
        now = self._clock()
        kept, _, rest = cookie.partition(".")
        until, _, signature = rest.partition(".")
        expires = int(until) if until.isascii() and until.isdigit() and len(until) < 20 else 0
        signed = [
            hmac.compare_digest(_signature(key, channel, kept, expires).encode(), signature.encode())
            for key in self._keys
        ]
        same = hmac.compare_digest(state.encode(), kept.encode())
        if not (any(signed) and same and now < expires) or state in self._used:
            return False
        self._used = {each: end for each, end in self._used.items() if now < end} | {state: expires}
        return True


def routes(installing: Installing) -> list[BaseRoute]:
    """`/install/{channel}` and what follows from it; nothing without a channel that accounts can be added to."""
    if not installing.channels:
        return []
    pages, states, way = _Pages(installing), States(installing.keys, installing.clock), installing.channels

    async def install(request: Request) -> Response:
        name = _known(request, way)
        if {"state", "error"} & set(request.query_params):  # an app whose redirect URL is the page itself
            return await install_done(request)
        return pages.show(request, name, "ask")

    async def install_begin(request: Request) -> Response:
        name = _known(request, way)
        state, cookie = states.issue(name)
        headers = {"cache-control": "no-store", CSP: pages.csp(name)}
        answer = RedirectResponse(way[name].install_url(state), 303, headers)
        answer.set_cookie(
            COOKIE,
            cookie,
            max_age=LIFETIME // 1000,
            path=f"/install/{name}",
            secure=installing.https,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def install_done(request: Request) -> Response:
        name, given = _known(request, way), request.query_params
        if "error" in given:
            cancelled = given["error"] == "access_denied"
            return pages.show(request, name, "cancelled" if cancelled else "failed", status=200 if cancelled else 502)
        code = given.get("code", "")
        if not states.redeem(name, given.get("state", ""), request.cookies.get(COOKIE, "")) or not code:
            return pages.show(request, name, "stale", status=400)
        try:
            account = await way[name].installed(code)
        except (ChannelError, StoreUnavailable) as error:
            return _failed(request, name, error, pages)
        log.info("installed", channel=name)
        return pages.show(request, name, "done", account=account)

    async def style(_request: Request) -> Response:
        return Response(pages.style, media_type="text/css", headers={"cache-control": "max-age=3600"})

    return [
        Route("/install/page.css", style, methods=["GET"]),  # no channel's name has a dot
        Route("/install/{channel}", install, methods=["GET"]),
        Route("/install/{channel}", install_begin, methods=["POST"]),
        Route("/install/{channel}/done", install_done, methods=["GET"]),
    ]


def _failed(request: Request, name: str, error: BotError, pages: "_Pages") -> Response:
    """The visitor hears whose turn it is; why is for the log, under the number that the page shows."""
    request_id = request.scope["state"]["request_id"]
    log.warning("install_failed", channel=name, error=type(error).__name__, reason=str(error), request=request_id)
    if error.retry or error.fault == Fault.PROVIDER:
        return pages.show(request, name, "later", status=503)
    return pages.show(request, name, "failed", status=502)


class _Pages:
    """The pages of all channels."""

    def __init__(self, installing: Installing) -> None:
        import jinja2  # noqa: PLC0415 - most servers have no such page

        self._installing = installing
        self._template = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
        ).get_template("install.html")
        self.style = (HERE / "static" / "install.css").read_bytes()

    def csp(self, name: str) -> str:
        """Nothing but the page and its style sheet; the form ends at the provider."""
        target = urlsplit(self._installing.channels[name].install_url(""))
        return (
            f"default-src 'none'; style-src 'self'; form-action 'self' {target.scheme}://{target.netloc}; "
            "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        )

    def show(self, request: Request, name: str, what: str, *, status: int = 200, account: str = "") -> Response:
        """One page; whoever has come back is no longer on the way."""
        lang = language(request)
        facts: dict[str, Any] = {
            "kind": str(getattr(self._installing.channels[name], "kind", name)).capitalize(),
            "company": self._installing.company,
            "account": account,
            "request": request.scope["state"]["request_id"],
        }
        words = {key: text.format_map(facts) for key, text in INSTALL[lang].items()}
        text = self._template.render(
            lang=lang, what=what, w=words, action=f"/install/{name}?lang={lang}", company=facts["company"]
        )
        answer = HTMLResponse(text, status, {"cache-control": "no-store", CSP: self.csp(name)})
        if what != "ask":
            answer.delete_cookie(COOKIE, path=f"/install/{name}", secure=self._installing.https, httponly=True)
        return answer


def _known(request: Request, channels: Mapping[str, Installable]) -> str:
    """The channel's name. Refuses with 404 what accounts cannot be added to."""
    name: str = request.path_params["channel"]
    if name not in channels:
        raise Refused(404, "Not found")
    return name


def _signature(key: bytes, channel: str, state: str, expires: int) -> str:
    return hmac.digest(key, f"{channel}\n{state}\n{expires}".encode(), "sha256").hex()
