"""A provider of identities: where people go to prove who they are, and what it says when they come back.

Authorization code with PKCE (RFC 7636), as RFC 9700 asks for it. authlib writes the requests and looks at the claims,
joserfc at signatures. The HTTP is our own: authlib's client for httpx wants a package that this program has no other
use for, and knows no limit for what comes back.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from joserfc.jwk import KeySet

from bot.errors import NotVouched
from integrations.oidc import tokens
from integrations.oidc.calls import call, leads_where_it_may
from integrations.oidc.config import OidcSettings
from integrations.oidc.tokens import Expected, Proof, UnknownKey

HOLDS = 60 * 60_000  # ms that its document and keys are believed
PAUSE = 10_000  # ms between two looks for a key that nobody knows
WELL_KNOWN = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider:
    """One entry of `oidc:`. Its document and keys are fetched when somebody first needs them, and kept for an hour."""

    def __init__(self, name: str, config: OidcSettings, back: str, clock: Callable[[], int]) -> None:
        """`back` is where browsers come back to, as the provider knows it; `clock` gives epoch ms."""
        self.title = config.title or name
        self._config = config
        self._back = back
        self._clock = clock
        self._document: tuple[int, dict[str, Any]] | None = None
        self._keys: tuple[int, KeySet] | None = None
        self._searched = -PAUSE
        self._one = asyncio.Lock()

    @property
    def issuer(self) -> str:
        """What identities of this provider belong to."""
        return self._config.issuer

    async def away(self, state: str, nonce: str, verifier: str, *, again: bool) -> str:
        """Where to send a browser; `again` asks for a proof now, whoever has signed in there. Raises NotVouched."""
        document, client = await self._about(), self._client()
        more = {"prompt": "login", "max_age": "0"} if again else {}
        url, _ = client.create_authorization_url(
            document["authorization_endpoint"], state, code_verifier=verifier, nonce=nonce, **more
        )
        return str(url)

    async def vouched(self, given: Mapping[str, str], nonce: str, verifier: str, since: int) -> Proof:
        """Who has come back with these parameters, having set out at `since` (epoch ms). Raises NotVouched.

        Their `state` has been looked at before.
        """
        document = await self._about()
        told = given.get("iss", "" if document.get("authorization_response_iss_parameter_supported") else self.issuer)
        if told != self.issuer:
            raise NotVouched("the answer comes from another issuer")  # RFC 9207
        if "error" in given:
            said = ": ".join(filter(None, (given["error"], given.get("error_description", ""))))
            raise NotVouched("it did not sign them in", _printable(said))
        if not given.get("code"):
            raise NotVouched("it sent no code")
        token = await self._token(document, given["code"], verifier)
        access = token.get("access_token", "")
        now = self._clock() // 1000
        expected = Expected(
            self.issuer, self._config.client_id, nonce, access if isinstance(access, str) else "", since // 1000, now
        )
        try:
            return tokens.read(token.get("id_token"), await self._known(document), expected)
        except UnknownKey:
            return tokens.read(token.get("id_token"), await self._known(document, search=True), expected)

    async def _token(self, document: dict[str, Any], code: str, verifier: str) -> dict[str, Any]:
        body = prepare_token_request("authorization_code", code=code, redirect_uri=self._back, code_verifier=verifier)
        auth = self._proof_of_ours(document)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        _, headers, body = auth.prepare("POST", document["token_endpoint"], headers, body)
        status, found = await call(document["token_endpoint"], body, headers)
        if status != 200 or "error" in found:
            raise NotVouched(f"it takes no code: {status}", _printable(str(found.get("error", ""))))
        return dict(found)

    def _proof_of_ours(self, document: dict[str, Any]) -> Any:
        """How we show the provider who we are."""
        name, secret = self._config.client_id, self._config.client_secret.get_secret_value()
        if not secret:
            return ClientAuth(name, None, "none")
        taken = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in taken:  # encoded first, RFC 6749 §2.3.1
            return ClientAuth(quote(name, safe=""), quote(secret, safe=""), "client_secret_basic")
        return ClientAuth(name, secret, "client_secret_post")

    def _client(self) -> Any:
        return OAuth2Client(
            None,
            client_id=self._config.client_id,
            scope=" ".join(dict.fromkeys(("openid", *self._config.scopes))),
            redirect_uri=self._back,
            code_challenge_method="S256",
        )

    async def _about(self) -> dict[str, Any]:
        """The provider's document, with addresses that may be called."""
        async with self._one:
            if self._document and self._clock() - self._document[0] < HOLDS:
                return self._document[1]
            status, found = await call(self.issuer.rstrip("/") + WELL_KNOWN)
            if status != 200:
                raise NotVouched(f"its document answers {status}")
            if found.get("issuer") != self.issuer:
                raise NotVouched("its document is another issuer's")
            if wrong := [name for name in ENDPOINTS if not leads_where_it_may(found.get(name), self.issuer)]:
                raise NotVouched(f"its document names no {wrong[0]} that may be called")
            self._document = self._clock(), found
            return dict(found)

    async def _known(self, document: dict[str, Any], *, search: bool = False) -> KeySet:
        """Its keys; `search`: one is missing, so look whether there are new ones, but not too often."""
        async with self._one:
            now = self._clock()
            if search and now - self._searched < PAUSE:
                raise UnknownKey("the ID token is signed with an unknown key")
            if self._keys and now - self._keys[0] < HOLDS and not search:
                return self._keys[1]
            if search:
                self._searched = now
            status, found = await call(document["jwks_uri"])
            held = found.get("keys")
            if status != 200 or not isinstance(held, list):
                raise NotVouched(f"its keys answer {status}")
            self._keys = now, tokens.keys(held)
            return self._keys[1]


def _printable(said: str) -> str:
    """A reason as it can be shown: one line, not too long."""
    return "".join(letter for letter in said if letter.isprintable())[:200]
