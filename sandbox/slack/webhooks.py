"""How Slack calls an app's request URLs: signed, and given up after three seconds.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import time

import aiohttp
from msgspec import Struct

ACK_SECONDS = 3.0
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


class Outcome(Struct, frozen=True):
    """What a delivery led to; `status` is 200 for an envelope that was acknowledged and 0 if there was no answer.

    `ts` is the message that was delivered, if it was one. `reason` is Slack's word for a failure.
    """

    status: int
    attempts: int
    body: str = ""
    reason: str = ""
    stop: bool = False  # X-Slack-No-Retry
    ts: str = ""

    @property
    def taken(self) -> bool:
        """Whether the app has answered with a 2xx."""
        return 200 <= self.status < 300


def signature(secret: str, stamp: str, body: bytes) -> str:
    """`v0=` and the HMAC-SHA256 of `v0:{stamp}:{body}`."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()


class Caller:
    """Posts signed bodies. `skew` seconds are added to the time that is signed, which is the real one."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.skew = 0.0
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, kind: str, secret: str, headers: dict[str, str]) -> Outcome:
        """Call a URL once; every failure is an outcome."""
        if self._session is None:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        stamp = str(int(time.time() + self.skew))
        signed = {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(secret, stamp, body),
        }
        try:
            async with (
                asyncio.timeout(self.seconds),
                self._session.post(url, data=body, headers=signed | headers, allow_redirects=False) as answer,
            ):
                text = await answer.text(errors="replace")
                reason = "" if answer.status < 300 else "http_error"
                return Outcome(answer.status, 1, text, reason, answer.headers.get("X-Slack-No-Retry") == "1")
        except TimeoutError:
            return Outcome(0, 1, reason="http_timeout")
        except (aiohttp.ClientError, OSError):
            return Outcome(0, 1, reason="connection_failed")

    async def close(self) -> None:
        """Release connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
