"""What people do on Slack as the bot's events.

Ids say what happened and not how we were told: Slack repeats events under new ids, and a message is known by team,
channel and `ts`. https://docs.slack.dev/reference/events/message
"""

import hashlib
import re
from typing import Any, NamedTuple

import msgspec

from bot.messages import Address, Body, Edited, Inbound, Media, Pressed, Reacted, Removed, Said, Unreadable
from channels.slack.blocks import key_of_block
from channels.slack.emoji import spelled
from channels.slack.envelope import Payload, app, bot_user, mapping
from channels.slack.text import readable, stripped, unescaped

_ID = re.compile(r"[A-Z][A-Z0-9]{1,40}", re.ASCII)
_TS = re.compile(r"[0-9]{1,16}\.[0-9]{1,10}", re.ASCII)
_FILE = re.compile(r"[A-Z][A-Za-z0-9]{1,40}", re.ASCII)
_REACTION = re.compile(r"[^\s:<>&]{1,100}(::skin-tone-[2-6])?")
_REACTIONS = {"reaction_added": True, "reaction_removed": False}
_WRITTEN = ("", "file_share", "thread_broadcast", "me_message")
_MOST_FILES, _LONGEST_NAME = 20, 80
_SLACKBOT = "USLACKBOT"


class Origin(NamedTuple):
    """Whom an event came to: the settings' channel, the account in addresses, the workspace; and when (epoch ms)."""

    channel: str
    account: str
    team: str
    now: int


class _Odd(ValueError):
    """Slack documents this differently; the text says what."""


def events(origin: Origin, sent: Payload) -> tuple[Inbound, ...]:
    """The events in one authentic delivery; none for what does not concern us, Unreadable for what is odd."""
    try:
        return tuple(_events(origin, sent))
    except _Odd as odd:
        return (unreadable(origin, msgspec.json.encode(sent), str(odd)),)


def listed(origin: Origin, place: str, record: Payload) -> tuple[Inbound, ...]:
    """A message as Slack lists it, as the event that it was; none for an app's."""
    try:
        event = record | {"channel": place}
        written = (record.get("subtype") or "") in _WRITTEN and not _automatic(record, "")
        return (_said(origin, event, place),) if written else ()
    except _Odd as odd:
        return (unreadable(origin, msgspec.json.encode(record), str(odd)),)


def unreadable(origin: Origin, raw: bytes, error: str) -> Inbound:
    """Authentic but not understood: kept for the doctor under an id made of its content."""
    digest = hashlib.sha256(raw).hexdigest()[:32]
    text = stripped(raw.decode("utf-8", "replace"))[:4000]
    return Inbound(f"u:{digest}", origin.now, Address(origin.channel, digest), Unreadable(text, error))


def _events(origin: Origin, sent: Payload) -> list[Inbound]:
    match sent.get("type"):
        case "event_callback":
            event = mapping(sent.get("event")) or {}
            if event.get("type") in _REACTIONS:
                return _reaction(origin, event, bot_user(sent))
            return _message(origin, event, bot_user(sent), app(sent)) if event.get("type") == "message" else []
        case "block_actions":
            return _presses(origin, sent)
        case "message_action":
            return _shortcut(origin, sent)
        case None if "command" in sent:
            return [_command(origin, sent)]
        case str():
            return []  # what we did not ask for, such as closed views
    raise _Odd("neither an event nor an interaction nor a command")


def _message(origin: Origin, event: Payload, bot: str, ours: str) -> list[Inbound]:
    """A message event: something said, changed or deleted by a person, or a root of `ours`, the app, deleted."""
    subtype = event.get("subtype") or ""
    place = _string(event, "channel", _ID)
    if subtype in _WRITTEN:
        return [] if _automatic(event, bot) else [_said(origin, event, place)]
    if subtype == "message_changed":
        message = mapping(event.get("message"))
        if message is None:
            raise _Odd("message_changed without its message")
        before = mapping(event.get("previous_message")) or {}
        if message.get("subtype") == "tombstone":  # deleted, and kept because there are replies
            ts = _string(message, "ts", _TS)
            return _lost_root(origin, before, place, ts, ours) or _removed(origin, before, place, ts, bot)
        return _edited(origin, message, before, place, bot)
    if subtype == "message_deleted":
        before = mapping(event.get("previous_message")) or {}
        ts = _string(event, "deleted_ts", _TS)
        return _lost_root(origin, before, place, ts, ours) or _removed(origin, before, place, ts, bot)
    return []


