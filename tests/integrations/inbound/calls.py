"""Calls of other systems as those sign them, written down independently of the code that checks them."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime

from bot.messages import WebRequest

NOW = 1_800_000_000_000
URL = "https://nps.example.com/hooks/in/x"
SECRET = "s3cret-of-sixteen-and-more"
KINDS = ("zendesk", "shopify", "hubspot", "freshdesk", "generic", "generic with a time")


def mac(message: bytes, secret: str = SECRET) -> bytes:
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def headers_of(kind: str, body: bytes, at: int = NOW, secret: str = SECRET, url: str = URL) -> dict[str, str]:
    """The headers that vouch for a body."""
    match kind:
        case "zendesk":
            time = iso(at)
            signature = base64.b64encode(mac(time.encode() + body, secret)).decode()
            return {"x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": time}
        case "shopify":
            return {"x-shopify-hmac-sha256": base64.b64encode(mac(body, secret)).decode()}
        case "hubspot":
            message = b"POST" + url.encode() + body + str(at).encode()
            signature = base64.b64encode(mac(message, secret)).decode()
            return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": str(at)}
        case "freshdesk":
            return {"x-echolot-secret": secret}
        case "generic":
            return {"x-signature": mac(body, secret).hex()}
    time = str(at // 1000)
    return {"x-signature": f"sha256={mac(f'{time}.'.encode() + body, secret).hex()}", "x-timestamp": time}


def call(kind: str, body: object, at: int = NOW, secret: str = SECRET, query: str = "", **more: str) -> WebRequest:
    """A call with its headers; a body that is no bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    url = f"{URL}?{query}" if query else URL
    headers = headers_of(kind, raw, at, secret, url) | {name.replace("_", "-"): value for name, value in more.items()}
    return WebRequest("POST", "", query, headers, raw)
