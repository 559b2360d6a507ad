"""Files that customers sent, for who reads in the browser: fetched on demand from where they came in, kept nowhere."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import structlog

from bot.abilities import Filing
from bot.attachments import MOST_BYTES, looked_at
from bot.errors import ChannelError, InDoubt
from bot.messages import Address, File, LeftOut, Media
from bot.ports import Channel
from bot.runtime.parcels import TOO_LARGE
from storage.reading import SqlReading

log = structlog.get_logger()

AT_ONCE = 4  # files of up to 10 MB that are fetched at the same time
PATIENCE = 20.0  # s


class _Event(msgspec.Struct):
    """What matters here of something that happened to a case."""

    media: tuple[Media, ...] = ()


_event = msgspec.json.Decoder(_Event).decode


class InboxFiles:
    """Files by case and number: those that the customer sent, counted from 0 in the order of the case's history."""

    def __init__(self, reading: SqlReading, channels: Mapping[str, Channel]) -> None:
        """Files came in on these `channels`, by name."""
        self._reading = reading
        self._channels = channels
        self._places = asyncio.Semaphore(AT_ONCE)

    async def file(self, case_id: str, number: int) -> File | LeftOut | None:
        """The file, its type known by its bytes; or why it cannot be shown, `later` if that may pass; None: no such."""
        row = await self._reading.case(case_id)
        found = list(sent(row["entries"], await self._reading.journal(case_id))) if row else []
        if row is None or not 0 <= number < len(found):
            return None
        media, origin = found[number], Address.of_lane(row["lane"])
        source = self._channels.get(origin.channel)
        if media is None or not isinstance(source, Filing):
            return LeftOut("", "gone")
        try:
            async with asyncio.timeout(PATIENCE), self._places:
                file = await source.fetch(media, origin.account)
        except ChannelError as error:
            log.info("file_not_fetched", channel=origin.channel, error=type(error).__name__, code=error.code)
            later = bool(error.retry) or isinstance(error, InDoubt)
            return LeftOut(media.name, "later" if later else "too_large" if error.code == TOO_LARGE else "gone")
        except TimeoutError:
            return LeftOut(media.name, "later")
        if len(file.data) > MOST_BYTES:
            return LeftOut(media.name, "too_large")
        return looked_at(file) or LeftOut(media.name, "type_refused")


def sent(entries: Sequence[Mapping[str, Any]], journal: Sequence[Mapping[str, Any]]) -> Iterator[Media | None]:
    """What the customer sent, in order; None for what the journal does not know any more."""
    events = {row["turn"]: row["event"] for row in journal}
    for entry in entries:
        if entry["kind"] == "customer" and entry["media"]:
            known = _event(events[entry["turn"]]).media if entry["turn"] in events else ()
            for n in range(entry["media"]):
                yield known[n] if n < len(known) else None


def pictures(entries: Sequence[Mapping[str, Any]], journal: Sequence[Mapping[str, Any]]) -> tuple[int, ...]:
    """The numbers of those that came as pictures; what they are, their bytes tell later."""
    return tuple(n for n, media in enumerate(sent(entries, journal)) if media and media.mime.startswith("image/"))
