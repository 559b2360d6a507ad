"""Methods that ask about bots, chats, members and files, and those that only store something."""

import json
import re

from sandbox.telegram.call import Call
from sandbox.telegram.checks import MAX_DOWNLOAD
from sandbox.telegram.model import Bot, Json, bad
from sandbox.telegram.world import World, member_json

MAX_COMMANDS, MAX_COMMAND_TEXT = 100, 256
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_PROFILE = {  # what setMy… stores → its longest text
    "name": 64,
    "description": 512,
    "short_description": 120,
}


def get_me(world: World, call: Call) -> Json:  # noqa: ARG001  # every method takes both
    """https://core.telegram.org/bots/api#getme."""
    return call.bot.json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": call.bot.reads_all,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchat."""
    chat = world.chat(call, write=False)
    signs = [{"type": "emoji", "emoji": one} for one in sorted(chat.signs)] if chat.signs is not None else None
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    more = {} if signs is None else {"available_reactions": signs}
    return chat.json() | more | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }  # fmt: skip


def get_member(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getchatmember; somebody who was never there has left."""
    chat = world.chat(call, write=False)
    number = call.number("user_id")
    if number <= 0:
        raise bad("invalid user_id specified")
    person = world.person(number)
    if person is None:
        raise bad("PARTICIPANT_ID_INVALID")
    return member_json(person, chat.member(number))


def get_administrators(world: World, call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#getchatadministrators: no bots but the asking one."""
    chat = world.chat(call, write=False)
    if chat.type == "private":
        raise bad("there are no administrators in the private chat")
    found = [(world.person(user), member) for user, member in chat.members.items()]
    return [
        member_json(person, member)
        for person, member in found
        if person and member.status in ("creator", "administrator")
        and (not isinstance(person, Bot) or person.id == call.bot.id)
    ]  # fmt: skip


def get_file(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#getfile: up to 20 MB."""
    file_id = call.text("file_id")
    if not file_id:
        raise bad("file_id not specified")
    file = world.file(call, file_id)
    if file is None:
        raise bad("invalid file_id")
    size = file.size or len(file.content)
    if size > MAX_DOWNLOAD:
        raise bad("file is too big")
    path = f"{file.kind}s/{file.unique}"
    return {"file_id": file_id, "file_unique_id": file.unique, "file_size": size, "file_path": path}


def commands(world: World, call: Call) -> bool | list[Json]:
    """SetMyCommands, getMyCommands, deleteMyCommands, per scope and language."""
    scope = call.object("scope", "BotCommandScope") or {"type": "default"}
    key = (call.bot.id, "commands", json.dumps([scope, call.text("language_code")], sort_keys=True))
    if call.method.lower() == "getmycommands":
        return list(world.settings.get(key, {}).get("commands", []))
    given = call.array("commands", "BotCommand") or []
    if len(given) > MAX_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for one in given:
        if not _COMMAND.fullmatch(str(one.get("command", "")).removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(str(one.get("description", ""))) <= MAX_COMMAND_TEXT:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.settings[key] = {"commands": given}
    return True


def profile(world: World, call: Call) -> bool | Json:
    """SetMyName, setMyDescription, setMyShortDescription and their get…, per language."""
    method = call.method.lower()
    what = next(name for name in sorted(_PROFILE, key=len) if method[5:] == name.replace("_", ""))
    key = (call.bot.id, what, call.text("language_code"))
    if method.startswith("get"):
        return world.settings.get(key) or {what: call.bot.name if what == "name" else ""}
    if len(call.text(what)) > _PROFILE[what]:
        raise bad(f"BOT_{'TITLE' if what == 'name' else 'ABOUT' if what[0] == 's' else 'DESCRIPTION'}_TOO_LONG")
    world.settings[key] = {what: call.text(what)}
    return True


METHODS = {
    "getme": get_me,
    "getchat": get_chat,
    "getchatmember": get_member,
    "getchatadministrators": get_administrators,
    "getfile": get_file,
    **dict.fromkeys(("setmycommands", "getmycommands", "deletemycommands"), commands),
    **{f"{verb}my{what.replace('_', '')}": profile for verb in ("set", "get") for what in _PROFILE},
}
