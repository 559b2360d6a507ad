"""A message's files before they go on: fetched from where they came in, looked at, and those that fit picked out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import structlog
from msgspec.structs import replace

from bot.abilities import Carrying, Filing
from bot.attachments import MOST_BYTES, fits, looked_at, safe_name
from bot.cases.words import word
from bot.errors import ChannelError, InDoubt, Rejected, StoreUnavailable, Throttled, Unavailable
from bot.messages import Address, File, FilesRefused, Inbound, LeftOut, Media, Outbound, Sent
from bot.ports import Channel
from bot.rows import Arrival, Leased
from bot.runtime.hosting import Hosting
from bot.runtime.intake import arrival

log = structlog.get_logger()

FETCH_AGAIN = 5.0  # s
FETCHES = 5  # tries to fetch a file before the message goes without it
TOO_LARGE = "413"  # the code of a channel's refusal, after HTTP's
_MOST = f"{MOST_BYTES // 1_000_000} MB"


class Parcel(NamedTuple):
    """What becomes of a message's files: `carried` go along as they are, `linked` as links, `refused` not at all."""

    carried: Sequence[File] = ()
    linked: Sequence[File] = ()
    refused: tuple[LeftOut, ...] = ()

    def lines(self, language: str) -> list[str]:
        """What the text says about those behind links."""
        unnamed = word("unnamed_file", language)
        return [
            word("file_link", language, file=name if name.partition(".")[0] != "file" else unnamed, link=file.link)
            for file in self.linked
            for name in (safe_name(file.name, file.mime),)
        ]

    def excuses(self, language: str) -> list[str]:
        """Why the others are not there."""
        return [
            word("file_refused", language, file=each.name, reason=word(f"file_{each.why}", language, most=_MOST))
            for each in self.refused
        ]


class Parcels:
    """Packs for one channel; files come in on all `channels`."""

    def __init__(self, channel: Channel, channels: Mapping[str, Channel], hosting: Hosting) -> None:
        self._channel = channel
        self._channels = channels
        self._hosting = hosting

    async def pack(self, row: Leased, message: Outbound) -> Parcel:
        """Fetch the files and look at them. Raises a ChannelError if it is worth trying again a little later."""
        limits = self._limits(message.to)
        carried: list[File] = []
        linked: list[File] = []
        refused: list[LeftOut] = []
        for number, media in enumerate(message.media):
            file = await self._fetched(row, message, media)
            if isinstance(file, LeftOut):
                refused.append(file)
                continue
            through = fits(file, limits)
            if not through or self._channel.capabilities.files_by_link:
                file = await self._hosted(row, file, number)
            (carried if through else linked).append(file)
        return Parcel(carried, linked, tuple(refused))

    async def unpacked(self, row: Leased, parcel: Parcel) -> Parcel:
        """The same, with links instead of what the provider did not take after all. Raises a ChannelError."""
        hosted = [
            file if file.link else await self._hosted(row, file, f"c{number}")
            for number, file in enumerate(parcel.carried)
        ]
        return Parcel((), [*hosted, *parcel.linked], parcel.refused)

    def _limits(self, to: Address) -> Mapping[str, int]:
        channel = self._channel
        if not isinstance(channel, Filing):
            return {}
        return channel.carries(to) if isinstance(channel, Carrying) else channel.capabilities.files

    async def _hosted(self, row: Leased, file: File, number: object) -> File:
        try:
            return replace(file, link=await self._hosting.link(file, f"{row.key}/{number}"))
        except StoreUnavailable as error:
            raise Unavailable("the file cannot be kept now") from error

    async def _fetched(self, row: Leased, message: Outbound, media: Media) -> File | LeftOut:
        """Download from the channel that it came in on, and see what it is. Its troubles are not this channel's."""
        origin = Address.of_lane(message.origin)
        source = self._channels.get(origin.channel)
        name = media.name or media.mime
        if not isinstance(source, Filing):
            return LeftOut(name, "gone")
        try:
            file = await source.fetch(media, origin.account)
        except ChannelError as error:
            if (error.retry or isinstance(error, InDoubt)) and row.attempts < FETCHES:
                raise Throttled(str(error), FETCH_AGAIN, error.code, whole_channel=False) from error
            log.info("file_not_fetched", channel=origin.channel, error=type(error).__name__, code=error.code)
            return LeftOut(name, "too_large" if error.code == TOO_LARGE else "gone")
        if len(file.data) > MOST_BYTES:
            return LeftOut(name, "too_large")
        return looked_at(file) or LeftOut(name, "type_refused")


def refusals(row: Leased, message: Outbound, sent: Sent, now: int) -> list[Arrival]:
    """The event that tells the customer's case of files that did not go along, once for all places of a desk."""
    if not sent.left_out or message.kind not in ("agent", "desk"):
        return []
    by_agent = message.kind == "agent"
    key = row.key if by_agent else row.key.rpartition(".p")[0] or row.key
    lane = row.lane if by_agent else message.origin
    told = FilesRefused(key, sent.left_out, by_agent=by_agent)
    return [arrival(Inbound(f"files:{key}", now, Address.of_lane(lane), told), now)]


def told(parcel: Parcel, language: str) -> Rejected:
    """The refusal of a message of which nothing is left."""
    return Rejected("\n".join(parcel.excuses(language)))
