"""Is a call theirs? Each system's own way of signing, over the raw body, with secrets that may be changed (S1-S7).

Zendesk:   https://developer.zendesk.com/documentation/webhooks/verifying/
Shopify:   https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
HubSpot:   https://developers.hubspot.com/docs/guides/apps/authentication/validating-requests (version 3)
Freshdesk signs nothing: a header of its own carries the secret, which only TLS protects.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

from bot.errors import Forged
from bot.messages import WebRequest

SHARED = "x-echolot-secret"
"""The header that carries the secret of systems that cannot sign."""

_NUMBER = re.compile(r"[0-9]{1,16}", re.ASCII)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)


def check(kind: str, request: WebRequest, url: str, secrets: Sequence[bytes], now: int, window: int) -> None:
    """Raises Forged (401) unless one of the secrets signed this call, within `window` ms of `now` if it has a time.

    `url` is the hook as the system knows it; without a secret nothing holds.
    """
    signed, given, at = _SCHEMES[kind](request, url)
    if at is not None and abs(now - at) > window:
        raise Forged("the time is missing, no time, or too far from now", 401)
    holds = False
    for secret in secrets:  # all of them, so that the time tells nothing
        expected = secret if kind == "freshdesk" else hmac.new(secret, signed, hashlib.sha256).digest()
        holds |= hmac.compare_digest(expected, given)
    if not holds or not given:
        raise Forged("the signature does not hold", 401)


_Signed = tuple[bytes, bytes, int | None]
"""What is signed, the signature as bytes, and when (epoch ms) if that is signed, too; -1 is no time."""


def _zendesk(request: WebRequest, _url: str) -> _Signed:
    time = request.headers.get("x-zendesk-webhook-signature-timestamp", "")
    return _raw(time) + request.body, _base64(request, "x-zendesk-webhook-signature"), _iso(time)


def _shopify(request: WebRequest, _url: str) -> _Signed:
    return request.body, _base64(request, "x-shopify-hmac-sha256"), None


def _hubspot(request: WebRequest, url: str) -> _Signed:
    time = request.headers.get("x-hubspot-request-timestamp", "")
    uri = f"{url}?{request.query}" if request.query else url
    signed = f"{request.method}{uri}".encode() + request.body + _raw(time)
    return signed, _base64(request, "x-hubspot-signature-v3"), int(time) if _NUMBER.fullmatch(time) else -1


def _freshdesk(request: WebRequest, _url: str) -> _Signed:
    return b"", _raw(request.headers.get(SHARED, "")), None


def _generic(request: WebRequest, _url: str) -> _Signed:
    written = request.headers.get("x-signature", "").removeprefix("sha256=")
    given = bytes.fromhex(written) if re.fullmatch(r"[0-9a-fA-F]{64}", written, re.ASCII) else b""
    time = request.headers.get("x-timestamp")
    if time is None:
        return request.body, given, None
    return _raw(time) + b"." + request.body, given, int(time) * 1000 if _NUMBER.fullmatch(time) else -1


_SCHEMES = {
    "zendesk": _zendesk,
    "shopify": _shopify,
    "hubspot": _hubspot,
    "freshdesk": _freshdesk,
    "generic": _generic,
}


def _base64(request: WebRequest, header: str) -> bytes:
    """A signature from its header, b"" for what is none."""
    try:
        found = base64.b64decode(_raw(request.headers.get(header, "")), validate=True)
    except ValueError:
        return b""
    return found if len(found) == hashlib.sha256().digest_size else b""


def _raw(text: str) -> bytes:
    """A header as the bytes it came as (bot.messages.WebRequest)."""
    return text.encode("latin-1", "replace")


def _iso(text: str) -> int:
    if not _ISO.fullmatch(text):
        return -1
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        return -1
