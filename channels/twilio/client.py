"""Twilio's own SDK over one connection pool, with an outcome for everything that can happen on the wire.

Importing this module loads the SDK and aiohttp (0.4 s): do so on first use.
"""

import json
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit, urlunsplit

import aiohttp
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]  # the SDK ships no types
from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.errors import ChannelError, InDoubt, Unavailable
from bot.messages import File, Media
from channels.twilio.config import TwilioConfig
from channels.twilio.download import download
from channels.twilio.errors import refusal

CONNECT_SECONDS = 5.0
MOST_PAGES = 250  # of 200 messages
T = TypeVar("T")


class _Transport(AsyncHttpClient):  # type: ignore[misc]  # the SDK ships no types
    """HTTP for the SDK, pointed at `api_url`, without retries, raising what an answer means for us.

    Not the SDK's own AsyncTwilioHttpClient: that one passes no timeout to aiohttp, not even the session's, and
    logs URLs, that is phone numbers.
    """

    def __init__(self, api_url: str, seconds: float) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True)
        self._target = urlsplit(api_url)
        self.session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=min(CONNECT_SECONDS, seconds)),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self.ahead = 0

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the SDK's signature; the session has one
        allow_redirects: bool = False,  # noqa: ARG002, FBT001, FBT002 - never: redirects would carry the key along
    ) -> Response:
        """Send one request of the SDK to `api_url`. Raises a ChannelError for whatever is no answer."""
        if auth:
            headers = {**(headers or {}), "Authorization": aiohttp.encode_basic_auth(*auth)}
        sending = self.session.request(
            method, aimed(uri, self._target), params=params, data=data, headers=headers, allow_redirects=False
        )
        try:
            async with sending as answer:
                response = Response(answer.status, await answer.text(), answer.headers)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            # No connection, so not a byte of the request has left.
            raise Unavailable(f"no connection to Twilio ({type(problem).__name__})") from None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            raise _lost(method, f"the answer was lost ({type(problem).__name__})") from None
        self.ahead = _ahead(response.headers.get("Date", ""), time.time())
        if response.status_code >= 500:
            raise _lost(method, f"Twilio answered {response.status_code}")
        if response.status_code >= 300:
            # Here and not in the SDK: its exceptions quote the URL, drop Retry-After, and differ by method.
            code, text = _code_and_text(response.text)
            after = response.headers.get("Retry-After", "")
            raise refusal(response.status_code, code, text, after, time.time())
        return response

    async def close(self) -> None:
        """Release the connections."""
        await self.session.close()


def aimed(uri: str, target: SplitResult) -> str:
    """The SDK's URL at the configured host: Twilio's products have hosts of their own, a stand-in has one for all."""
    parts, host = urlsplit(uri), target.netloc
    if host.startswith("api.") and host.endswith(".twilio.com"):
        host = parts.netloc.partition(".")[0] + host.removeprefix("api")
    return urlunsplit(parts._replace(scheme=target.scheme, netloc=host, path=target.path.rstrip("/") + parts.path))


class Api:
    """One account's messages, what else is asked about it, and the errors of `bot.errors` for all that goes wrong."""

    def __init__(self, config: TwilioConfig) -> None:
        """Needs a running event loop."""
        self._config = config
        self._transport = _Transport(config.api_url, config.timeout / 1000)
        self._client = Client(
            config.account_sid,
            config.auth_token.get_secret_value(),
            http_client=self._transport,
            environment={"": ""},  # not the process's: TWILIO_REGION there must not redirect us
        )

    @property
    def ahead(self) -> int:
        """How far Twilio's clock was ahead of ours at its last answer, in ms; 0 unless clearly so."""
        return self._transport.ahead

    async def create(self, fields: dict[str, Any]) -> Any:
        """POST a message; the record that Twilio made of it. Raises a ChannelError."""
        record = await _called(self._client.messages.create_async(**fields), "POST")
        if not record.sid:
            raise InDoubt("Twilio's answer holds no message id")
        return record

    async def messages(self, *, limit: int | None = None, **filters: str | datetime) -> list[Any]:
        """Records that match, newest first. Raises a ChannelError; Unavailable if the list does not end."""
        return await _called(self._listed(limit, filters), "GET")

    async def _listed(self, limit: int | None, filters: dict[str, str | datetime]) -> list[Any]:
        found: list[Any] = []
        page = await self._client.messages.page_async(page_size=min(limit or 200, 200), **filters)
        for _ in range(MOST_PAGES):
            found += page
            if limit and len(found) >= limit:
                return found[:limit]
            page = await page.next_page_async()
            if page is None:
                return found
        raise Unavailable("there is too much to look through")

    async def media(self, sid: str) -> list[Any]:
        """The media records of a message. Raises a ChannelError."""
        return list(await _called(self._client.messages(sid).media.list_async(limit=10), "GET"))

    async def download(self, media: Media) -> File:
        """A file that came with a message. Raises a ChannelError."""
        return await download(self._transport.session, self._config, media)

    async def ask(self, call: Callable[[Client], Awaitable[T]]) -> T:
        """Another call of the SDK, one that may be repeated. Raises a ChannelError."""
        return await _called(call(self._client), "GET")

    async def close(self) -> None:
        """Release the connections."""
        await self._transport.close()


async def _called(call: Awaitable[T], method: str) -> T:
    try:
        return await call
    except (TwilioException, ValueError, LookupError, TypeError, AttributeError) as problem:
        # A 2xx that is not what it should be. `from None`: the SDK's exceptions quote what they got.
        raise _lost(method, f"Twilio's answer cannot be read ({type(problem).__name__})") from None


def _ahead(date: str, now: float) -> int:
    """The difference between a Date header and our epoch seconds, in ms; below two seconds it means nothing."""
    try:
        ahead = parsedate_to_datetime(date).timestamp() - now
    except (TypeError, ValueError):
        return 0
    return int(ahead * 1000) if abs(ahead) > 2 else 0


def _lost(method: str, what: str) -> ChannelError:
    """A lost answer leaves a POST in doubt; asking again is harmless."""
    return InDoubt(what) if method.upper() == "POST" else Unavailable(what)


def _code_and_text(body: str) -> tuple[str, str]:
    try:
        answer = json.loads(body)
        return str(answer.get("code") or ""), str(answer.get("message") or answer.get("title") or "")
    except (ValueError, AttributeError):
        return "", ""
