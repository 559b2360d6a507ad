"""The gate in front of every route: host, size and method limits, request ids, safe headers, errors."""

import itertools
import secrets
import time
import traceback
from collections.abc import Callable, Collection
from functools import lru_cache
from urllib.parse import urlsplit

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import StoreUnavailable
from web.policies import POLICIES, Role
from web.problems import Refused, unavailable

log = structlog.get_logger("web")

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
HOOK_LIMIT = 256 * 1024  # bytes of body
API_LIMIT = 1024 * 1024
UPLOAD_LIMIT = 32 * 1024 * 1024
"""Of a form with a file. A browser shows an answer only when all that it sends was taken: what is too large is thrown
away as it comes, up to this."""
UPLOADS = frozenset(
    name.removeprefix("POST ") for name, need in POLICIES.items() if isinstance(need, Role) and need.file
)
_PROCESS = secrets.token_hex(4)
_NUMBER = itertools.count(1)
METHODS = frozenset({"GET", "HEAD", "POST"})
OPEN_TO_ANY_HOST = frozenset({"/livez", "/readyz"})  # orchestrators call these by address; they tell nothing
CSP = "content-security-policy"
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (
        CSP.encode(),
        b"default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
    ),
]
Observer = Callable[[str, str, int, float], None]
"""Told of every finished request: endpoint, method, status, seconds."""


class Guard:
    """Wraps the router. Whatever goes wrong behind it ends as a short answer with a request id."""

    def __init__(self, app: ASGIApp, hosts: Collection[str], observe: Observer) -> None:
        """`hosts` are the names that callers may use for us, beside the loopback ones."""
        self._app = app
        self._hosts = LOOPBACK | {host.lower() for host in hosts}
        self._observe = observe

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; anything but HTTP is refused."""
        if scope["type"] != "http":
            raise NotImplementedError(f"no {scope['type']} here")
        began, status = time.perf_counter(), 0
        request_id = f"{_PROCESS}{next(_NUMBER):x}"
        scope["state"] = {"request_id": request_id}
        scope["app"] = self

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = message.get("headers", ())
                named = {name for name, _ in own}
                safe = [each for each in HEADERS if each[0] not in named]  # a route may have a policy of its own
                message["headers"] = [*own, *safe, (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            self._check(scope)
            await self._app(scope, receive, marked)
        except Exception as error:  # noqa: BLE001  # the one place that turns any failure into an answer
            if status:  # the answer is already on its way; all that is left is to note it
                _note(error, request_id)
            else:
                refused = _refusal(error, request_id)
                if refused is not None:
                    await refused.response(request_id)(scope, receive, marked)
        finally:
            endpoint = getattr(scope.get("endpoint"), "__name__", "none")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._observe(endpoint, method, status, time.perf_counter() - began)

    def _check(self, scope: Scope) -> None:
        """Everything that can be refused before a byte of the body is read."""
        if scope["method"] not in METHODS:
            raise Refused(405, "Method not allowed", headers={"allow": "GET, HEAD, POST", "connection": "close"})
        host, encoded, length = _facts(scope)
        if scope["path"] not in OPEN_TO_ANY_HOST and host not in self._hosts:
            detail = "This name is not one of ours. Operators: set public_url, or list it under hosts."
            raise Refused(421, "Unknown host", detail, {"connection": "close"})
        if not scope["path"].startswith("/hooks/") and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            raise Refused(400, "Wrong character", "An address cannot hold the character U+0000.")
        if encoded:
            raise Refused(415, "Send the body uncompressed", headers={"connection": "close"})
        limit = _limit(scope["path"])
        if not length.isdigit() or int(length) > limit:
            raise too_large(limit)


def _limit(path: str) -> int:
    if path in UPLOADS:
        return UPLOAD_LIMIT
    return API_LIMIT if path.startswith("/api/") else HOOK_LIMIT


def _facts(scope: Scope) -> tuple[str, bool, bytes]:
    """The one host ("" for none or several), whether the body is encoded, and its length; in one pass."""
    hosts: list[bytes] = []
    encoded, length = False, b"0"
    for name, value in scope["headers"]:
        if name == b"host":
            hosts.append(value)
        elif name == b"content-length":
            length = value
        elif name == b"content-encoding":
            encoded = True
    return _hostname(hosts[0]) if len(hosts) == 1 else "", encoded, length


@lru_cache(256)
def _hostname(host: bytes) -> str:
    """A `Host` without its port, "" if it is none."""
    try:
        return urlsplit(f"//{host.decode('latin-1')}").hostname or ""
    except ValueError:
        return ""


def too_large(limit: int) -> Refused:
    """What is told to who sends more than `limit` bytes."""
    return Refused(413, "Too large", f"The limit is {limit // 1024} kB.", {"connection": "close"})


def _refusal(error: Exception, request_id: str) -> Refused | None:
    """What the caller is told; None if nobody is there any more."""
    match error:
        case Refused():
            return error
        case HTTPException():
            return Refused(error.status_code, error.detail, headers=dict(error.headers or {}))
        case StoreUnavailable():
            log.warning("store_unavailable", request=request_id)
            return unavailable()
        case ClientDisconnect():
            return None
    _note(error, request_id)
    return Refused(500, "Something went wrong here", "It has been logged under this request id.")


def _note(error: Exception, request_id: str) -> None:
    """Log where it happened; the message of an unexpected error may quote a customer, so it stays out."""
    where = traceback.extract_tb(error.__traceback__)
    place = f"{where[-1].filename}:{where[-1].lineno}" if where else ""
    log.error("request_failed", request=request_id, error=type(error).__name__, place=place)


def is_local(request: Request) -> bool:
    """Whether the caller sits on this machine and no proxy stands between us."""
    client = request.client
    return (
        client is not None
        and client.host in LOOPBACK
        and _facts(request.scope)[0] in LOOPBACK
        and not {"forwarded", "x-forwarded-for", "x-real-ip", "via"} & set(request.headers)
    )


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body. Refuses what is larger than `limit` bytes; web.server hangs up on who takes too long."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)
