"""What Telegram tells, from a webhook call or from polling, as the bot's events.

Event ids are made of what happened, not of the update's number, which may be another one for the same thing:
`m:chat:message` for a message, `e:chat:message:time:text` for an edit, `c:id` for a press, `b:chat:time:status` for
blocking, `r:chat:message:who:time:emoji` for a reaction, `v:old:new` for a group that moved (told of on both sides),
`u:number:content` for what was not understood.
"""

import hashlib
import re
from typing import NamedTuple

import msgspec

from bot.messages import (
    Address,
    Body,
    Consent,
    Edited,
    Inbound,
    Media,
    Moved,
    Pressed,
    Reacted,
    Said,
    Started,
    Unreadable,
)
from channels.telegram.buttons import question_and_value
from channels.telegram.updates import (
    CallbackQuery,
    Chat,
    MemberUpdated,
    Message,
    Piece,
    Reaction,
    ReactionUpdated,
    Update,
    User,
)

_COMMAND = re.compile(r"/(start|stop|help)(?:@\w+)?(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # NUL cannot be stored, the rest means nothing
_NUMBER = re.compile(rb'"update_id"\s*:\s*(\d{1,19})\b')
MAX_NAME = 128  # characters of a person's name that are kept
_MIME = {"photo": "image/jpeg", "voice": "audio/ogg", "video_note": "video/mp4", "sticker": "image/webp"}

_update = msgspec.json.Decoder(Update).decode


class Understood(NamedTuple):
    """The events of an update, and the press to be answered, if it is one."""

    events: tuple[Inbound, ...] = ()
    press: str = ""


def understood(channel: str, body: bytes, now: int) -> Understood:
    """What the JSON of one authentic update says; `now` is epoch ms. Raises nothing.

    What we know and have no use for (service messages, other bots, channels) has no events.
    """
    try:
        update = _update(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as problem:
        return Understood((unreadable(channel, body, now, str(problem)),))
    if update.callback_query:
        return Understood(_pressed(channel, update.callback_query, now), update.callback_query.id)
    if update.message:
        return Understood(_message(channel, update.message))
    if update.edited_message:
        return Understood(_edited(channel, update.edited_message))
    if update.my_chat_member:
        return Understood(_membership(channel, update.my_chat_member))
    return Understood(_reacted(channel, update.message_reaction) if update.message_reaction else ())


def unreadable(channel: str, body: bytes, now: int, error: str) -> Inbound:
    """Authentic but not understood: kept for the doctor, in a lane of its own."""
    number = _NUMBER.search(body)
    known = number[1].decode() if number else "?"
    key = f"u:{known}:{_digest(body)}"
    raw = body[:4000].decode("utf-8", "replace")
    return Inbound(key, now, Address(channel=channel, chat=f"update-{_digest(body)}"), Unreadable(raw, error[:200]))


def _message(channel: str, message: Message) -> tuple[Inbound, ...]:
    chat = message.chat.id
    if message.migrate_to_chat_id:
        return (_moved(channel, message, chat, message.migrate_to_chat_id),)
    if message.migrate_from_chat_id:
        return (_moved(channel, message, message.migrate_from_chat_id, chat),)
    private = message.chat.type == "private"
    body: Body | None = _command(message) if private else None
    body = body or _said(message)
    return _event(channel, f"m:{chat}:{message.message_id}", message, body, message.date)


def _edited(channel: str, message: Message) -> tuple[Inbound, ...]:
    text = _words(message)
    if not text:
        return ()
    chat, ref = message.chat.id, message.message_id
    key = f"e:{chat}:{ref}:{message.edit_date}:{_digest(text.encode())}"
    return _event(channel, key, message, Edited(str(ref), text), message.edit_date or message.date)


def _event(channel: str, key: str, message: Message, body: Body | None, seconds: int) -> tuple[Inbound, ...]:
    author = _author(message.chat, message.sender, message.sender_chat)
    if body is None or author is None:
        return ()
    return (Inbound(key, seconds * 1000, _source(channel, message), body, *author),)


class _Author(NamedTuple):
    """Who did it, "" where the chat is that person, and how they are called."""

    id: str = ""
    name: str = ""


def _author(chat: Chat, sender: User | None, as_chat: Chat | None) -> _Author | None:
    """Whoever did something in a chat; None for bots and channels.

    An administrator who acts anonymously shows as the group itself, which is nobody's own identity.
    """
    if as_chat:
        anonymous = as_chat.id == chat.id and chat.type != "channel"
        return _Author(str(as_chat.id)) if anonymous else None
    if sender is None or sender.is_bot or chat.type == "channel":
        return None
    return _Author() if chat.type == "private" else _Author(str(sender.id), _name(sender))


def _name(user: User) -> str:
    return " ".join(_CONTROL.sub("", f"{user.first_name} {user.last_name}").split())[:MAX_NAME]


def _source(channel: str, message: Message) -> Address:
    """Where it happened. In a group without topics `message_thread_id` is only a chain of replies."""
    in_topic = message.is_topic_message and message.message_thread_id and message.chat.type != "private"
    return Address(channel, str(message.chat.id), thread=str(message.message_thread_id) if in_topic else "")


def _command(message: Message) -> Body | None:
    """Start, stop and help, as Telegram's own buttons and menus write them."""
    found = _COMMAND.fullmatch(message.text.strip())
    if not found:
        return None
    name = found[1].lower()
    if name != "start":
        return Consent(name)
    language = message.sender.language_code if message.sender else ""
    token = (found[2] or "").strip()
    return Started(
        token if _TOKEN.fullmatch(token) else "",
        language if _LANGUAGE.fullmatch(language) else "",
    )


def _said(message: Message) -> Said | None:
    """The words and files of a message; None if it has neither."""
    text, media = _words(message) or _spelled(message), _media(message)
    if not (text or media):
        return None
    quoted = message.reply_to_message.message_id if message.reply_to_message else 0
    if message.is_topic_message and quoted == message.message_thread_id:  # all "answer" what opened the topic
        quoted = 0
    reply_to = str(quoted) if quoted else ""
    return Said(text, media, str(message.message_id), message.media_group_id, reply_to)


def _words(message: Message) -> str:
    return _CONTROL.sub("", message.text or message.caption)


def _spelled(message: Message) -> str:
    """What is neither text nor file, in words."""
    text = ""
    if message.contact:
        contact = message.contact
        text = " ".join(filter(None, (contact.first_name, contact.last_name, contact.phone_number)))
    elif message.venue:
        text = f"📍 {message.venue.title}, {message.venue.address}"
    elif message.location:
        text = f"📍 {message.location.latitude:.6f}, {message.location.longitude:.6f}"
    elif message.poll:
        text = "\n".join([message.poll.question, *(f"- {option.text}" for option in message.poll.options)])
    elif message.dice:
        text = message.dice.emoji
    elif message.sticker:
        text = message.sticker.emoji
    return _CONTROL.sub("", text)


def _media(message: Message) -> tuple[Media, ...]:
    if message.photo:
        return (_file("photo", message.photo[-1]),)  # the largest comes last
    if message.sticker and not message.sticker.emoji:
        return (_file("sticker", message.sticker),)
    for kind in ("document", "voice", "audio", "video", "video_note", "animation"):  # a GIF is a document, too
        piece: Piece | None = getattr(message, kind)
        if piece:
            return (_file(kind, piece),)
    return ()


def _file(kind: str, piece: Piece) -> Media:
    mime = piece.mime_type or _MIME.get(kind, "")
    return Media(piece.file_id, _CONTROL.sub("", mime)[:100], _CONTROL.sub("", piece.file_name)[:200])


def _pressed(channel: str, query: CallbackQuery, now: int) -> tuple[Inbound, ...]:
    message = query.message
    if message is None or not query.data:
        return ()
    question, value = question_and_value(query.data[:256])
    body = Pressed(_CONTROL.sub("", question), _CONTROL.sub("", value), str(message.message_id))
    private = message.chat.type == "private"
    author = _Author() if private else _Author(str(query.sender.id), _name(query.sender))
    return (Inbound(f"c:{query.id}", now, _source(channel, message), body, *author),)


def _reacted(channel: str, change: ReactionUpdated) -> tuple[Inbound, ...]:
    """The emoji that came last, or what is left. Custom ones are pictures without words: they say nothing to us.

    Telegram does not tell the topic, so that it comes from the group.
    """
    author = _author(change.chat, change.user, change.actor_chat)
    before, after = _emoji(change.old_reaction), _emoji(change.new_reaction)
    if author is None or before == after:
        return ()
    chat, ref = change.chat.id, change.message_id
    who = author.id or str(chat)
    key = f"r:{chat}:{ref}:{who}:{change.date}:{_digest(' '.join([*before, '>', *after]).encode())}"
    emoji = next((one for one in reversed(after) if one not in before), after[-1] if after else "")
    return (Inbound(key, change.date * 1000, Address(channel, str(chat)), Reacted(str(ref), emoji), *author),)


def _emoji(reactions: list[Reaction]) -> list[str]:
    return list(filter(None, (_CONTROL.sub("", reaction.emoji)[:32] for reaction in reactions)))


def _membership(channel: str, change: MemberUpdated) -> tuple[Inbound, ...]:
    """Blocking the bot is an opt-out, and Telegram says so to the person itself; unblocking takes it back."""
    action = {"kicked": "stop", "member": "start"}.get(change.new_chat_member.status)
    if action is None or change.chat.type != "private":
        return ()
    key = f"b:{change.chat.id}:{change.date}:{change.new_chat_member.status}"
    source = Address(channel, str(change.chat.id))
    return (Inbound(key, change.date * 1000, source, Consent(action, answered=True, silent=action == "stop")),)


def _moved(channel: str, message: Message, old: int, new: int) -> Inbound:
    return Inbound(f"v:{old}:{new}", message.date * 1000, Address(channel, str(old)), Moved(str(new)))


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=6).hexdigest()
