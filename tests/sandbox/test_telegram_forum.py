"""The Telegram sandbox's groups: topics and rights, what bots hear there, and groups that change under one's feet."""

import pytest
from telegram import ReplyParameters
from telegram.error import BadRequest

from sandbox.telegram import Bot
from tests.sandbox import telegram_world
from tests.sandbox.telegram_world import BOT, refused

OTHER = Bot("700200:other-token", "other_bot", "Other")


@pytest.fixture
async def world():
    async with telegram_world.world((BOT, OTHER), served=False) as made:
        yield made


@pytest.fixture
def ada(world):
    return world.sandbox.person("Ada")


async def heard(world):
    """Updates since the last look."""
    updates = list(await world.client.get_updates())
    if updates:
        await world.client.get_updates(offset=updates[-1].update_id + 1)
    return updates


async def test_life_of_a_topic(world, ada):
    """Opened, renamed, closed, reopened, deleted by the bot; each leaves its service message, none its update."""
    client, group = world.client, world.sandbox.group("Desk", members=[ada])
    await heard(world)
    topic = await client.create_forum_topic(group.id, "Case 1", icon_color=7322096)
    where = (group.id, topic.message_thread_id)
    sent = await client.send_message(group.id, "card", message_thread_id=topic.message_thread_id)
    assert (sent.message_thread_id, sent.is_topic_message) == (topic.message_thread_id, True)
    assert sent.reply_to_message.forum_topic_created.name == "Case 1"
    assert sent.reply_to_message.message_id == topic.message_thread_id
    assert await client.edit_forum_topic(*where, name="Case 1 ✓")
    await refused(client.edit_forum_topic(*where, name="Case 1 ✓"), BadRequest, "TOPIC_NOT_MODIFIED")
    await refused(client.edit_forum_topic(*where), BadRequest, "TOPIC_NOT_MODIFIED")
    await refused(client.reopen_forum_topic(*where), BadRequest, "TOPIC_NOT_MODIFIED")
    assert await client.close_forum_topic(*where)
    await refused(client.close_forum_topic(*where), BadRequest, "TOPIC_NOT_MODIFIED")
    assert await client.reopen_forum_topic(*where)
    services = [one["service"] for one in group.shows(topic.message_thread_id)]
    assert services == [
        "forum_topic_created", "", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    ]  # fmt: skip
    assert await client.delete_forum_topic(*where)
    await refused(
        client.send_message(group.id, "x", message_thread_id=where[1]), BadRequest, "Message thread not found"
    )
    await refused(client.close_forum_topic(*where), BadRequest, "TOPIC_ID_INVALID")
    assert (group.shows(), await heard(world)) == ([], [])


async def test_rights(world, ada):
    """Without can_manage_topics a bot opens nothing, but closes what it opened; deletion is another right."""
    client, group = world.client, world.sandbox.group(bot_rights=None, members=[ada])
    theirs = group.opens(ada, "Hers")
    words = "Not enough rights to create a topic"
    await refused(client.create_forum_topic(group.id, "x"), BadRequest, words)
    group.adds(BOT, ["can_delete_messages"])
    await refused(client.create_forum_topic(group.id, "x"), BadRequest, words)
    words = "Not enough rights to close or open the topic"
    await refused(client.close_forum_topic(group.id, theirs.id), BadRequest, words)
    await refused(client.edit_forum_topic(group.id, theirs.id, "x"), BadRequest, "Not enough rights to edit the topic")
    group.adds(BOT, ["can_manage_topics"])
    mine = await client.create_forum_topic(group.id, "Mine")
    words = "Not enough rights to delete the topic"
    await refused(client.delete_forum_topic(group.id, theirs.id), BadRequest, words)
    words = "Not enough rights to manage pinned messages in the chat"
    await refused(client.pin_chat_message(group.id, mine.message_thread_id), BadRequest, words)
    group.adds(BOT)
    assert await client.close_forum_topic(group.id, mine.message_thread_id)
    ada.start()
    for chat_id in (ada.id, world.sandbox.group(forum=False).id):
        await refused(client.create_forum_topic(chat_id, "x"), BadRequest, "The chat is not a forum")
    group.adds(BOT, ["can_manage_topics"])
    await refused(client.create_forum_topic(group.id, " "), BadRequest, "Name must be non-empty")
    await refused(client.create_forum_topic(group.id, "x", icon_color=1), BadRequest, "Invalid icon color specified")


