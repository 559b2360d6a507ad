"""chat.*: post, update, delete, and what only one user sees."""

from typing import Any

from sandbox.slack import text as texts
from sandbox.slack.blocks import checked
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.methods.channels import reachable
from sandbox.slack.model import Channel, Message, Refused

MAX_TEXT, MAX_UPDATE, MAX_MARKDOWN = 40_000, 4_000, 12_000


def _post(call: Call) -> dict[str, Any]:
    channel = _target(call)
    _writable(call, channel)
    message, warnings = _message(call)
    _voiced(call, message)
    message.metadata = _metadata(call)
    message.thread_ts = call.text("thread_ts")
    message.broadcast = bool(message.thread_ts) and call.flag("reply_broadcast")
    call.cloud.post(call.team, channel, message, call.fault)
    call.cloud.limits.posted(call.team.id, channel.id)
    shown = message.json(call.team, call.cloud.url, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown} | warnings


def _update(call: Call) -> dict[str, Any]:
    channel = call.channel()
    message = call.message(channel)
    if message.bot_id != call.team.bot_id or message.viewer:
        raise Refused("cant_update_message")
    if channel.archived:
        raise Refused("is_archived")
    if len(call.text("text")) > MAX_UPDATE:
        raise Refused("msg_too_long")
    other, _ = _message(call)
    before = message.json(call.team, call.cloud.url)
    message.text, message.mentions, message.links = other.text, other.mentions, other.links
    if "blocks" in call.args or call.text("text"):
        message.blocks = other.blocks  # a text without blocks takes the old blocks away
    if "metadata" in call.args:
        message.metadata = _metadata(call)
    message.edited = {"user": call.team.bot_user, "ts": call.cloud.stamp(channel)}
    call.cloud.changed(call.team, channel, message, before)
    shown = message.json(call.team, call.cloud.url)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def _delete(call: Call) -> dict[str, Any]:
    channel = call.channel()
    message = call.message(channel)
    if message.bot_id != call.team.bot_id:
        raise Refused("cant_delete_message")
    call.cloud.delete(call.team, channel, message)
    return {"channel": channel.id, "ts": message.ts}


def _ephemeral(call: Call) -> dict[str, Any]:
    channel = call.channel()
    _writable(call, channel)
    user = call.needed("user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    message, warnings = _message(call)
    message.viewer, message.thread_ts = user, call.text("thread_ts")
    _voiced(call, message)
    call.cloud.post(call.team, channel, message, call.fault)
    return {"message_ts": message.ts} | warnings


def _voiced(call: Call, message: Message) -> None:
    """Let it speak under another name and picture. Raises Refused (missing_scope)."""
    for name in ("username", "icon_url", "icon_emoji"):
        if call.text(name):
            call.require("chat:write.customize")
            message.subtype, message.user = "bot_message", ""
    message.username = call.text("username")
    message.icons = {short: call.text(f"icon_{short}") for short in ("url", "emoji") if call.text(f"icon_{short}")}


def _target(call: Call) -> Channel:
    """A channel by ID, by #name, or the DM of a user. Raises Refused."""
    given = call.needed("channel")
    if given in call.team.users:
        try:
            return call.cloud.direct(call.team, reachable(call.team, given).id)
        except Refused as refused:
            raise Refused("channel_not_found") from refused  # only conversations.open says why
    named = (
        channel.id for channel in call.team.channels.values() if channel.name and channel.name == given.lstrip("#")
    )
    return call.cloud.channel(call.team, next(named, given))


def _writable(call: Call, channel: Channel) -> None:
    if channel.archived:
        raise Refused("is_archived")
    if call.team.bot_user not in channel.members and "chat:write.public" not in call.team.scopes:
        raise Refused("not_in_channel")
    if channel.restricted:
        raise Refused("restricted_action")
    if channel.kind == "im":
        if not call.cloud.app.messages_tab:
            raise Refused("messages_tab_disabled")
        if call.team.users[channel.user].deleted:
            raise Refused("channel_not_found")


def _message(call: Call) -> tuple[Message, dict[str, Any]]:
    """The message of the arguments, and warnings for the answer. Raises Refused."""
    text, markdown = call.text("text"), call.text("markdown_text")
    blocks = checked(call.value("blocks", "invalid_blocks_format") or [])
    attachments = call.value("attachments", "invalid_attachments")
    if len(markdown) > MAX_MARKDOWN:
        raise Refused("msg_too_long")
    if markdown and (text or blocks):
        raise Refused("markdown_text_conflict")
    text = text or markdown
    if not (text.strip() or blocks or attachments):
        raise Refused("no_text")
    cut = len(text) > MAX_TEXT
    text = text[:MAX_TEXT]
    effects = texts.effects(text, blocks, call.text("parse"), link_names=call.flag("link_names"), hidden=bool(blocks))
    message = Message(
        texts.normal(text),
        user=call.team.bot_user,
        bot_id=call.team.bot_id,
        app_id=call.cloud.app.id,
        blocks=blocks,
        mentions=effects.mentions,
        links=effects.links,
        unfurls=call.text("unfurl_links").lower() not in {"0", "false"},
    )
    warning = {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    return message, warning if cut else {}


def _metadata(call: Call) -> dict[str, Any]:
    """https://docs.slack.dev/messaging/message-metadata. Raises Refused."""
    given = call.value("metadata", "invalid_metadata_format")
    if given is None:
        return {}
    typed = isinstance(given, dict) and isinstance(given.get("event_type"), str)
    if not typed or not isinstance(given.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    return {"event_type": given["event_type"], "event_payload": given["event_payload"]}


METHODS = {
    "chat.postMessage": Method(_post, ("chat:write",), 4),
    "chat.update": Method(_update, ("chat:write",)),
    "chat.delete": Method(_delete, ("chat:write",)),
    "chat.postEphemeral": Method(_ephemeral, ("chat:write",), 4),
}
