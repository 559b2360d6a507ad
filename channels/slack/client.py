"""Slack's own SDK over one connection pool, with an outcome for everything that can happen on the wire.

Importing this module loads the SDK and aiohttp (0.4 s): do so on first use.
"""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import parsedate_to_datetime
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import Misconfigured, Rejected, Unavailable
from channels.slack.config import API, SlackConfig
from channels.slack.errors import lost, refusal

CONNECT_SECONDS = 5.0
MOST_BYTES = 10_000_000
FILES = "files.slack.com"
Call = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]

# The SDK writes whole requests and answers to its logger, and looks at that logger's own level only.
_silent = logging.getLogger(f"{__name__}.sdk")
_silent.setLevel(logging.CRITICAL + 1)


class Answer(NamedTuple):
    """What Slack answered: the JSON, and the scopes of the token that was used ("" if it did not say)."""

    data: dict[str, Any]
    scopes: str = ""


class Api:
    """The Web API, and the errors of `bot.errors` for everything that is no answer."""

    def __init__(self, config: SlackConfig) -> None:
        """Needs a running event loop."""
        seconds = config.timeout / 1000
        trace = aiohttp.TraceConfig()
        trace.on_request_redirect.append(_refuse_redirect)
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=min(CONNECT_SECONDS, seconds)),
            cookie_jar=aiohttp.DummyCookieJar(),
            trace_configs=[trace],
        )
        self._url = config.api_url
        self._clients: dict[str, AsyncWebClient] = {}
        self.ahead = 0
        """How far Slack's clock was ahead of ours at its last answer, in ms; 0 unless clearly so."""

    async def call(self, token: str, call: Call, *, repeatable: bool = False, scope: str = "") -> Answer:
        """One call of the SDK. `repeatable` if doing it twice is harmless; `scope` as in `errors.refusal`.

        Raises a ChannelError.
        """
        client = self._clients.get(token)
        if client is None:
            # No retries of the SDK's: after a reset they would post a second time.
            client = AsyncWebClient(
                token, base_url=self._url, session=self._session, retry_handlers=[], logger=_silent
            )  # fmt: skip
            self._clients = {**self._clients, token: client} if len(self._clients) < 1000 else {token: client}
        try:
            answer = await call(client)
            self.ahead = _ahead(answer.headers.get("Date", ""), time.time())
            if not isinstance(answer.data, dict):
                raise lost("Slack's answer is no JSON object", repeatable=repeatable)
            return Answer(answer.data, answer.headers.get("X-OAuth-Scopes", ""))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as problem:
            # No connection, so not a byte of the request has left.
            raise Unavailable(f"no connection to Slack ({type(problem).__name__})") from None
        except SlackApiError as problem:  # `from None`: the SDK's exceptions quote what they got
            raise _refused(problem.response, repeatable=repeatable, scope=scope) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise lost(f"the answer was lost ({type(problem).__name__})", repeatable=repeatable) from None
        except (ValueError, LookupError, TypeError, AttributeError) as problem:
            raise lost(f"Slack's answer is not readable ({type(problem).__name__})", repeatable=repeatable) from None

    async def upload(self, url: str, data: bytes) -> None:
        """POST a file's bytes to the URL that Slack gave for it; nobody sees it yet. Raises a ChannelError."""
        self._own(url)
        await self._plain("POST", url, data=data)

    async def download(self, token: str, url: str) -> tuple[bytes, str]:
        """A file of Slack's and its content type. Raises a ChannelError; Misconfigured for Slack's login page."""
        self._own(url)
        return await self._plain("GET", url, headers={"Authorization": f"Bearer {token}"})

    def session(self) -> aiohttp.ClientSession:
        """The connection pool."""
        return self._session

    async def close(self) -> None:
        """Release the connections."""
        await self._session.close()

    def _own(self, url: str) -> None:
        """S13: a link in an event or answer never chooses where we connect, or who gets the token."""
        parts, base = urlsplit(url), urlsplit(self._url)
        slack = parts.scheme == "https" and parts.netloc == FILES
        elsewhere = self._url != API and (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
        if not (slack or elsewhere):
            raise Rejected("the file is not kept by Slack")

    async def _plain(self, method: str, url: str, **how: Any) -> tuple[bytes, str]:
        try:
            async with self._session.request(method, url, allow_redirects=False, **how) as answer:
                if answer.status >= 300:
                    if answer.status < 400:  # to the login page
                        raise refusal(200, "missing_scope", needed="files:read")
                    after = answer.headers.get("Retry-After", "")
                    raise refusal(answer.status, "", after, repeatable=True)
                content = await _read(answer)
                return content, answer.content_type
        except (aiohttp.ClientError, TimeoutError, OSError) as problem:
            raise Unavailable(f"the file did not come through ({type(problem).__name__})") from None


async def pages(
    api: Api, token: str, call: Callable[[AsyncWebClient, str], Awaitable[AsyncSlackResponse]], most: int
) -> AsyncIterator[dict[str, Any]]:
    """All pages of a list; `call` gets the client and the cursor. Raises a ChannelError.

    Raises Unavailable after `most` pages: what was not looked at is not known.
    """
    cursor = ""
    for _ in range(most):
        answer = await api.call(token, partial(_at, call, cursor), repeatable=True)
        yield answer.data
        metadata = answer.data.get("response_metadata")
        cursor = str(metadata.get("next_cursor") or "") if isinstance(metadata, dict) else ""
        if not cursor:
            return
    raise Unavailable("there is too much to look through")


def _at(
    call: Callable[[AsyncWebClient, str], Awaitable[AsyncSlackResponse]], cursor: str, client: AsyncWebClient
) -> Awaitable[AsyncSlackResponse]:
    return call(client, cursor)


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_chunked(65_536):
        content += chunk
        if len(content) > MOST_BYTES:
            raise Rejected("the file is larger than 10 MB", "413")
    return bytes(content)


def _refused(response: Any, *, repeatable: bool, scope: str) -> Exception:
    """What an answer without `ok` means; it may be the SDK's response or aiohttp's."""
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    data = data if isinstance(data, dict) else {}
    after, needed = response.headers.get("Retry-After", ""), str(data.get("needed") or "")
    code = str(data.get("error") or "")
    return refusal(status, code, after, needed=needed, repeatable=repeatable, scope=scope)


async def _refuse_redirect(_session: aiohttp.ClientSession, _context: SimpleNamespace, _params: Any) -> None:
    raise Misconfigured("`api_url` answers with a redirect")


def _ahead(date: str, now: float) -> int:
    """The difference between a Date header and our epoch seconds, in ms; below two seconds it means nothing."""
    try:
        ahead = parsedate_to_datetime(date).timestamp() - now
    except (TypeError, ValueError):
        return 0
    return int(ahead * 1000) if abs(ahead) > 2 else 0