async def test_closed_topics(world, ada):
    """In a closed topic only those write who may close it."""
    group = world.sandbox.group(members=[ada])
    topic = group.opens(ada, "t")
    group.closes(ada, topic)
    with pytest.raises(PermissionError):
        group.says(ada, "still there?", topic)
    await world.client.send_message(group.id, "x", message_thread_id=topic.id)
    group.adds(BOT)
    await refused(world.client.send_message(group.id, "x", message_thread_id=topic.id), BadRequest, "TOPIC_CLOSED")
    group.reopens(ada, topic)
    await world.client.send_message(group.id, "x", message_thread_id=topic.id)
    group.says(ada, "yes", topic)


async def test_where_messages_land(world, ada):
    """A reply stays in its topic; General must not be named; without a forum a topic's id is ignored."""
    client, group = world.client, world.sandbox.group(members=[ada])
    topic = group.opens(ada, "t")
    said = group.says(ada, "hello", topic)
    reply = await client.send_message(group.id, "x", reply_parameters=ReplyParameters(said.id))
    assert (reply.message_thread_id, reply.reply_to_message.text) == (topic.id, "hello")
    assert group.says(ada, "and you?", reply_to=reply.message_id).topic == topic.id
    assert (await client.send_message(group.id, "general")).message_thread_id is None
    await refused(client.send_message(group.id, "x", message_thread_id=1), BadRequest, "Message thread not found")
    await refused(client.send_message(group.id, "x", message_thread_id=99), BadRequest, "Message thread not found")
    group.becomes_forum(forum=False)
    astray = await client.send_message(group.id, "x", message_thread_id=topic.id)
    assert (astray.message_thread_id, astray.is_topic_message) == (None, None)


async def test_what_bots_hear(world, ada):
    """Admins hear all but bots; in privacy mode a bot hears commands, mentions, replies to itself, and services."""
    group = world.sandbox.group(members=[ada])
    topic = group.opens(ada, "t")
    group.says(ada, "as admin", topic)
    group.renames(ada, topic, "u")
    group.closes(ada, topic)
    group.reopens(ada, topic)
    async with world.another(OTHER.token) as other:
        group.adds(OTHER)
        await other.send_message(group.id, "I am a bot")
    group.adds(BOT)
    mine = await world.client.send_message(group.id, "I ask")
    group.says(ada, "to nobody")
    group.says(ada, "/help@nps_bot me")
    group.says(ada, "hey @nps_bot")
    group.says(ada, "answer", reply_to=mine.message_id)
    messages = [update.message for update in await heard(world) if update.message]
    assert [one.text for one in messages if one.text] == [
        "as admin", "/help@nps_bot me", "hey @nps_bot", "answer",
    ]  # fmt: skip
    assert messages[1].reply_to_message.message_id == topic.id == messages[1].message_thread_id
    services = [messages[0].forum_topic_created, messages[2].forum_topic_edited, messages[3].forum_topic_closed]
    assert None not in [*services, messages[4].forum_topic_reopened]
    assert messages[-1].reply_to_message.text == "I ask"


async def test_places_in_a_group(world, ada):
    """A bot hears what becomes of itself; of others only as an admin that asked for it."""
    group = world.sandbox.group()
    group.adds(ada)
    await world.client.get_updates(allowed_updates=["my_chat_member", "chat_member", "message_reaction"])
    group.removes(ada)
    group.adds(ada)
    said = group.says(ada, "x")
    ada.reacts("🔥", said)
    ada.reacts("", said)
    group.kicks(BOT)
    updates = await heard(world)
    assert [update.my_chat_member.new_chat_member.status for update in updates if update.my_chat_member] == [
        "administrator", "kicked",
    ]  # fmt: skip
    assert [update.chat_member.new_chat_member.status for update in updates if update.chat_member] == ["left", "member"]
    reactions = [update.message_reaction for update in updates if update.message_reaction]
    assert [len(one.new_reaction) for one in reactions] == [1, 0]
    assert reactions[0].new_reaction[0].emoji == "🔥"


async def test_migration(world, ada):
    """Both chats say where it went; the old one is read-only."""
    group = world.sandbox.group("old", supergroup=False, forum=False, members=[ada])
    old = group.id
    await heard(world)
    new = group.migrates()
    messages = [update.message for update in await heard(world)]
    assert (messages[0].chat.id, messages[0].migrate_to_chat_id) == (old, new)
    assert (messages[1].chat.id, messages[1].migrate_from_chat_id) == (new, old)
    assert (await world.client.get_chat(old)).type == "group"
    assert (await world.client.get_chat(new)).type == "supergroup"
    group.says(ada, "here")
    assert (await heard(world))[0].message.chat.id == new
