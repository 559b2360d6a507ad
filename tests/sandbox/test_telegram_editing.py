"""The Telegram sandbox on what has been sent: edits, deletion, reactions, presses; and on the bot itself."""

import pytest
from telegram import BotCommand, BotCommandScopeChat, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest

from sandbox.telegram.reactions import EMOJI
from tests.sandbox import telegram_world
from tests.sandbox.telegram_world import BOT, refused

UNCHANGED = (
    "Message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
TOO_OLD = "Query is too old and response timeout expired or query ID is invalid"


def buttons(*labels):
    """A row of buttons whose data says the label."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=f"data {label}") for label in labels]])


@pytest.fixture
async def world():
    async with telegram_world.world(served=False) as made:
        yield made


@pytest.fixture
def ada(world):
    person = world.sandbox.person("Ada")
    person.start()
    return person


async def test_edits(world, ada):
    """Text and buttons change in place; a text without buttons loses them; the same again is refused."""
    client, sent = world.client, await world.client.send_message(ada.id, "8?", reply_markup=buttons("y", "n"))
    where = {"chat_id": ada.id, "message_id": sent.message_id}
    await refused(client.edit_message_text("8?", **where, reply_markup=buttons("y", "n")), BadRequest, UNCHANGED)
    edited = await client.edit_message_reply_markup(**where, reply_markup=buttons("z"))
    assert (edited.edit_date, ada.shows()[-1]["buttons"]) == (None, [["z"]])
    await refused(client.edit_message_reply_markup(**where, reply_markup=buttons("z")), BadRequest, UNCHANGED)
    edited = await client.edit_message_text("<u>9</u>", **where, parse_mode="HTML")
    assert (edited.text, edited.reply_markup, edited.entities[0].type) == ("9", None, "underline")
    shown = ada.shows()[-1]
    assert (shown["text"], shown["buttons"], shown["edited"]) == ("9", [], True)


async def test_edits_that_are_refused(world, ada):
    """Only the bot's own messages, and texts as texts, captions as captions."""
    client, theirs = world.client, ada.says("mine")
    text, photo = await client.send_message(ada.id, "x"), await client.send_photo(ada.id, b"x", caption="x")

    async def editing(method, message_id, words, **fields):
        await refused(method(chat_id=ada.id, message_id=message_id, **fields), BadRequest, words)

    await editing(client.edit_message_text, 99, "message to edit not found", text="y")
    await editing(client.edit_message_text, 0, "message identifier is not specified", text="y")
    await editing(client.edit_message_text, theirs.id, "message can't be edited", text="y")
    await editing(client.edit_message_text, text.message_id, "message text is empty", text="")
    await editing(client.edit_message_text, text.message_id, "MESSAGE_TOO_LONG", text="y" * 4097)
    await editing(client.edit_message_text, photo.message_id, "there is no text in the message to edit", text="y")
    words = "there is no caption in the message to edit"
    await editing(client.edit_message_caption, text.message_id, words, caption="y")
    assert (await client.edit_message_caption(ada.id, photo.message_id, caption="y")).caption == "y"
    await editing(client.edit_message_caption, photo.message_id, UNCHANGED, caption="y")


async def test_deletion(world, ada):
    """Own messages for 48 hours; a customer's in a private chat; in groups with the right to."""
    client, sent = world.client, await world.client.send_message(ada.id, "x")
    assert await client.delete_message(ada.id, sent.message_id)
    await refused(client.delete_message(ada.id, sent.message_id), BadRequest, "Message to delete not found")
    assert await client.delete_message(ada.id, ada.says("y").id)
    old = await client.send_message(ada.id, "x")
    world.clock.now += 48 * 3600 + 1
    await refused(client.delete_message(ada.id, old.message_id), BadRequest, "Message can't be deleted")
    group = world.sandbox.group(bot_rights=["can_manage_topics"], members=[ada])
    words = "Message can't be deleted"
    await refused(client.delete_message(group.id, group.says(ada, "x").id), BadRequest, words)
    topic = await client.create_forum_topic(group.id, "t")
    await refused(client.delete_message(group.id, topic.message_thread_id), BadRequest, words)


async def test_reactions(world, ada):
    """One emoji of the list that the SDK has too; none takes it back."""
    assert {emoji.value for emoji in ReactionEmoji} == EMOJI
    said = ada.says("8")
    assert await world.client.set_message_reaction(ada.id, said.id, "👍")
    assert ada.shows()[-1]["reactions"] == ["👍"]
    assert await world.client.set_message_reaction(ada.id, said.id)
    assert ada.shows()[-1]["reactions"] == []
    await refused(world.client.set_message_reaction(ada.id, said.id, "🥑"), BadRequest, "REACTION_INVALID")
    await refused(world.client.set_message_reaction(ada.id, said.id, ["👍", "👎"]), BadRequest, "REACTIONS_TOO_MANY")
    await refused(world.client.set_message_reaction(ada.id, 99, "👍"), BadRequest, "Message to react not found")


async def test_presses(world, ada):
    """Only buttons that are there can be pressed, unless the app is behind; answers reach it in time or not."""
    sent = await world.client.send_message(ada.id, "8?", reply_markup=buttons("y", "n"))
    press = ada.presses("n")
    [_, update] = await world.client.get_updates()
    query = update.callback_query
    assert (query.id, query.data, query.message.message_id) == (press.id, "data n", sent.message_id)
    assert query.message.reply_markup == buttons("y", "n")
    assert press.answer is None
    await refused(world.client.answer_callback_query(query.id, "x" * 201), BadRequest, "MESSAGE_TOO_LONG")
    assert await world.client.answer_callback_query(query.id, "thanks", show_alert=True)
    assert press.answer == {"text": "thanks", "alert": True, "url": ""}
    await world.client.edit_message_text("9?", ada.id, sent.message_id, reply_markup=buttons("a"))
    with pytest.raises(LookupError):
        ada.presses("y")
    late = ada.presses("y", sent.message_id, stale=True)
    assert (late.data, ada.presses(0).data) == ("data y", "data a")
    await refused(world.client.answer_callback_query("1"), BadRequest, TOO_OLD)
    world.clock.now += 151
    await refused(world.client.answer_callback_query(late.id), BadRequest, TOO_OLD)
    await world.client.edit_message_reply_markup(ada.id, sent.message_id)
    with pytest.raises(LookupError):
        ada.presses(0)


async def test_chats_and_members(world, ada):
    """What a bot may ask about chats and the people in them."""
    client, group = world.client, world.sandbox.group("Desk", members=[ada])
    assert ((await client.get_chat(ada.id)).first_name, (await client.get_chat(group.id)).is_forum) == ("Ada", True)
    me = await client.get_chat_member(group.id, BOT.id)
    assert (me.status, me.can_manage_topics, me.can_delete_messages) == ("administrator", True, True)
    assert (await client.get_chat_member(group.id, ada.id)).status == "member"
    bob = world.sandbox.person("Bob")
    assert (await client.get_chat_member(group.id, bob.id)).status == "left"
    group.kicks(ada)
    assert (await client.get_chat_member(group.id, ada.id)).status == "kicked"
    await refused(client.get_chat_member(group.id, 4711), BadRequest, "PARTICIPANT_ID_INVALID")
    await refused(client.get_chat_member(group.id, 0), BadRequest, "Invalid user_id specified")
    await refused(client.get_chat(bob.id), BadRequest, "Chat not found")
    found = await client.get_chat_administrators(group.id)
    assert {one.status for one in found} == {"creator", "administrator"}
    words = "There are no administrators in the private chat"
    await refused(client.get_chat_administrators(ada.id), BadRequest, words)


async def test_what_a_bot_says_of_itself(world, ada):
    """Its name and commands, per scope and language; typing and pins are taken."""
    client = world.client
    assert ((await client.get_me()).username, client.id) == ("nps_bot", BOT.id)
    assert await client.set_my_commands([BotCommand("start", "Begin")], language_code="de")
    assert await client.set_my_commands([("stop", "End")], scope=BotCommandScopeChat(ada.id))
    assert (await client.get_my_commands(language_code="de"))[0].command == "start"
    assert (await client.get_my_commands(scope=BotCommandScopeChat(ada.id)))[0].command == "stop"
    assert await client.delete_my_commands(language_code="de")
    assert (await client.get_my_commands(language_code="de"), await client.get_my_commands()) == ((), ())
    await refused(client.set_my_commands([("Übel", "x")]), BadRequest, "BOT_COMMAND_INVALID")
    await refused(client.set_my_commands([("ok", "")]), BadRequest, "BOT_COMMAND_DESCRIPTION_INVALID")
    await refused(client.set_my_commands([("ok", "x")] * 101), BadRequest, "BOT_COMMANDS_TOO_MUCH")
    assert await client.set_my_description("Asks.")
    assert await client.set_my_short_description("Short.")
    assert (await client.get_my_description()).description == "Asks."
    assert (await client.get_my_short_description()).short_description == "Short."
    assert ((await client.get_my_name()).name, (await client.get_my_name("de")).name) == ("NPS", "NPS")
    await refused(client.set_my_description("x" * 513), BadRequest, "BOT_DESCRIPTION_TOO_LONG")
    assert await client.send_chat_action(ada.id, "typing")
    await refused(client.send_chat_action(ada.id, "dancing"), BadRequest, "Wrong parameter action in request")
    sent = await client.send_message(ada.id, "x")
    assert await client.pin_chat_message(ada.id, sent.message_id)
    assert await client.unpin_chat_message(ada.id)
    await refused(client.pin_chat_message(ada.id, 99), BadRequest, "Message to pin not found")
