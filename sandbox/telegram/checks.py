"""What the Bot API refuses in a message: where it goes, its text, its buttons, its file. Raises Refused throughout."""

from typing import NamedTuple
from urllib.parse import urlsplit

from sandbox.telegram.call import Call
from sandbox.telegram.model import Chat, File, Json, Message, Refused, bad
from sandbox.telegram.text import MAX_CAPTION, MAX_TEXT, Formatted, formatted, utf16
from sandbox.telegram.world import World

MAX_DATA = 64  # bytes of a button
MAX_BUTTONS = 100
MAX_UPLOAD, MAX_PHOTO, MAX_DOWNLOAD = 50 << 20, 10 << 20, 20 << 20
GENERAL = 1  # the topic that every forum has, and that no message may name


class Place(NamedTuple):
    """Where a message goes."""

    chat: Chat
    topic: int
    reply_to: Message | None


def place(world: World, call: Call) -> Place:
    """Chat, topic and the message that is replied to."""
    chat = world.chat(call)
    topic = _topic(chat, call)
    reply_to = _reply(chat, call)
    if reply_to and chat.forum and not topic:
        topic = reply_to.topic
    if chat.forum and topic and chat.topics[topic].closed and not chat.member(call.bot.id).may("can_manage_topics"):
        raise bad("TOPIC_CLOSED")
    return Place(chat, topic, reply_to)


def text(call: Call) -> Formatted:
    """The text of a message to be sent."""
    content = _formatted(call, "text", "entities")
    if not content.text:
        raise bad("message text is empty")
    if utf16(content.text) > MAX_TEXT:
        raise bad("MESSAGE_TOO_LONG" if call.method.lower().startswith("edit") else "message is too long")
    return content


def caption(call: Call) -> Formatted:
    """The caption of a message to be sent, maybe empty."""
    content = _formatted(call, "caption", "caption_entities")
    if utf16(content.text) > MAX_CAPTION:
        raise bad("message caption is too long")
    return content


def keyboard(call: Call) -> list[list[Json]]:
    """The inline keyboard of a call; [] for none, or for one of the kinds that replace the user's own keyboard."""
    markup = call.object("reply_markup", "reply markup")
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" must be an Array of Arrays')
    checked = [[_button(button) for button in row] for row in rows if row]
    if sum(len(row) for row in checked) > MAX_BUTTONS:
        raise bad("reply markup is too long")
    return checked


def file(world: World, call: Call, kind: str, given: object) -> File:
    """The file that `given` stands for: a part of the body, `attach://part`, or the id of a file sent before."""
    name = given.removeprefix("attach://") if isinstance(given, str) else kind
    upload = call.files.get(name)
    if upload is None and (not isinstance(given, str) or not given):
        raise bad(f"there is no {kind} in the request")
    if upload is None:
        known = world.file(call, str(given))
        if known is None:
            raise bad("wrong file identifier/HTTP URL specified")
        if known.kind != kind:
            raise bad("type of file mismatch")
        return known
    size = len(upload.content)
    if not size:
        raise bad("file must be non-empty")
    if size > MAX_UPLOAD:
        raise Refused(413, "Request Entity Too Large")
    if kind == "photo" and size > MAX_PHOTO:
        raise bad(f"file of size {size} bytes is too big for a photo; the maximum size is {MAX_PHOTO} bytes")
    return File(kind, upload.content, upload.name, upload.mime, call.number("duration"))


def _formatted(call: Call, name: str, entities: str) -> Formatted:
    given = call.array(entities, "MessageEntity") or []
    return formatted(call.text(name), call.text("parse_mode"), given)


def _topic(chat: Chat, call: Call) -> int:
    topic = call.number("message_thread_id")
    if not topic:
        return 0
    if chat.type != "private" and not chat.forum:
        return 0  # the message goes to the group, and nobody is told
    if topic == GENERAL or topic not in chat.topics:
        raise bad("message thread not found")
    return topic


def _reply(chat: Chat, call: Call) -> Message | None:
    parameters = call.object("reply_parameters", "reply parameters")
    try:
        number = int(parameters.get("message_id", call.number("reply_to_message_id")))
    except (TypeError, ValueError):
        number = -1
    found = chat.messages.get(number)
    tolerant = parameters.get("allow_sending_without_reply") or call.flag("allow_sending_without_reply")
    if number and found is None and not tolerant:
        raise bad("message to be replied not found")
    return found


def _button(button: object) -> Json:
    complaint = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad(complaint + "InlineKeyboardButton must be an Object")
    label = button.get("text")
    if not isinstance(label, str):
        raise bad(complaint + 'Can\'t find field "text"')
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= MAX_DATA:
            raise bad("BUTTON_DATA_INVALID")
    elif "url" in button:
        parts = urlsplit(str(button["url"]))
        if parts.scheme not in ("http", "https", "tg") or not parts.netloc:
            raise bad("BUTTON_URL_INVALID")
    elif not button.keys() - {"text", "style", "icon_custom_emoji_id"}:
        raise bad(complaint + "Text buttons are unallowed in the inline keyboard")
    if not label.strip():
        raise bad("BUTTON_TEXT_INVALID")
    return button
