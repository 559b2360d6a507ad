"""How Twilio calls its customers' webhooks: signed, with one retry when no connection comes about.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides: 5 s to connect, 15 s in all, one retry on
connection failures; `#rc=3&rp=all` behind the URL asks for more and is no part of what is signed.
"""

import asyncio
import contextlib
import uuid
from urllib.parse import parse_qs, urldefrag

import aiohttp
from msgspec import Struct
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the SDK ships no types
from yarl import URL

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 15.0
MAX_RETRIES = 5


class Outcome(Struct, frozen=True):
    """What a webhook call led to; `status` 0 if there was no answer."""

    status: int
    attempts: int
    content_type: str = ""
    body: str = ""

    @property
    def alert(self) -> int:
        """The number that Twilio's debugger would show, 0 if all is well."""
        if not 200 <= self.status < 300:
            return 11200
        return 0 if not self.body or "xml" in self.content_type or "plain" in self.content_type else 12300


class Caller:
    """Posts signed forms."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, form: dict[str, str], token: str) -> Outcome:
        """Call a webhook until it answers or the retries are used up."""
        url, fragment = urldefrag(url)
        options = parse_qs(fragment)
        retries = min(int(options.get("rc", ["1"])[0]), MAX_RETRIES)
        headers = {
            "X-Twilio-Signature": RequestValidator(token).compute_signature(url, form),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
            "User-Agent": "TwilioProxy/1.1",
        }
        outcome = Outcome(0, 0)
        for attempt in range(1, retries + 2):
            outcome = await self._once(url, form, headers, attempt)
            refused = outcome.status == 0
            if not refused and not ("all" in options.get("rp", []) and outcome.status >= 500):
                break
        return outcome

    async def _once(self, url: str, form: dict[str, str], headers: dict[str, str], attempt: int) -> Outcome:
        with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError):
            async with self._open().post(URL(url, encoded=True), data=form, headers=headers) as answer:
                text = await answer.text(errors="replace")
                return Outcome(answer.status, attempt, answer.content_type, text)
        return Outcome(0, attempt)

    async def get(self, url: str, method: str) -> tuple[int, str, bytes]:
        """Fetch what a MediaUrl leads to: status (0 without an answer), content type, bytes."""
        with contextlib.suppress(aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError):
            async with self._open().request(method, URL(url, encoded=True), allow_redirects=True) as answer:
                return answer.status, answer.content_type, await answer.read()
        return 0, "", b""

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS, sock_connect=CONNECT_SECONDS)
            self._session = aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def close(self) -> None:
        """Release connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
