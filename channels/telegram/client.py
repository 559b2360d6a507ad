"""python-telegram-bot over a transport of ours, with an outcome for everything that can happen on the wire.

Importing this module loads the SDK and httpx (0.5 s): do so on first use.
"""

import json
import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

import httpx
import msgspec
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.errors import ChannelError, InDoubt, Misconfigured, Rejected, Unavailable
from channels.telegram.config import TelegramConfig
from channels.telegram.errors import refusal
from channels.telegram.updates import ALLOWED

AT_ONCE = 80  # connections: more than the runtime's 64 sends, for answers to presses besides
CONNECT_SECONDS = 5.0
POOL_SECONDS = 5.0
UPLOAD_SECONDS = 60.0
T = TypeVar("T")

# Nothing of the request has left when one of these comes up.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class _Outcome(TelegramError):
    """Carries our error through the SDK, which passes on its own kind untouched."""

    def __init__(self, error: ChannelError) -> None:
        super().__init__(type(error).__name__)
        self.error = error


class _Answer(msgspec.Struct):
    """https://core.telegram.org/bots/api#making-requests."""

    ok: bool
    error_code: int | None = None
    description: str | None = None
    parameters: Any = None


class _Transport(HTTPXRequest):
    """HTTP for the SDK that raises what an answer means for us.

    Here and not from the SDK's exceptions: those hold the URL and with it the token, log bodies that are not JSON,
    call a refusal a network error, and drop the status.
    """

    def __init__(self, config: TelegramConfig, tls: Any, connections: int) -> None:
        seconds = config.timeout / 1000
        super().__init__(
            connection_pool_size=connections,
            read_timeout=seconds,
            write_timeout=seconds,
            connect_timeout=min(CONNECT_SECONDS, seconds),
            pool_timeout=min(POOL_SECONDS, seconds),
            media_write_timeout=UPLOAD_SECONDS,
            # Not the process's proxies and .netrc: the environment must not redirect us.
            httpx_kwargs={"verify": tls, "trust_env": False, "follow_redirects": False},
        )

    async def do_request(self, url: str, method: str, *rest: Any, **named: Any) -> tuple[int, bytes]:
        """Send one request of the SDK. Raises an _Outcome for whatever is no yes."""
        try:
            status, body = await super().do_request(url, method, *rest, **named)
        except TelegramError as problem:
            raise _Outcome(unanswered(problem.__cause__)) from None
        error = _verdict(status, body)
        if error:
            raise _Outcome(error)
        return status, body


class _Bot(Bot):
    """The SDK's bot, and updates as they came: one that the SDK cannot read must not hold up the others."""

    async def raw_updates(self, offset: int, seconds: int, patience: float) -> list[Any]:
        """GetUpdates with a long poll of `seconds`; `patience` (s) is how long to wait for the answer."""
        asked = {"offset": offset, "timeout": seconds, "limit": 100, "allowed_updates": list(ALLOWED)}
        found = await self._post("getUpdates", asked, read_timeout=patience)
        return found if isinstance(found, list) else []


