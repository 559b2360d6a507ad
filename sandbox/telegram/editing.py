"""Methods that change what has been sent: edits, deletion, reactions, pins, and answers to presses."""

from sandbox.telegram import checks
from sandbox.telegram.call import Call
from sandbox.telegram.model import Json, Message, Refused, bad
from sandbox.telegram.reactions import holder, may_react
from sandbox.telegram.text import Formatted, utf16
from sandbox.telegram.world import World

DELETABLE_SECONDS = 48 * 3600.0
MAX_ANSWER = 200
_UNCHANGED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)


def edit_text(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagetext; without a keyboard the old one goes."""
    content = checks.text(call)
    message = _editable(world, call)
    if message.file:
        raise bad("there is no text in the message to edit")
    return _edit(world, call, message, content)


def edit_caption(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagecaption."""
    content = checks.caption(call)
    message = _editable(world, call)
    if not message.file:
        raise bad("there is no caption in the message to edit")
    return _edit(world, call, message, content)


def edit_markup(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#editmessagereplymarkup."""
    message = _editable(world, call)
    return _edit(world, call, message, Formatted(message.text, message.entities))


def delete_message(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletemessage: within 48 hours; others' only as an admin or in private."""
    chat = world.chat(call)
    message = world.message(call, chat, "message to delete")
    own = message.sender.id == call.bot.id
    allowed = own or chat.type == "private" or chat.member(call.bot.id).may("can_delete_messages")
    too_old = world.clock() - message.date > DELETABLE_SECONDS
    if not allowed or too_old or "forum_topic_created" in message.service:
        raise bad("message can't be deleted")
    del chat.messages[message.id]
    world.changed(chat)
    return True


def react(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#setmessagereaction: one per bot, from a fixed list, if the group allows it.

    What the servers say of a service message and of nothing to take back is not documented; people report these words.
    """
    chat = world.chat(call)
    message = world.message(call, chat, "message to react")
    reaction = call.array("reaction", "ReactionType") or []
    if len(reaction) > 1:
        raise bad("REACTIONS_TOO_MANY")
    wrong = any(one.get("type") != "emoji" or not may_react(chat, str(one.get("emoji"))) for one in reaction)
    if wrong or message.service:
        raise bad("REACTION_INVALID")
    held = holder(message)
    if not reaction and not held.reactions.get(call.bot.id):
        raise bad("REACTION_EMPTY")
    held.reactions[call.bot.id] = reaction
    world.changed(chat)
    return True


def answer_press(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#answercallbackquery."""
    press = world.answer(call)
    if utf16(call.text("text")) > MAX_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    press.answer = {"text": call.text("text"), "alert": call.flag("show_alert"), "url": call.text("url")}
    return True


def pin(world: World, call: Call) -> bool:
    """PinChatMessage, unpinChatMessage: rights are looked at, nothing else comes of it."""
    chat = world.chat(call)
    if "message_id" in call.values or call.method.lower().startswith("pin"):
        world.message(call, chat, "message to pin")
    if chat.type != "private" and not chat.member(call.bot.id).may("can_pin_messages"):
        raise bad("not enough rights to manage pinned messages in the chat")
    return True


METHODS = {
    "editmessagetext": edit_text,
    "editmessagecaption": edit_caption,
    "editmessagereplymarkup": edit_markup,
    "deletemessage": delete_message,
    "setmessagereaction": react,
    "answercallbackquery": answer_press,
    "pinchatmessage": pin,
    "unpinchatmessage": pin,
}


def _editable(world: World, call: Call) -> Message:
    message = world.message(call, world.chat(call), "message to edit")
    if message.sender.id != call.bot.id or message.service:
        raise bad("message can't be edited")
    return message


def _edit(world: World, call: Call, message: Message, content: Formatted) -> Json:
    keyboard = checks.keyboard(call)
    if (content.text, content.entities, keyboard) == (message.text, message.entities, message.keyboard):
        raise Refused(400, _UNCHANGED)
    if message.chat.type != "private":
        world.limits[call.bot.id].spend(message.chat, call.method)  # edits share a group's allowance
    if (content.text, content.entities) != (message.text, message.entities):
        message.edited = world.clock()
    message.text, message.entities, message.keyboard = content.text, content.entities, keyboard
    if keyboard:
        message.keyboards.append(keyboard)
    world.changed(message.chat)
    return message.json(call.bot.id)
