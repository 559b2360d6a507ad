"""The gate in front of the routes: lets through whom web.policies lets in, and serves no route without a policy."""

import functools
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus
from typing import NamedTuple, cast
from urllib.parse import parse_qsl, quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from web.acts import ACTS, Noting, Told, Untold
from web.guard import read_body
from web.keys import Keyring, key_of
from web.pages import page, visitor
from web.policies import Need, Role, Scoped
from web.problems import Refused
from web.sessions import NAME, Doors
from web.uploads import in_parts, read_parts
from web.visitors import Visitor

FORM_LIMIT = 64 * 1024  # bytes
FORM_FIELDS = 200
NO_FORM = "What came is no form. Open the page once more and send it from there."
NO_STORE = {"cache-control": "no-store"}
SAFE = frozenset({"GET", "HEAD"})
TOKEN = "_csrf"  # noqa: S105  # the name of the field

Endpoint = Callable[[Request], Awaitable[Response]]


class NoPolicy(Exception):
    """A route for which nobody has said who may use it; the server does not start."""


class Watch(NamedTuple):
    """What the gate needs beside somebody at the door: who notes what was done, and who knows the keys."""

    noting: Noting | None = None
    keyring: Keyring | None = None


ALONE = Watch()


def gated(
    routes: Iterable[BaseRoute], policies: Mapping[str, Need], doors: Doors | None, watch: Watch = ALONE
) -> list[BaseRoute]:
    """The routes, those for people and keys behind the gate. Raises NoPolicy."""
    return [_behind(route, policies, doors, watch) for route in routes]


def names(route: BaseRoute) -> list[str]:
    """What a route is called in web.policies: method and path."""
    if isinstance(route, Mount):
        return [f"GET {route.path}"]
    if not isinstance(route, Route):
        raise NoPolicy(f"{route!r} is neither a route nor a folder")
    return [f"{method} {route.path}" for method in sorted((route.methods or set()) - {"HEAD"})]


def form(request: Request) -> Mapping[str, str]:
    """The fields of the form that came in; of several with one name the last one. Raises Refused if none came."""
    found: Mapping[str, str] | None = request.scope["state"].get("form")
    if found is None:  # a script may show its token in a header and send anything
        raise Refused(415, "Send a form", NO_FORM)
    return found


async def read_form(request: Request, limit: int = FORM_LIMIT) -> None:
    """Read the body of at most `limit` bytes as a form, for `form`. Raises Refused."""
    if not _is_form(request):
        raise Refused(415, "Send a form", NO_FORM)
    body = await read_body(request, limit)
    if body.count(b"&") >= FORM_FIELDS:
        raise Refused(422, "Wrong form", f"A form has at most {FORM_FIELDS} fields.")
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise Refused(422, "Wrong form", "The body is not a form in UTF-8.") from error
    if any("\0" in name + value for name, value in fields):
        raise Refused(422, "Wrong form", "A text cannot hold the character U+0000.")
    request.scope["state"]["form"] = {name: value.replace("\r\n", "\n") for name, value in fields}