def _said(origin: Origin, event: Payload, place: str) -> Inbound:
    ts, user = _string(event, "ts", _TS), _string(event, "user", _ID)
    thread = _thread(event, ts)
    body = Said(
        readable(str(event.get("text") or "")),
        _media(event),
        ref=f"{place}:{ts}",
        reply_to=f"{place}:{thread}" if thread and _direct(place) else "",
    )
    name = _called(mapping(event.get("user_profile")), "display_name", "real_name", "name")
    return _inbound(origin, f"m:{origin.team}:{place}:{ts}", place, user, body, thread, name)


def _edited(origin: Origin, message: Payload, before: Payload, place: str, bot: str) -> list[Inbound]:
    """What a person changed. Slack also says `message_changed` of unfurled links and new replies: nobody `edited`."""
    edited = mapping(message.get("edited"))
    if edited is None or _automatic(message, bot) or (message.get("subtype") or "") not in _WRITTEN:
        return []
    text = str(message.get("text") or "")
    if text == before.get("text"):
        return []
    ts, user = _string(message, "ts", _TS), _string(message, "user", _ID)
    key = f"e:{origin.team}:{place}:{ts}:{_string(edited, 'ts', _TS)}"
    body = Edited(f"{place}:{ts}", readable(text))
    return [_inbound(origin, key, place, user, body, _thread(message, ts))]


def _removed(origin: Origin, before: Payload, place: str, ts: str, bot: str) -> list[Inbound]:
    if "user" not in before or _automatic(before, bot):
        return []  # an app's, or nobody knows whose
    user, key = _string(before, "user", _ID), f"d:{origin.team}:{place}:{ts}"
    return [_inbound(origin, key, place, user, Removed(f"{place}:{ts}"), _thread(before, ts))]


def _lost_root(origin: Origin, before: Payload, place: str, ts: str, ours: str) -> list[Inbound]:
    """A message of our app, on which a thread hangs or could, was deleted by somebody of the workspace."""
    maker = str(before.get("bot_id") or "")
    foreign = not _ID.fullmatch(maker) or (before.get("app_id") or ours) != ours
    if foreign or _direct(place) or _thread(before, ts):
        return []
    source = Address(origin.channel, place, origin.account, ts)
    removed = Removed(f"{place}:{ts}", ours=True)
    return [Inbound(f"d:{origin.team}:{place}:{ts}", origin.now, source, removed, author=maker)]


def _reaction(origin: Origin, event: Payload, bot: str) -> list[Inbound]:
    """Put on or taken off a message by a person. Slack does not tell the message's thread: `ref` is all there is."""
    item = mapping(event.get("item")) or {}
    if item.get("type") != "message" or event.get("user") in {_SLACKBOT, bot or _SLACKBOT}:
        return []
    place, ts, user = _string(item, "channel", _ID), _string(item, "ts", _TS), _string(event, "user", _ID)
    when, name = _string(event, "event_ts", _TS), _string(event, "reaction", _REACTION)
    emoji = stripped(spelled(f":{name}:"))
    body = Reacted(f"{place}:{ts}", emoji) if _REACTIONS[event["type"]] else Reacted(f"{place}:{ts}", "", emoji)
    key = f"r:{origin.team}:{place}:{ts}:{user}:{when}"
    return [_inbound(origin, key, place, user, body)]


def _presses(origin: Origin, sent: Payload) -> list[Inbound]:
    """Pressed buttons of our messages; those in views and those that are links carry nothing for us."""
    container, message = mapping(sent.get("container")) or {}, mapping(sent.get("message")) or {}
    if container.get("type") == "view" or "view" in sent:
        return []
    actions = sent.get("actions")
    if not isinstance(actions, list) or not all(isinstance(each, dict) for each in actions):
        raise _Odd("block_actions without actions")
    place = _string(container, "channel_id", _ID)
    ts = _string(container, "message_ts", _TS)
    user, name = _presser(sent)
    found = []
    for index, action in enumerate(actions):
        value = action.get("value")
        if action.get("type") != "button" or not isinstance(value, str) or not value:
            continue
        question = unescaped(key_of_block(str(action.get("block_id") or "")))
        body = Pressed(stripped(question), stripped(unescaped(value)), f"{place}:{ts}")
        when = _string(action, "action_ts", _TS)
        key = f"b:{origin.team}:{place}:{ts}:{user}:{when}" + (f":{index}" if index else "")
        thread = _thread(message, ts) or _thread(container, ts)
        found.append(_inbound(origin, key, place, user, body, thread, name))
    return found


