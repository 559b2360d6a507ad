"""Webhooks as Twilio sends them, as fast as they are answered or at a fixed rate.

`python -m tests.bench.load URL FIRST COUNT RATE` prints one JSON object: seconds, and the latencies in ms. Requests are
signed and put together before the clock starts, and sent over plain keep-alive connections: an HTTP client would be
slower than the servers it measures.
"""

import asyncio
import json
import re
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha1
from hmac import digest
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvloop

from tests.bench import survey
from tests.bench.endpoints import ACCOUNT, HOOK, NUMBER, TOKEN

CONNECTIONS = 64
_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def request(person: int) -> bytes:
    """One webhook, signed: https://www.twilio.com/docs/usage/security#validating-requests."""
    sid = f"SM{person:032x}"
    form = {
        "ToCountry": "DE", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "ToCity": "", "FromZip": "",
        "SmsSid": sid, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": survey.text(0, person),
        "FromCountry": "DE", "To": NUMBER, "ToZip": "", "NumSegments": "1", "MessageSid": sid, "AccountSid": ACCOUNT,
        "From": survey.address(person).chat, "ApiVersion": "2010-04-01",
    }  # fmt: skip
    signed = HOOK + "".join(name + form[name] for name in sorted(form))
    signature = b64encode(digest(TOKEN.encode(), signed.encode(), sha1)).decode()
    body = urlencode(form)
    lines = (
        "POST /hooks/sms HTTP/1.1",
        "Host: nps.example.com",
        "User-Agent: TwilioProxy/1.1",
        "Accept: */*",
        "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
        f"Content-Length: {len(body)}",
        f"X-Twilio-Signature: {signature}",
        f"I-Twilio-Idempotency-Token: {person:08x}-0000-4000-8000-000000000000",
        "",
        body,
    )
    return "\r\n".join(lines).encode()


class Caller(asyncio.Protocol):
    """One connection with at most one request under way."""

    def __init__(self) -> None:
        self._got = b""
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if end and self._answer and len(body) >= int(length[1] if length else 0):
            self._got = b""
            self._answer.set_result(int(head[9:12]))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionError("the server hung up"))

    async def call(self, raw: bytes) -> None:
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(raw)
        status = await self._answer
        if status != 200:
            raise AssertionError(f"a webhook was answered {status}")


async def connect(url: str) -> Caller:
    """A new connection."""
    where = urlsplit(url)
    _, caller = await asyncio.get_running_loop().create_connection(Caller, where.hostname, where.port)
    return caller


async def flat_out(url: str, raws: list[bytes]) -> list[float]:
    """As fast as the answers come; latencies (s)."""
    waiting: Iterator[bytes] = iter(raws)
    took: list[float] = []

    async def keep_calling(caller: Caller) -> None:
        for raw in waiting:
            began = time.perf_counter()
            await caller.call(raw)
            took.append(time.perf_counter() - began)

    callers = [await connect(url) for _ in range(CONNECTIONS)]
    await asyncio.gather(*map(keep_calling, callers))
    return took


async def at_rate(url: str, raws: list[bytes], rate: float) -> list[float]:
    """One every 1/rate s, whether or not the earlier ones are answered; latencies (s) from when each was due."""
    idle = [await connect(url) for _ in range(CONNECTIONS)]
    took: list[float] = []

    async def call(raw: bytes, due: float) -> None:
        caller = idle.pop() if idle else await connect(url)
        await caller.call(raw)
        took.append(time.perf_counter() - due)
        idle.append(caller)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as calls:
        for number, raw in enumerate(raws):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            calls.create_task(call(raw, due))
    return took


def main(url: str, first: int, count: int, rate: float) -> None:
    """Send `count` webhooks of people from number `first` on; `rate` per second, 0 for as fast as possible."""
    raws = [request(person) for person in range(first, first + count)]
    began = time.perf_counter()
    took = sorted(uvloop.run(at_rate(url, raws, rate) if rate else flat_out(url, raws)))
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "p50": took[count // 2] * 1000, "p99": took[count * 99 // 100] * 1000}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
