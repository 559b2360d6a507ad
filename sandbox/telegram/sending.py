"""Methods that send: text, files, albums, copies."""

import secrets

from sandbox.telegram import checks
from sandbox.telegram.call import Call
from sandbox.telegram.model import File, Json, Message, bad
from sandbox.telegram.text import MAX_CAPTION, formatted, utf16
from sandbox.telegram.world import World

KINDS = ("photo", "document", "voice", "audio", "video")
MIN_ALBUM, MAX_ALBUM = 2, 10
_ACTIONS = (
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
)  # fmt: skip


def send_message(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#sendmessage."""
    where, content = checks.place(world, call), checks.text(call)
    return _send(world, call, where, text=content.text, entities=content.entities).json(call.bot.id)


def send_file(world: World, call: Call) -> Json:
    """sendPhoto, sendDocument, sendVoice, sendAudio, sendVideo: the method's name says which."""
    kind = call.method.lower().removeprefix("send")
    where, content = checks.place(world, call), checks.caption(call)
    file = checks.file(world, call, kind, call.values.get(kind))
    sent = _send(world, call, where, text=content.text, entities=content.entities, file=file)
    return sent.json(call.bot.id)


def send_media_group(world: World, call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#sendmediagroup: documents and audio stay among themselves."""
    where, media = checks.place(world, call), call.array("media", "InputMedia") or []
    if len(media) > MAX_ALBUM:
        raise bad("too many messages to send as an album")
    if len(media) < MIN_ALBUM:
        raise bad("media must include 2-10 items")  # the documentation's rule; the server's own words are not known
    kinds = [str(one.get("type")) for one in media]
    for kind in kinds:
        if kind not in KINDS or kind == "voice":
            raise bad(f"can't parse InputMedia: type \"{kind}\" can't be used in sendMediaGroup")
    if len({"visual" if kind in ("photo", "video") else kind for kind in kinds}) > 1:
        raise bad("can't use the media of the specified type in the album")
    contents = [_item(world, call, one) for one in media]
    world.limits[call.bot.id].spend(where.chat, call.method, len(media))
    album = str(secrets.randbits(60))
    fields = {"topic": where.topic, "reply_to": where.reply_to, "album": album}
    sent = [
        world.post(where.chat, call.bot, text=text, entities=entities, file=file, **fields)
        for file, text, entities in contents
    ]
    return [message.json(call.bot.id) for message in sent]


def copy_message(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#copymessage: only the new id comes back."""
    where = checks.place(world, call)
    original = world.message(call, world.chat(call, "from_chat_id", write=False), "message to copy")
    if original.service:
        raise bad("message can't be copied")
    text, entities = original.text, original.entities
    if original.file and "caption" in call.values:
        text, entities = checks.caption(call)
    return {"message_id": _send(world, call, where, text=text, entities=entities, file=original.file).id}


def send_chat_action(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#sendchataction."""
    checks.place(world, call)
    if call.text("action") not in _ACTIONS:
        raise bad("wrong parameter action in request")
    return True


METHODS = {
    "sendmessage": send_message,
    **{f"send{kind}": send_file for kind in KINDS},
    "sendmediagroup": send_media_group,
    "copymessage": copy_message,
    "sendchataction": send_chat_action,
}


def _send(world: World, call: Call, where: checks.Place, **content: object) -> Message:
    keyboard = checks.keyboard(call)
    world.limits[call.bot.id].spend(where.chat, call.method)
    return world.post(where.chat, call.bot, topic=where.topic, reply_to=where.reply_to, keyboard=keyboard, **content)


def _item(world: World, call: Call, item: Json) -> tuple[File, str, list[Json]]:
    content = formatted(
        str(item.get("caption") or ""), str(item.get("parse_mode") or ""), item.get("caption_entities") or []
    )
    if utf16(content.text) > MAX_CAPTION:
        raise bad("message caption is too long")
    return checks.file(world, call, str(item["type"]), item.get("media")), *content
