"""files.*: the three steps of an upload, and what is known of a file.

https://docs.slack.dev/messaging/working-with-files#upload: the answer of the last step does not tell the ts of the
message that shares the file; it comes with the file_share event and, later, with files.info.
"""

import asyncio
import mimetypes
import secrets
from typing import Any

from sandbox.slack import text as texts
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.model import Channel, File, Message, Refused


def _upload_url(call: Call) -> dict[str, Any]:
    name = call.needed("filename")
    try:
        size = int(call.needed("length"))
    except ValueError as problem:
        raise Refused("invalid_arguments") from problem
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = File("F" + secrets.token_hex(5).upper(), name, call.team.bot_user, size, mime=mime)
    call.team.files[file.id] = file
    ticket = f"{call.team.id}-{file.id}-{secrets.token_urlsafe(8)}"
    call.cloud.uploads[ticket] = (call.team, file)
    return {"upload_url": f"{call.cloud.url}/upload/v1/{ticket}", "file_id": file.id}


def _complete(call: Call) -> dict[str, Any]:
    given = call.value("files")
    if not isinstance(given, list) or not given:
        raise Refused("invalid_arguments")
    files = [_uploaded(call, one) for one in given]
    targets = [one for one in [call.text("channel_id"), *call.text("channels").split(",")] if one]
    channels = [_target(call, target) for target in targets]
    thread = call.text("thread_ts")
    for file in files:
        file.done = True
    comment = call.text("initial_comment")
    for channel in channels:
        call.cloud.spawn(_share(call, channel, files, comment, thread))
    return {"files": [{"id": file.id, "title": file.title} for file in files]}


async def _share(call: Call, channel: Channel, files: list[File], comment: str, thread: str) -> None:
    """The message appears by itself, after the answer."""
    await asyncio.sleep(call.cloud.share_delay)
    effects = texts.effects(comment, [])
    message = Message(
        texts.normal(comment),
        user=call.team.bot_user,
        bot_id=call.team.bot_id,
        app_id=call.cloud.app.id,
        subtype="file_share",
        thread_ts=thread,
        files=files,
        mentions=effects.mentions,
        links=effects.links,
    )
    call.cloud.post(call.team, channel, message, call.fault)
    for file in files:
        file.shares.setdefault(channel.id, []).append((message.ts, message.thread_ts))


def _uploaded(call: Call, given: dict[str, Any]) -> File:
    file = call.team.files.get(str(given.get("id")))
    if file is None or file.content is None or file.done:
        raise Refused("file_not_found")
    file.title = str(given.get("title") or file.name)
    return file


def _target(call: Call, id_: str) -> Channel:
    channel = call.cloud.channel(call.team, id_)
    if channel.archived:
        raise Refused("is_archived")
    if call.team.bot_user not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _info(call: Call) -> dict[str, Any]:
    file = call.team.files.get(call.needed("file"))
    if file is None or not file.done:
        raise Refused("file_not_found")
    return {"file": file.json(call.team, call.cloud.url), "comments": []}


METHODS = {
    "files.getUploadURLExternal": Method(_upload_url, ("files:write",), 4),
    "files.completeUploadExternal": Method(_complete, ("files:write",), 4),
    "files.info": Method(_info, ("files:read",), 4),
}
