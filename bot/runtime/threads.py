"""Where a case's messages go at a desk: its thread there, opened when there is none, and anew when it is gone."""

from collections.abc import Collection

import msgspec
import structlog
from msgspec.structs import replace

from bot.abilities import Editing, Rooted, Threading
from bot.cases.state import code_of
from bot.cases.words import word
from bot.errors import ChannelError, NotAdmitted, Rejected, ThreadGone
from bot.messages import Address, Outbound, Prompt, Sent
from bot.ports import Channel, Reconciling, Store
from bot.rows import Leased, Tail
from bot.runtime.handing import Handing

log = structlog.get_logger()

TAIL = 10  # messages that a new thread repeats from the one that is gone

_outbound = msgspec.json.Decoder(Outbound).decode


def is_named_by_case(to: Address) -> bool:
    """Whether this is a case's thread that has the case's id for a name: the provider's own is not known here."""
    return to.thread.startswith("@")


class Threads:
    """Hands messages to the threads of cases on one channel. A case has one lane in a place, so nothing meets here."""

    def __init__(self, name: str, channel: Channel, store: Store, handing: Handing) -> None:
        self._name = name
        self._channel = channel
        self._store = store
        self._handing = handing
        self._barred: set[str] = set()  # lanes of the groups that we may not write into

    async def hand_over(self, row: Leased, message: Outbound) -> Sent:
        """Send, or change what was sent. Raises a ChannelError.

        A group that takes nothing of ours is told to the log once, and once more when it does again.
        """
        group = replace(message.to, thread="").lane
        try:
            sent = await self._hand_over(row, message)
        except NotAdmitted as refused:
            if group not in self._barred:
                self._barred.add(group)
                log.warning(
                    "desk_place_broken", channel=self._name, place=group, code=refused.code, reason=str(refused)
                )
            raise
        if group in self._barred:
            self._barred.remove(group)
            log.info("desk_place_works_again", channel=self._name, place=group)
        return sent

    async def _hand_over(self, row: Leased, message: Outbound) -> Sent:
        if row.thread:
            try:
                return await self._into(row, message, replace(message.to, thread=row.thread))
            except ThreadGone:
                if message.kind == "status":  # a sign is no reason for a new thread
                    raise
        elif message.kind == "status":
            raise Rejected("there is no thread with this message")
        return await self._in_new_one(row, message)

    async def find(self, channel: Reconciling, row: Leased, message: Outbound, taken: Collection[str]) -> Sent | None:
        """What the provider knows of a message in doubt. Raises a ChannelError.

        A card that has arrived tells what its thread is called. So does the one that was to open a thread for another
        message.
        """
        if message.kind == "card":
            return await self._find_card(channel, row, message, taken)
        thread, tail = row.thread, Tail("", ())
        if not thread:
            tail = await self._store.place_tail(_case_of(row), row.lane, 0)
        if tail.card and isinstance(channel, Rooted):
            card = await self._find_card(channel, row, _outbound(tail.card), taken)
            thread = channel.thread_of(card.provider_id) if card else ""
        return await channel.find(replace(message, to=replace(message.to, thread=thread)), row.first_attempt_at, taken)

    async def _find_card(
        self, channel: Reconciling, row: Leased, card: Outbound, taken: Collection[str]
    ) -> Sent | None:
        to = replace(card.to, thread=row.thread)
        sent = await channel.find(replace(card, to=to), row.first_attempt_at, taken)
        if sent:
            if not to.thread and isinstance(channel, Rooted):
                to = replace(to, thread=channel.thread_of(sent.provider_id))
            await self._save(row, to, sent.provider_id)
        return sent

    async def _into(self, row: Leased, message: Outbound, to: Address) -> Sent:
        message = replace(message, to=to)
        if message.kind != "card":
            return await self._handing.hand_over(row, message)
        if row.card_id and isinstance(self._channel, Editing):
            try:
                return await self._channel.edit(message, row.card_id)
            except ThreadGone:
                raise
            except Rejected as refused:  # somebody has deleted it
                log.info("card_sent_anew", channel=self._name, code=refused.code)
        return await self._post(row, message)

    async def _post(self, row: Leased, card: Outbound) -> Sent:
        sent = await self._channel.send(replace(card, edits=""))
        await self._store.save_place(_case_of(row), row.lane, "", "", sent.provider_id)  # the thread is known
        return sent

    async def _in_new_one(self, row: Leased, message: Outbound) -> Sent:
        """Open a thread, with the case's card, and send into it."""
        lost = row.thread != "" or row.card_id != ""
        case_id, group = _case_of(row), replace(message.to, thread="")
        tail = Tail("", ())
        if row.thread:
            await self._leave(row, replace(message.to, thread=row.thread), group)
        if lost or message.kind != "card":
            tail = await self._store.place_tail(case_id, row.lane, TAIL if lost else 0)
        card = message if message.kind == "card" else _outbound(tail.card) if tail.card else None
        to, sent = await self._opened(row, card, group)
        if to is None:
            text = f"{code_of(case_id)}: {message.prompt.text}"
            outside = replace(message, to=group, edits="", prompt=Prompt(text, message.prompt.options))
            return await self._handing.hand_over(row, outside)
        if lost:
            log.warning("case_reopened_thread", channel=self._name, case=case_id)
            await self._repeat(message, to, [_outbound(note).prompt.text for note in tail.notes])
        if message is card and sent:
            return sent
        return await self._handing.hand_over(row, replace(message, to=to))

    async def _leave(self, row: Leased, old: Address, group: Address) -> None:
        """Give up a thread. What is said in the new one, before we know its name, waits for it.

        Under a message that was deleted people may go on writing, and many will, for it is on their screens.
        """
        case_id = _case_of(row)
        if isinstance(self._channel, Rooted):
            await self._store.save_place(case_id, old.lane, old.lane, old.thread, "")
        await self._store.lose_thread(case_id, row.lane, group.lane)

    async def _opened(self, row: Leased, card: Outbound | None, group: Address) -> tuple[Address | None, Sent | None]:
        """A new thread and the card in it; no thread where the group takes none any more."""
        channel = self._channel
        if isinstance(channel, Rooted) and card:
            sent = await channel.send(replace(card, to=group, edits=""))
            to = replace(group, thread=channel.thread_of(sent.provider_id))
            await self._save(row, to, sent.provider_id)
            return to, sent
        if not isinstance(channel, Threading):
            return None, None
        title = card.card.title if card and card.card else code_of(_case_of(row))
        try:
            to = await channel.open_thread(group, title)
        except (Rejected, NotAdmitted) as refused:
            log.warning("no_thread_for_case", channel=self._name, code=refused.code)
            return None, None
        await self._save(row, to, "")
        to = replace(group, thread=to.thread)
        return to, await self._post(row, replace(card, to=to)) if card else None

    async def _repeat(self, message: Outbound, to: Address, texts: list[str]) -> None:
        """What stood last in the thread that is gone, as one message; the one that waits matters more."""
        text = "\n\n".join([word("thread_lost", message.language or "en"), *texts])
        note = Outbound(f"{message.key}.tail", to, Prompt(text), "desk", language=message.language)
        try:
            await self._channel.send(note)
        except ChannelError as error:
            log.warning("tail_not_repeated", channel=self._name, error=type(error).__name__)

    async def _save(self, row: Leased, to: Address, card_id: str) -> None:
        inbound = to.lane if to.thread else ""
        await self._store.save_place(_case_of(row), row.lane, inbound, to.thread, card_id)


def _case_of(row: Leased) -> str:
    return Address.of_lane(row.lane).thread.removeprefix("@")