class Api:
    """One bot, and the errors of `bot.errors` for everything that is not a yes."""

    def __init__(self, config: TelegramConfig) -> None:
        """Needs a running event loop."""
        _hush()
        self._seconds = config.timeout / 1000
        self._tls = httpx.create_ssl_context(trust_env=False)
        self._requests = (_Transport(config, self._tls, 2), _Transport(config, self._tls, AT_ONCE))
        self._files: httpx.AsyncClient | None = None
        self._file_url = f"{config.api_url}/file/bot"
        self.bot = _Bot(
            config.token.get_secret_value(),
            base_url=f"{config.api_url}/bot",
            base_file_url=self._file_url,
            get_updates_request=self._requests[0],
            request=self._requests[1],
        )

    async def once(self, call: Awaitable[T]) -> T:
        """A call that must not be made twice. Raises a ChannelError; InDoubt if it may have been taken."""
        try:
            return await call
        except _Outcome as outcome:
            raise outcome.error from None
        except (TelegramError, ValueError, LookupError, TypeError, AttributeError) as problem:
            # A yes that is not what it should be. `from None`: the SDK's exceptions quote what they got.
            raise InDoubt(f"Telegram's answer cannot be read ({type(problem).__name__})") from None

    async def again(self, call: Awaitable[T]) -> T:
        """A call that may be repeated without harm. Raises a ChannelError, never InDoubt."""
        try:
            return await self.once(call)
        except InDoubt as doubt:
            raise Unavailable(str(doubt), doubt.code) from None

    async def updates(self, offset: int, seconds: int) -> list[Any]:
        """Updates from this number on, waiting up to `seconds` for the first; confirms those before."""
        return await self.again(self.bot.raw_updates(offset, seconds, seconds + self._seconds))

    async def download(self, file_id: str, most: int) -> tuple[bytes, str]:
        """The bytes of a file and its path at Telegram. Raises Rejected if there are more than `most`."""
        file = await self.again(self.bot.get_file(file_id))
        url = file.file_path or ""
        own = f"{self._file_url}{self.bot.token}/"
        if not url.startswith(own) or ".." in url:
            raise Misconfigured("Telegram gave no path to download from; a local Bot API server must not use --local")
        if (file.file_size or 0) > most:
            raise too_large(most)
        if self._files is None:
            limits = httpx.Timeout(self._seconds, connect=min(CONNECT_SECONDS, self._seconds))
            self._files = httpx.AsyncClient(verify=self._tls, trust_env=False, timeout=limits)
        return await self.again(_streamed(self._files, url, most)), url.removeprefix(own)

    async def close(self) -> None:
        """Release the connections."""
        for request in self._requests:
            await request.shutdown()
        if self._files is not None:
            await self._files.aclose()


def too_large(most: int) -> Rejected:
    """The error for files over our limit (bytes)."""
    return Rejected(f"the file is larger than {most // 1_000_000} MB", "413")


def unanswered(cause: BaseException | None) -> ChannelError:
    """What it means that there was no answer: `cause` is httpx's exception."""
    name = type(cause).__name__
    if isinstance(cause, _UNSENT):
        return Unavailable(f"no connection to Telegram ({name})")
    return InDoubt(f"the answer was lost ({name})")


def _verdict(status: int, body: bytes) -> ChannelError | None:
    """The error in an answer, if it is one."""
    try:  # as forgiving as the SDK: half a surrogate pair in one update must not hold up all others
        answer = msgspec.convert(json.loads(body.decode("utf-8", "replace")), _Answer)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        answer = None
    code = (answer.error_code if answer else None) or status
    if status >= 500 or code >= 500:
        return InDoubt(f"Telegram answered {max(status, code)}", str(status))
    if 300 <= status < 400:
        return refusal(status, "")
    if answer is None:
        if status < 300:
            return InDoubt("the answer is not one of Telegram's")
        return refusal(429, "") if status == 429 else Misconfigured(f"`api_url` is not Telegram: it answers {status}")
    if status < 300 and answer.ok:
        return None
    return InDoubt("Telegram answered neither yes nor no") if code < 300 else _refused(code, answer)


def _refused(code: int, answer: _Answer) -> ChannelError:
    return refusal(code, answer.description or "", answer.parameters)


async def _streamed(files: httpx.AsyncClient, url: str, most: int) -> bytes:
    data = bytearray()
    try:
        async with files.stream("GET", url) as answer:
            if answer.status_code != 200:
                raise _Outcome(_verdict(answer.status_code, await answer.aread()) or InDoubt("no file came"))
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > most:
                    raise _Outcome(too_large(most))
    except httpx.HTTPError as problem:
        raise _Outcome(unanswered(problem)) from None
    return bytes(data)


class _Quiet(logging.Filter):
    """Only warnings and worse: below, httpx logs URLs (the token) and the SDK parameters (people's words)."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno >= logging.WARNING


_quiet = _Quiet()


def _hush() -> None:
    """Silence the libraries for whatever level the program logs at. A filter holds where a level may be changed."""
    names = ("httpx", "telegram", "telegram.Bot", "telegram.BaseRequest", "telegram.HTTPXRequest")
    for name in (*names, "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
        logging.getLogger(name).addFilter(_quiet)
