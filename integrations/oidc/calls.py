"""Calls to a provider of identities: short answers in JSON, from where the operator's issuer is, and nowhere else."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from bot.errors import NotVouched
from integrations.oidc.config import is_loopback

SECONDS = 10.0  # for one whole answer
MOST = 256 * 1024  # bytes of an answer, unpacked


def leads_where_it_may(url: Any, issuer: str) -> bool:
    """Whether an address from the issuer's document may be called, or shown to a browser.

    A public issuer could else have us call what only this machine or its network reaches.
    """
    if not isinstance(url, str):
        return False
    try:
        ours, theirs = urlsplit(issuer), urlsplit(url)
        host = theirs.hostname or ""
        _ = theirs.port  # raises what is no number
    except ValueError:
        return False
    if theirs.scheme != ours.scheme or not host or theirs.username or theirs.fragment:
        return False
    by_number = is_loopback(host) or ":" in host or host.rpartition(".")[2].isdecimal() or "." not in host
    return not by_number or host == ours.hostname


async def call(url: str, form: str | None = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    """GET, or POST with a form: the status, and the object that came back. Raises NotVouched.

    Redirects are not followed. One connection for each call: there are few, and none is left open.
    """
    import aiohttp  # noqa: PLC0415 - a quarter of a second, for servers with a provider only

    asked = {"accept": "application/json", "accept-encoding": "identity", **(headers or {})}
    method = "GET" if form is None else "POST"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as http,
            http.request(method, url, data=form, headers=asked, allow_redirects=False) as answer,
        ):
            body = b""
            async for chunk in answer.content.iter_chunked(16 * 1024):
                body += chunk
                if len(body) > MOST:
                    raise NotVouched("its answer is too long")
            status = answer.status
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise NotVouched(f"it does not answer: {type(error).__name__}", later=True) from error
    if status >= 500 or status == 429:
        raise NotVouched(f"it answers {status}", later=True)
    try:
        found = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise NotVouched(f"it answers {status}, and not in JSON") from error
    if not isinstance(found, dict):
        raise NotVouched(f"it answers {status}, and not with an object")
    return status, found
