"""Methods for the topics of a forum; their descriptions follow td/telegram/ForumTopicManager.cpp."""

from sandbox.telegram.call import Call
from sandbox.telegram.model import Bot, Chat, Json, Topic, User, bad
from sandbox.telegram.world import World

MAX_NAME = 128
COLORS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)


def create_topic(world: World, call: Call) -> Json:
    """https://core.telegram.org/bots/api#createforumtopic."""
    chat = _forum(world, call)
    if not chat.member(call.bot.id).may("can_manage_topics"):
        raise bad("not enough rights to create a topic")
    name = call.text("name").strip()[:MAX_NAME]
    if not name:
        raise bad("name must be non-empty")
    color = call.number("icon_color", COLORS[0])
    if color not in COLORS:
        raise bad("invalid icon color specified")
    world.limits[call.bot.id].spend(chat, call.method)
    return open_topic(world, chat, call.bot, name, color, call.text("icon_custom_emoji_id")).json()


def edit_topic(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#editforumtopic: an empty or missing name keeps it, a missing icon too."""
    chat = _forum(world, call)
    topic = _topic(chat, call, "can_manage_topics", "edit the topic")
    name = call.text("name").strip()[:MAX_NAME] or topic.name
    icon = call.text("icon_custom_emoji_id") if "icon_custom_emoji_id" in call.values else topic.icon_custom_emoji_id
    if (name, icon) == (topic.name, topic.icon_custom_emoji_id):
        raise bad("TOPIC_NOT_MODIFIED")
    world.limits[call.bot.id].spend(chat, call.method)
    rename(world, chat, topic, call.bot, name, icon)
    return True


def toggle_topic(world: World, call: Call) -> bool:
    """CloseForumTopic, reopenForumTopic."""
    chat = _forum(world, call)
    topic = _topic(chat, call, "can_manage_topics", "close or open the topic")
    closed = call.method.lower() == "closeforumtopic"
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    world.limits[call.bot.id].spend(chat, call.method)
    toggle(world, chat, topic, call.bot, closed=closed)
    return True


def delete_topic(world: World, call: Call) -> bool:
    """https://core.telegram.org/bots/api#deleteforumtopic: with all its messages."""
    chat = _forum(world, call)
    remove(world, chat, _topic(chat, call, "can_delete_messages", "delete the topic"))
    return True


METHODS = {
    "createforumtopic": create_topic,
    "editforumtopic": edit_topic,
    "closeforumtopic": toggle_topic,
    "reopenforumtopic": toggle_topic,
    "deleteforumtopic": delete_topic,
}


def open_topic(world: World, chat: Chat, by: User | Bot, name: str, color: int = COLORS[0], icon: str = "") -> Topic:
    """Somebody opens a topic; its id is that of the message which says so."""
    number = chat.last_id + 1
    chat.topics[number] = topic = Topic(number, name, by.id, color, icon)
    created = {key: value for key, value in topic.json().items() if key != "message_thread_id"}
    world.post(chat, by, topic=number, service={"forum_topic_created": created})
    return topic


def rename(world: World, chat: Chat, topic: Topic, by: User | Bot, name: str, icon: str = "") -> None:
    """Somebody gives a topic another name or icon."""
    edited: Json = {"name": name} if name != topic.name else {}
    if icon != topic.icon_custom_emoji_id:
        edited["icon_custom_emoji_id"] = icon
    topic.name, topic.icon_custom_emoji_id = name, icon
    world.post(chat, by, topic=topic.id, service={"forum_topic_edited": edited})


def toggle(world: World, chat: Chat, topic: Topic, by: User | Bot, *, closed: bool) -> None:
    """Somebody closes or reopens a topic."""
    topic.closed = closed
    world.post(chat, by, topic=topic.id, service={"forum_topic_closed" if closed else "forum_topic_reopened": {}})


def remove(world: World, chat: Chat, topic: Topic) -> None:
    """Somebody deletes a topic; no bot is told."""
    del chat.topics[topic.id]
    for number in [message.id for message in chat.messages.values() if message.topic == topic.id]:
        del chat.messages[number]
    world.changed(chat)


def _forum(world: World, call: Call) -> Chat:
    chat = world.chat(call)
    if not chat.forum:
        raise bad("the chat is not a forum")
    return chat


def _topic(chat: Chat, call: Call, right: str, deed: str) -> Topic:
    """The topic of a call, if the bot has the right or opened it itself. Raises Refused."""
    topic = chat.topics.get(call.number("message_thread_id"))
    if topic is None:
        raise bad("TOPIC_ID_INVALID")
    if topic.creator != call.bot.id and not chat.member(call.bot.id).may(right):
        raise bad(f"not enough rights to {deed}")
    return topic