def _shortcut(origin: Origin, sent: Payload) -> list[Inbound]:
    """A shortcut from a message's menu: a press without a question, where agents work."""
    message = mapping(sent.get("message")) or {}
    place = _string(mapping(sent.get("channel")) or {}, "id", _ID)
    if _direct(place):
        return []
    ts = _string(message, "ts", _TS)
    user, name = _presser(sent)
    when = _string(sent, "action_ts", _TS)
    body = Pressed("", stripped(str(sent.get("callback_id") or "")), f"{place}:{ts}")
    key = f"s:{origin.team}:{place}:{ts}:{user}:{when}"
    return [_inbound(origin, key, place, user, body, _thread(message, ts), name)]


def _command(origin: Origin, sent: Payload) -> Inbound:
    """A slash command is its words said, where it was typed; in any direct message that means: to the app."""
    place, user = _string(sent, "channel_id", _ID), _string(sent, "user_id", _ID)
    trigger = sent.get("trigger_id")
    if not isinstance(trigger, str) or not trigger:
        raise _Odd("a command without trigger_id")
    digest = hashlib.sha256(trigger.encode()).hexdigest()[:32]
    body = Said(readable(str(sent.get("text") or "")))
    return _inbound(origin, f"c:{origin.team}:{digest}", place, user, body, name=_called(sent, "user_name"))


def _presser(sent: Payload) -> tuple[str, str]:
    """Who pressed: id and name."""
    user = mapping(sent.get("user")) or {}
    return _string(user, "id", _ID), _called(user, "name", "username")


def _called(record: Payload | None, *names: str) -> str:
    """The first of a record's names that says something, in one line."""
    given = (" ".join(stripped(str((record or {}).get(name) or "")).split()) for name in names)
    return next(filter(None, given), "")[:_LONGEST_NAME]


def _inbound(origin: Origin, key: str, place: str, user: str, body: Body, thread: str = "", name: str = "") -> Inbound:
    """A person is addressed by their own id, wherever their direct messages are; others by channel and thread."""
    if _direct(place):
        return Inbound(key, origin.now, Address(origin.channel, user, origin.account), body)
    source = Address(origin.channel, place, origin.account, thread)
    return Inbound(key, origin.now, source, body, author=user, author_name=name)


def _direct(place: str) -> bool:
    return place.startswith("D")


def _automatic(record: Payload, bot: str) -> bool:
    """Whether an app wrote this: ours (custom names hide the user, not the app), another one, or Slack itself."""
    return bool(
        record.get("bot_id")
        or record.get("app_id")
        or record.get("bot_profile")
        or record.get("subtype") == "bot_message"
        or record.get("user") in {_SLACKBOT, bot or _SLACKBOT}
    )


def _thread(record: Payload, ts: str) -> str:
    """The thread that a message is in; the one that began it is not in it."""
    thread = record.get("thread_ts")
    return thread if isinstance(thread, str) and _TS.fullmatch(thread) and thread != ts else ""


def _media(event: Payload) -> tuple[Media, ...]:
    """Files by their ids. Those of Slack Connect come with nothing but the id; deleted ones are left out."""
    files = event.get("files")
    return tuple(
        Media(each["id"], stripped(str(each.get("mimetype") or ""))[:100], stripped(str(each.get("name") or ""))[:255])
        for each in (files[:_MOST_FILES] if isinstance(files, list) else ())
        if isinstance(each, dict) and _FILE.fullmatch(str(each.get("id"))) and each.get("mode") != "tombstone"
    )


def _string(record: Payload, name: str, pattern: re.Pattern[str]) -> str:
    value: Any = record.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _Odd(f"{name} is missing or not as Slack writes it")
    return value
