"""How one message is handed to its channel: sent, changed, deleted, shown as a sign, whispered, or with its files."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from bot.abilities import Editing, Filing, Reacting, Whispering
from bot.cases.words import word
from bot.errors import ChannelError, InDoubt, Rejected, ThreadGone, Throttled
from bot.messages import Address, File, Media, Outbound, Prompt, Sent
from bot.ports import Channel
from bot.render import answered
from bot.rows import Leased

FETCH_AGAIN = 5.0  # s
FETCHES = 5  # tries to fetch a file before a desk reads the words without it

_outbound = msgspec.json.Decoder(Outbound).decode


class Handing:
    """Knows what a channel can do, and the other channels that files come from."""

    def __init__(self, channel: Channel, channels: Mapping[str, Channel]) -> None:
        self._channel = channel
        self._channels = channels

    async def hand_over(self, row: Leased, message: Outbound) -> Sent:
        """Do with the message what it asks for. Raises a ChannelError."""
        channel = self._channel
        if message.kind == "status" and isinstance(channel, Reacting):
            await channel.react(message.to, message.reply_to, message.prompt.text)
            return Sent("")
        if message.edits and message.kind != "card":
            return await self._change(row, message)
        if message.kind in ("desk", "card") and not channel.capabilities.buttons:  # what to type is in the text
            message = replace(message, prompt=Prompt(message.prompt.text))
        if message.media:
            return await self._send_files(row, message)
        if message.whisper and isinstance(channel, Whispering):
            return await channel.whisper(message)
        return await channel.send(message)

    async def _change(self, row: Leased, message: Outbound) -> Sent:
        channel = self._channel
        if not row.shown_id or not isinstance(channel, Editing):
            raise Rejected("what was to be changed has never arrived")
        if message.removes:
            await channel.remove(message.to, row.shown_id)
            return Sent(row.shown_id)
        if message.kind == "mark":
            message = replace(message, prompt=answered(_outbound(row.shown).prompt, message.prompt.text))
        return await channel.edit(message, row.shown_id)

    async def _send_files(self, row: Leased, message: Outbound) -> Sent:
        """The message with its files. At a desk the words come through without them, too, and say so."""
        channel = self._channel
        language, names = message.language or "en", ", ".join(media.name or media.mime for media in message.media)
        try:
            if isinstance(channel, Filing):
                files = [await self._fetch(row, message, each) for each in message.media]
                return await channel.send_files(message, files)
            reason, code = word("file_type_refused", language), ""
        except ThreadGone:
            raise
        except Rejected as refused:
            reason, code = str(refused), refused.code
        told = word("file_refused", language, file=names, reason=reason)
        if message.kind != "desk":
            raise Rejected(told, code)
        text = "\n".join(filter(None, (message.prompt.text, told)))
        return await channel.send(replace(message, prompt=Prompt(text, message.prompt.options), media=()))

    async def _fetch(self, row: Leased, message: Outbound, media: Media) -> File:
        """Download from the channel that it came in on. Its troubles are not this channel's."""
        origin = Address.of_lane(message.origin)
        source = self._channels.get(origin.channel)
        if not isinstance(source, Filing):
            raise Rejected(word("file_gone", message.language or "en"))
        try:
            return await source.fetch(media, origin.account)
        except ChannelError as error:
            if (error.retry or isinstance(error, InDoubt)) and row.attempts < FETCHES:
                raise Throttled(str(error), FETCH_AGAIN, error.code, whole_channel=False) from error
            raise Rejected(str(error), error.code) from error
