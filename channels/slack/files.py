"""Files both ways: fetched by id with the workspace's token, sent by Slack's three-step upload.

https://docs.slack.dev/messaging/working-with-files
"""

from collections.abc import Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Misconfigured, Rejected, Unavailable
from bot.messages import Address, File, Media, Outbound, Sent
from channels.slack.addresses import FILE
from channels.slack.blocks import MAX_SECTION
from channels.slack.calls import Calls
from channels.slack.client import MOST_BYTES, Api
from channels.slack.config import SlackConfig
from channels.slack.envelope import mapping
from channels.slack.errors import missing
from channels.slack.outbound import voice
from channels.slack.text import clean, clipped
from channels.slack.threads import stands

MOST_FILES = 10
_HTML = "text/html"


async def fetch(api: Api, token: str, media: Media) -> File:
    """Download a file that somebody sent. Raises a ChannelError."""
    told = (await api.call(token, lambda client: client.files_info(file=media.ref), repeatable=True)).data
    about = mapping(told.get("file")) or {}
    size, mime = about.get("size"), str(about.get("mimetype") or media.mime)
    if isinstance(size, int) and size > MOST_BYTES:
        raise Rejected("the file is larger than 10 MB", "413")
    url = about.get("url_private_download") or about.get("url_private")
    if not isinstance(url, str):
        raise Rejected("the file is not there any more", "file_not_found")
    data, kind = await api.download(token, url)
    if kind == _HTML and mime != _HTML:  # Slack's login page
        raise Misconfigured(missing("files:read"), "missing_scope")
    return File(str(about.get("name") or media.name or media.ref), mime, data)


async def share(calls: Calls, channel: str, message: Outbound, files: Sequence[File], config: SlackConfig) -> Sent:
    """Upload files and show them in a channel or thread, with the prompt's text. Raises a ChannelError.

    Files cannot speak under another name everywhere, so the name stands before the text.
    """
    if not files or len(files) > MOST_FILES or not all(file.data for file in files):
        raise Rejected(f"one to {MOST_FILES} files can be sent at once, none of them empty")
    await stands(calls, message.to)
    kept = [await _uploaded(calls, message.to, file) for file in files]
    name, text = voice(message, config).get("username", ""), clean(message.prompt.text).strip()
    comment = clipped(text, MAX_SECTION)
    comment = f"{name}: {comment}" if name and comment else name or comment

    def complete(client: AsyncWebClient) -> Any:
        return client.files_completeUploadExternal(
            files=kept,
            channel_id=channel,
            thread_ts=message.to.thread or None,
            initial_comment=comment or None,
        )

    await calls.call(message.to, complete)  # from here on people may see them
    # The answer tells no ts, and the message appears a moment later: it is known by its file.
    return Sent(f"{FILE}{kept[0]['id']}")


async def _uploaded(calls: Calls, to: Address, file: File) -> dict[str, str | None]:
    name = clean(file.name).replace("\n", " ").strip()[:255] or "file"

    def ask(client: AsyncWebClient) -> Any:
        return client.files_getUploadURLExternal(filename=name, length=len(file.data))

    told = (await calls.call(to, ask, repeatable=True)).data
    url, found = told.get("upload_url"), told.get("file_id")
    if not isinstance(url, str) or not isinstance(found, str):
        raise Unavailable("Slack's answer names no place for the file")
    await calls.api().upload(url, file.data)
    return {"id": found, "title": name}
