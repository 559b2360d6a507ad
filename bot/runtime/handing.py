"""How one message is handed to its channel: sent, changed, deleted, shown as a sign, whispered, or with its files."""

import msgspec
import structlog
from msgspec.structs import replace

from bot.abilities import Editing, Filing, Reacting, Whispering
from bot.cases.words import word
from bot.errors import Rejected, ThreadGone
from bot.messages import Outbound, Prompt, Sent
from bot.ports import Channel
from bot.render import answered, length, render
from bot.rows import Leased
from bot.runtime.parcels import Parcel, Parcels, told

log = structlog.get_logger()

_outbound = msgspec.json.Decoder(Outbound).decode


class Handing:
    """Knows what a channel can do."""

    def __init__(self, channel: Channel, parcels: Parcels) -> None:
        self._channel = channel
        self._parcels = parcels

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
        """The message with its files, or with links to them. The words come through without them, too."""
        channel, language = self._channel, message.language or "en"
        parcel = await self._parcels.pack(row, message)
        left = parcel.carried or parcel.linked or message.prompt.text.strip()
        if not left:
            raise told(parcel, language)
        if parcel.carried and isinstance(channel, Filing):
            try:
                sent = await channel.send_files(self._worded(message, parcel), parcel.carried)
            except ThreadGone:
                raise
            except Rejected as refused:
                log.info("files_linked", channel=row.channel, code=refused.code)
                parcel = await self._parcels.unpacked(row, parcel)
            else:
                return replace(sent, left_out=parcel.refused)
        sent = await channel.send(self._worded(message, parcel))
        return replace(sent, left_out=parcel.refused)

    def _worded(self, message: Outbound, parcel: Parcel) -> Outbound:
        """The message with what is to be said about its files. Raises Rejected if there is no room for it."""
        language, can = message.language or "en", self._channel.capabilities
        at_desk = message.kind == "desk"
        more = [*parcel.lines(language), *(parcel.excuses(language) if at_desk else ())]
        if not more:
            return message
        text, tail = message.prompt.text, "\n".join(more)
        room = can.max_text - length(tail, can.text_unit) - 1
        if at_desk and room > 0:  # its links are worth more than the end of long words
            text = render(Prompt(text), replace(can, max_text=room)).text
        elif length(text, can.text_unit) > room:
            raise Rejected(word("too_long", language, count=str(length(text, can.text_unit)), most=str(max(room, 0))))
        return replace(message, prompt=Prompt("\n".join(filter(None, (text, tail))), message.prompt.options))