def _is_form(request: Request) -> bool:
    """Whether the body says that it is one, without files."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    return kind.lower() == "application/x-www-form-urlencoded"


def _behind(route: BaseRoute, policies: Mapping[str, Need], doors: Doors | None, watch: Watch) -> BaseRoute:
    called = names(route)
    if missing := [name for name in called if name not in policies]:
        raise NoPolicy(f"web/policies.py does not say who may use {missing[0]}")
    needs = [policies[name] for name in called]
    need = next((need for need in needs if isinstance(need, Role | Scoped)), None)
    if need is None:
        return route
    if not isinstance(route, Route) or len(needs) != 1 or (isinstance(need, Role) and doors is None):
        raise NoPolicy(f"{called[0]} is for people or keys: it needs somebody at the door, and one method")
    told = ACTS.get(called[0])
    if told is None:
        raise NoPolicy(f"web/acts.py does not say what is noted of {called[0]}")
    endpoint = cast("Endpoint", route.endpoint)
    if watch.noting:
        endpoint = _noted(endpoint, told, watch.noting)
    if isinstance(need, Scoped) and watch.keyring:
        endpoint = _keyed(endpoint, need, watch.keyring)
    if isinstance(need, Role) and doors is not None:
        endpoint = _gate(endpoint, need, doors)
    return Route(route.path, endpoint, methods=list(route.methods or ()), name=route.name)


def _noted(endpoint: Endpoint, told: Told | Untold, noting: Noting) -> Endpoint:
    @functools.wraps(endpoint)
    async def noted(request: Request) -> Response:
        answer = await endpoint(request)
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            who, key = visitor(request), key_of(request)
            await noting.done(request, told, who.id if who else f"key:{key.name}" if key else "")
        return answer

    return noted


def _keyed(endpoint: Endpoint, need: Scoped, keyring: Keyring) -> Endpoint:
    @functools.wraps(endpoint)
    async def keyed(request: Request) -> Response:
        await keyring.look(request, need.limits)
        return await endpoint(request)

    return keyed


def _gate(endpoint: Endpoint, need: Role, doors: Doors) -> Endpoint:
    @functools.wraps(endpoint)
    async def gate(request: Request) -> Response:
        who = await doors.visitor(request)
        if who is None:
            return _to_the_door(request)
        request.scope["state"]["visitor"] = who
        request.scope["state"]["frame"] = doors.frame
        request.scope["state"]["still_there"] = functools.partial(_still, request, need, doors)
        try:
            await _check(request, need, who, doors)
            return await endpoint(request)
        except Refused as refused:
            if need.sure and reads_html(request) and _lets_in(need, who) and not doors.is_sure(who):
                return RedirectResponse(f"/confirm?to={quote(_its_page(request), safe='')}", 303, NO_STORE)
            return told(request, refused)

    return gate


def _its_page(request: Request) -> str:
    """Where somebody goes on who has just shown who they are: a form has to be sent anew, from its page."""
    return request.url.path if request.method in SAFE else request.url.path.rpartition("/")[0] or "/"


async def _check(request: Request, need: Role, who: Visitor, doors: Doors) -> None:
    """Raises Refused. A script sends its token in a header, and any body; a form has it in a field."""
    if not _lets_in(need, who):
        raise Refused(403, "Not for you", "Your roles do not reach this far. Ask an admin if they should.")
    if request.method not in SAFE:
        given, secret = request.headers.get("x-csrf-token", ""), doors.secret(request, NAME)
        if given:
            doors.check_form(request, given, secret)
        if not given or _is_form(request) or in_parts(request):
            await _read(request, need)
        if not given:
            doors.check_form(request, form(request).get(TOKEN, ""), secret)
    if need.sure and not doors.is_sure(who):
        raise Refused(403, "Is it you?", "Give your password once more at /confirm: this is asked for every time.")


async def _read(request: Request, need: Role) -> None:
    if need.file and in_parts(request):
        request.scope["state"]["form"] = await read_parts(request, need.file)
    else:
        await read_form(request, need.form)


def _lets_in(need: Role, who: Visitor) -> bool:
    return who.may(need.roles, need.brand, need.desk)


async def _still(request: Request, need: Role, doors: Doors) -> bool:
    """Whether the person who has begun this request would be let in now as well."""
    who = await doors.visitor(request, touch=False)
    return who is not None and _lets_in(need, who)


def _to_the_door(request: Request) -> Response:
    """Pages send people to sign in and back; what scripts ask for is refused."""
    if request.method not in SAFE or not reads_html(request):
        raise Refused(401, "Nobody has signed in", "Sign in at /sign-in.")
    query = f"?{request.url.query}" if request.url.query else ""
    back = quote(request.url.path + query, safe="")
    return RedirectResponse(f"/sign-in?to={back}" if back != "%2F" else "/sign-in", 303, NO_STORE)


def told(request: Request, refused: Refused) -> Response:
    """A refusal as a page for whoever reads pages; else it goes on as it is."""
    if not reads_html(request):
        raise refused
    return page(
        request,
        "refused.html",
        refused.status,
        {name: value for name, value in refused.headers.items() if name == "retry-after"},
        refused=refused,
        request_id=request.scope["state"]["request_id"],
    )


def reads_html(request: Request) -> bool:
    """Whether a person with a browser asks."""
    return "text/html" in request.headers.get("accept", "")
