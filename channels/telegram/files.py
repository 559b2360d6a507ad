"""Pictures, voice notes and files, in both directions. Loads the SDK."""

from collections.abc import Awaitable, Sequence
from itertools import groupby
from typing import Any

from telegram import InputMediaAudio, InputMediaDocument, InputMediaPhoto, InputMediaVideo, Message

from bot.errors import ChannelError, InDoubt, Rejected
from bot.messages import File, Media, Outbound
from bot.render import length
from channels.telegram.client import Api, too_large
from channels.telegram.outbound import MAX_CAPTION, Shown
from channels.telegram.sending import in_its_topic, markup, reply, send_text, thread_id

MAX_FETCH = 10_000_000
MAX_PHOTO, MAX_UPLOAD = 10_000_000, 50_000_000  # Telegram's own limits
ALBUM = 10

_BY_MIME = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "image/webp": "photo",
    "video/mp4": "video",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "voice",
}
_IN_ALBUM = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "audio": InputMediaAudio,
    "document": InputMediaDocument,
}
_TOGETHER = {"photo": "seen", "video": "seen", "audio": "audio", "document": "document"}  # what may share an album


async def fetch(api: Api, media: Media) -> File:
    """Download what somebody sent, at most 10 MB. Raises a ChannelError."""
    data, path = await api.download(media.ref, MAX_FETCH)
    return File(media.name or path.rpartition("/")[2], media.mime or "application/octet-stream", data)


def kind_of(file: File) -> str:
    """How Telegram shows a file: photo, video, audio, voice or document."""
    kind = _BY_MIME.get(file.mime.partition(";")[0].strip().lower(), "document")
    return "document" if kind == "photo" and len(file.data) > MAX_PHOTO else kind


def albums(files: Sequence[File]) -> list[list[File]]:
    """The files in order, those together that may form an album of 2 to 10."""
    found: list[list[File]] = []
    for shared, run in groupby(files, lambda file: _TOGETHER.get(kind_of(file), "")):
        same, size = list(run), ALBUM if shared else 1
        found += [same[begin : begin + size] for begin in range(0, len(same), size)]
    return found


async def send_files(api: Api, chat: int, message: Outbound, content: Shown, files: Sequence[File]) -> Message:
    """Send files with the text as the first one's caption, or before them if it does not fit there.

    The first message that was sent. Raises a ChannelError: InDoubt if some of it went out, so that nobody gets
    that part twice.
    """
    for file in files:
        if len(file.data) > MAX_UPLOAD:
            raise too_large(MAX_UPLOAD)
        if not file.data:
            raise Rejected("the file is empty", "400")
    groups, first = albums(files), None
    as_caption = length(content.text, "utf16") <= MAX_CAPTION and not (content.keyboard and len(groups[0]) > 1)
    if content.text.strip() and not as_caption:
        first = await send_text(api, chat, message, content)
        content = Shown("", [])
    for group in groups:
        try:
            sent = await _send_group(api, chat, message, content, group)
        except ChannelError as error:
            if first is None:
                raise
            raise InDoubt(f"only a part was sent: {error}", error.code) from None
        first, content = first or sent, Shown("", [])
    assert first is not None  # noqa: S101 - there is at least one file
    return first


async def _send_group(api: Api, chat: int, message: Outbound, content: Shown, group: Sequence[File]) -> Message:
    thread = thread_id(message.to)
    common: dict[str, Any] = {"message_thread_id": thread, "reply_parameters": reply(message)}
    caption = content.text or None
    if len(group) > 1:
        media = [_IN_ALBUM[kind_of(file)](file.data, filename=file.name) for file in group]
        sent = await api.once(api.bot.send_media_group(chat, media, caption=caption, **common))
    else:
        more = common | {"caption": caption, "reply_markup": markup(content.keyboard)}
        sent = (await api.once(_send_one(api, chat, group[0], more)),)
    return (await in_its_topic(api, chat, sent, thread))[0]


def _send_one(api: Api, chat: int, file: File, more: dict[str, Any]) -> Awaitable[Message]:
    bot = api.bot
    send: Any = {
        "photo": bot.send_photo,
        "video": bot.send_video,
        "audio": bot.send_audio,
        "voice": bot.send_voice,
        "document": bot.send_document,
    }[kind_of(file)]
    sending: Awaitable[Message] = send(chat, file.data, filename=file.name, **more)
    return sending
