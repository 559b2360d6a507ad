"""Pictures and files that customers sent: fetched from the account's own media, and from nowhere else (S13)."""

import re
from urllib.parse import urljoin, urlsplit

import aiohttp
from yarl import URL

from bot.errors import ChannelError, Misconfigured, Rejected, Unavailable
from bot.messages import File, Media
from channels.twilio.config import TwilioConfig

MOST_BYTES = 10_000_000
HOPS = 3  # Twilio sends us on once
_REF = re.compile(r"Messages/(SM|MM)[0-9a-fA-F]{32}/Media/ME[0-9a-fA-F]{32}")
_TWILIO = "https://api.twilio.com"
# Where Twilio keeps media: with authentication switched on, without, and without in an older form.
_HOSTS = frozenset({"mms.twiliocdn.com", "media.twiliocdn.com", "media.twiliocdn.com.s3-external-1.amazonaws.com"})
_BUCKET, _IN_BUCKET = "s3-external-1.amazonaws.com", "/media.twiliocdn.com/"


async def download(session: aiohttp.ClientSession, config: TwilioConfig, media: Media) -> File:
    """Download a file by `Messages/…/Media/…`, at most 10 MB. Raises a ChannelError.

    The URL is made here: a link in a webhook never chooses where we connect. Where Twilio sends us on to its store,
    the account's key does not come along.
    """
    if not _REF.fullmatch(media.ref):
        raise Rejected("this is no file of the account's own", "404")
    url = f"{config.api_url}/2010-04-01/Accounts/{config.account_sid}/{media.ref}"
    key = aiohttp.encode_basic_auth(config.account_sid, config.auth_token.get_secret_value())
    headers = {"Authorization": key}
    try:
        for _ in range(HOPS):
            async with session.get(URL(url, encoded=True), headers=headers, allow_redirects=False) as answer:
                if not 300 <= answer.status < 400:
                    _check(answer.status, authorized=bool(headers))
                    return File(media.name, media.mime or answer.content_type, await _read(answer))
                url, headers = _onward(url, answer.headers.get("Location", ""), config.api_url), {}
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
        raise Unavailable(f"the file did not come through ({type(problem).__name__})") from None
    raise Rejected("Twilio sends us from one place to the next", "310")


def _onward(at: str, location: str, api_url: str) -> str:
    """Where Twilio keeps the file. Raises Rejected for any other place."""
    url = urljoin(at, location)
    parts, base = urlsplit(url), urlsplit(api_url)
    store = parts.netloc in _HOSTS or (parts.netloc == _BUCKET and parts.path.startswith(_IN_BUCKET))
    elsewhere = api_url != _TWILIO and (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
    if not location or not ((parts.scheme == "https" and store) or elsewhere):
        raise Rejected("the file is not kept by Twilio", "310")
    return url


def _check(status: int, *, authorized: bool) -> None:
    """Raise what an answer without a file means."""
    found: ChannelError | None = None
    if status >= 500 or status == 429:
        found = Unavailable(f"Twilio answered {status}", str(status))
    elif status in (401, 403) and authorized:
        found = Misconfigured("Twilio does not accept the account SID and auth token", str(status))
    elif status != 200:
        found = Rejected("the file is not there any more", str(status))
    if found:
        raise found


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for piece in answer.content.iter_chunked(65_536):
        content += piece
        if len(content) > MOST_BYTES:
            raise Rejected("the file is larger than 10 MB", "413")
    return bytes(content)
