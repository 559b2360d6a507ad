"""The calls behind a message: send, edit, delete, signs, and topics. Loads the SDK."""

from collections.abc import Sequence
from contextlib import suppress

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
)

from bot.errors import ChannelError, Rejected, ThreadGone
from bot.messages import Address, Outbound
from channels.telegram.buttons import Button
from channels.telegram.cards import Mark
from channels.telegram.client import Api
from channels.telegram.emoji import EMOJI, SIGNS
from channels.telegram.errors import CaptionOnly, Gone, NoSigns, TopicClosed, Unchanged
from channels.telegram.outbound import MAX_CAPTION, Shown
from channels.telegram.words import one_line

MAX_TITLE = 128
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


def markup(keyboard: list[list[Button]]) -> InlineKeyboardMarkup | None:
    """The SDK's inline keyboard; None without buttons."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(b.label, callback_data=b.data) for b in row] for row in keyboard]
    )


def entities(marks: Sequence[Mark]) -> list[MessageEntity] | None:
    """The SDK's entities; None without marks."""
    return [MessageEntity(mark.kind, mark.offset, mark.length, url=mark.url or None) for mark in marks] or None


def reply(message: Outbound) -> ReplyParameters | None:
    """The message that this one answers; if it is gone, the answer goes out all the same."""
    known = message.reply_to.isascii() and message.reply_to.isdigit() and len(message.reply_to) < 16
    return ReplyParameters(int(message.reply_to), allow_sending_without_reply=True) if known else None


def thread_id(address: Address) -> int | None:
    """The topic, None for a group's General topic, which Telegram does not want named. Raises Rejected."""
    if not address.thread:
        return None
    if not (address.thread.isascii() and address.thread.isdigit() and len(address.thread) < 16):
        raise Rejected("a topic of Telegram is a number")
    return int(address.thread)


async def send_text(api: Api, chat: int, message: Outbound, content: Shown) -> Message:
    """One message with its keyboard; opens a topic that was closed. Raises a ChannelError."""
    thread = thread_id(message.to)
    for attempt in (1, 2):
        try:
            sent = await api.once(
                api.bot.send_message(
                    chat,
                    content.text,
                    entities=entities(content.marks),
                    reply_markup=markup(content.keyboard),
                    reply_parameters=reply(message),
                    message_thread_id=thread,
                    link_preview_options=NO_PREVIEW,
                )
            )
        except TopicClosed:
            if attempt == 2 or thread is None:
                raise
            await reopen_topic(api, chat, message.to)
        else:
            [only] = await in_its_topic(api, chat, [sent], thread)
            return only
    raise AssertionError("two attempts end in an answer or an error")


async def in_its_topic(api: Api, chat: int, sent: Sequence[Message], thread: int | None) -> Sequence[Message]:
    """The messages, if they are in the topic they were meant for.

    Telegram puts them into the main chat, and says yes, if the group has no topics any more: there they may be read by
    people whom they are not for, so they are taken back. Raises ThreadGone.
    """
    if thread is None or sent[0].message_thread_id == thread:
        return sent
    for stray in sent:
        with suppress(ChannelError):
            await api.again(api.bot.delete_message(chat, stray.message_id))
    raise ThreadGone("the group has no such topic any more; turn on Topics in its settings", "400")


async def edit_text(api: Api, chat: int, message_id: int, content: Shown) -> None:
    """Change text and keyboard; of a picture or file its caption. Raises a ChannelError."""
    bot, keyboard = api.bot, markup(content.keyboard)
    try:
        await api.again(
            bot.edit_message_text(
                content.text,
                chat,
                message_id,
                entities=entities(content.marks),
                reply_markup=keyboard,
                link_preview_options=NO_PREVIEW,
            )
        )
    except Unchanged:
        pass
    except CaptionOnly:
        caption = content.text[:MAX_CAPTION]
        with suppress(Unchanged):
            await api.again(bot.edit_message_caption(chat, message_id, caption=caption, reply_markup=keyboard))


async def delete(api: Api, chat: int, message_id: int) -> None:
    """Delete a message of ours; one that is gone already is fine. Raises a ChannelError."""
    with suppress(Gone):
        await api.again(api.bot.delete_message(chat, message_id))


async def react(api: Api, chat: int, message_id: int, symbol: str) -> None:
    """Put our sign or an agent's emoji on a message, in place of an earlier one. Raises a ChannelError.

    A message that is gone and a chat that does not take it are no errors of a sign: nobody waits for one.
    """
    if symbol in EMOJI:
        with suppress(Unchanged):
            await api.again(api.bot.set_message_reaction(chat, message_id, EMOJI[symbol]))
        return
    if symbol not in SIGNS:
        raise Rejected(f"there is no sign for {symbol!r}")
    with suppress(Gone, NoSigns, Unchanged):
        await api.again(api.bot.set_message_reaction(chat, message_id, SIGNS[symbol]))


async def open_topic(api: Api, chat: int, title: str) -> int:
    """A new topic's id. Raises a ChannelError."""
    name = one_line(title)[:MAX_TITLE] or "…"
    topic = await api.once(api.bot.create_forum_topic(chat, name))
    return topic.message_thread_id


async def close_topic(api: Api, chat: int, to: Address) -> None:
    """Close a topic; a closed one is fine. Raises a ChannelError."""
    with suppress(Unchanged):
        await api.again(api.bot.close_forum_topic(chat, _topic(to)))


async def reopen_topic(api: Api, chat: int, to: Address) -> None:
    """Open a closed topic; an open one is fine. Raises ThreadGone or another ChannelError."""
    with suppress(Unchanged):
        await api.again(api.bot.reopen_forum_topic(chat, _topic(to)))


def _topic(to: Address) -> int:
    thread = thread_id(to)
    if thread is None:
        raise Rejected("the General topic stays open")
    return thread
