"""The provider as one ASGI app: its document, its keys, the page where people choose who they are, and tokens."""

import base64
import binascii
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from html import escape
from urllib.parse import parse_qsl, unquote, urlencode

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.faults import FaultLayer, Faults, steering
from sandbox.oidc.model import CODE_HOLDS, Client, Grant, Person, World
from sandbox.oidc.tokens import FORGERIES, TWISTS, id_token

OURS = ("/.well-known/", "/jwks", "/token")
Document = dict[str, object]


class OidcSandbox:
    """A stand-in for a provider of identities; its issuer is the address that it is called at.

    `GET /authorize` is a page with a link for each person, and one that refuses. `POST /sandbox/faults` plans what goes
    wrong with calls, `POST /sandbox/twists` with a JSON list what is wrong with the next tokens, `POST /sandbox/rotate`
    takes another key.
    """

    def __init__(
        self, clients: Iterable[Client], people: Iterable[Person], clock: Callable[[], float] = time.time
    ) -> None:
        """`clock` gives epoch seconds."""
        self.world = World(clients, people, clock)
        self.faults = Faults()
        self.careless = False
        """Whether it forgets to look at PKCE's verifier."""
        self.calls: list[str] = []
        """The paths that were called, in order."""
        self.amended: Document = {}
        """What the document says otherwise."""
        routes = [
            Route("/.well-known/openid-configuration", self._document, methods=["GET"]),
            Route("/jwks", self._jwks, methods=["GET"]),
            Route("/authorize", self._authorize, methods=["GET"]),
            Route("/token", self._token, methods=["POST"]),
            Route("/sandbox/twists", self._twists, methods=["POST"]),
            Route("/sandbox/rotate", self._rotate, methods=["POST"]),
            steering("/sandbox/faults", self.faults),
        ]
        self._app: ASGIApp = FaultLayer(Starlette(routes=routes), self.faults, OURS, lambda _: b'{"error": "broken"}')

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            self.calls.append(scope["path"])
        await self._app(scope, receive, send)

    async def _document(self, request: Request) -> Response:
        issuer = _issuer(request)
        told: Document = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "authorization_response_iss_parameter_supported": True,
        }
        return JSONResponse(told | self.amended)

    async def _jwks(self, _request: Request) -> Response:
        return JSONResponse({"keys": self.world.public_keys()})

    async def _authorize(self, request: Request) -> Response:
        """The page, or with `as` what follows from it. What is wrong is said here and sends nobody anywhere."""
        asked = dict(request.query_params)
        chosen, refused = asked.pop("as", ""), asked.pop("refuse", "")
        client = self.world.clients.get(asked.get("client_id", ""))
        back = asked.get("redirect_uri", "")
        if client is None or back not in client.redirects:
            return HTMLResponse("<h1>unknown client or redirect_uri</h1>", 400)
        form = {"state": asked.get("state", ""), "iss": _issuer(request)}
        if refused:
            form |= {"error": refused, "error_description": "The person did not want to."}
        elif wrong := _wrong(asked):
            form |= {"error": "invalid_request", "error_description": wrong}
        elif chosen in self.world.people:
            now = self.world.now()
            asked_at = now if asked.get("prompt") == "login" else now - self.world.asked_before
            code = Grant(client.id, back, chosen, asked["nonce"], asked["code_challenge"], asked_at, now + CODE_HOLDS)
            form |= {"code": self.world.code(code)}
        else:
            return _page(self.world.people.values(), asked)
        return RedirectResponse(f"{back}?{urlencode(form)}", 303)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        client = _client(self.world.clients, request, form)
        if client is None:
            return _refused("invalid_client", 401)
        grant = self.world.spend(form.get("code", ""))
        digest = _b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            form.get("grant_type") != "authorization_code"
            or grant is None
            or (grant.client, grant.redirect) != (client.id, form.get("redirect_uri"))
            or not (self.careless or hmac.compare_digest(grant.challenge, digest))
        ):
            return _refused("invalid_grant", 400)
        access = secrets.token_urlsafe(16)
        token = id_token(self.world, grant, _issuer(request), access)
        return JSONResponse(
            {"access_token": access, "token_type": "Bearer", "expires_in": 300, "id_token": token},
            headers={"cache-control": "no-store"},
        )

    async def _twists(self, request: Request) -> Response:
        wanted = msgspec.json.decode(await request.body(), type=list[str])
        if unknown := [each for each in wanted if each not in TWISTS and each not in FORGERIES]:
            return JSONResponse({"error": f"no twist {unknown[0]}"}, 422)
        self.world.twists += wanted
        return JSONResponse(self.world.twists)

    async def _rotate(self, _request: Request) -> Response:
        self.world.rotate()
        return JSONResponse([key.kid for key in self.world.keys])


def _issuer(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _wrong(asked: Mapping[str, str]) -> str:
    """What a careful provider does not take."""
    if asked.get("response_type") != "code" or "openid" not in asked.get("scope", "").split():
        return "response_type has to be code, and scope to hold openid"
    if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
        return "PKCE with S256 is required"
    return "" if asked.get("nonce") and asked.get("state") else "state and nonce are required"


def _page(people: Iterable[Person], asked: Mapping[str, str]) -> Response:
    links = [(f"{each.name} · {each.email}", {"as": each.sub}) for each in people]
    links.append(("I do not want to", {"refuse": "access_denied"}))
    rows = "".join(
        f'<p><a href="/authorize?{escape(urlencode({**asked, **more}))}">{escape(text)}</a></p>' for text, more in links
    )
    return HTMLResponse(f'<!doctype html><html lang="en"><title>Who are you?</title><h1>Who are you?</h1>{rows}</html>')


def _client(clients: Mapping[str, Client], request: Request, form: Mapping[str, str]) -> Client | None:
    """Who calls: by HTTP Basic, or in the form; a client with a secret has to know it."""
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    kind, _, coded = request.headers.get("authorization", "").partition(" ")
    if kind == "Basic":
        try:
            first, _, second = base64.b64decode(coded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        name, secret = unquote(first), unquote(second)
    client = clients.get(name)
    return client if client and hmac.compare_digest(client.secret.encode(), secret.encode()) else None


def _refused(error: str, status: int) -> Response:
    return JSONResponse({"error": error, "error_description": "as it says"}, status)


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
