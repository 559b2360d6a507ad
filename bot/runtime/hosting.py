"""Files behind links of our own, for people whose channel does not carry them: secret, and gone after a week."""

import hashlib
import secrets
from base64 import b32encode
from collections.abc import Callable

from bot.attachments import safe_name
from bot.messages import File
from bot.ports import Store
from bot.rows import FileRow

LIFE = 7 * 24 * 3600_000  # ms that a link can be opened
REMEMBERED = 1_000  # links, so that a message that is tried again has the same ones


class Hosting:
    """Makes links. Only the SHA-256 of what is in them is stored: who reads the database cannot open them."""

    def __init__(self, store: Store, public_url: str, clock: Callable[[], int]) -> None:
        """`public_url` is where people reach this server; `clock` gives epoch ms."""
        self._store = store
        self._url = public_url.rstrip("/")
        self._clock = clock
        self._links: dict[str, str] = {}

    async def link(self, file: File, about: str) -> str:
        """A link to the file, whose `mime` is known to be harmless; the same for the same `about` if it can be.

        `about` is the key of the message that it goes with, and its number there. Raises StoreUnavailable.
        """
        known = self._links.get(about)
        if known:
            return known
        # Letters and digits only: some apps end a link at other characters, or call one a command.
        token, now = b32encode(secrets.token_bytes(32)).decode().rstrip("=").lower(), self._clock()
        name = safe_name(file.name, file.mime)
        size = len(file.data)
        await self._store.save_file(FileRow(digest(token), about, name, file.mime, size, file.data, now, now + LIFE))
        if len(self._links) >= REMEMBERED:
            self._links.pop(next(iter(self._links)))
        self._links[about] = link = f"{self._url}/files/{token}/{name}"
        return link


def digest(token: str) -> str:
    """What is stored of a link's secret: SHA-256, hex. It is random, so that a slow hash would protect nothing."""
    return hashlib.sha256(token.encode()).hexdigest()
