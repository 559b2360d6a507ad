"""An agent's seat in a forum group of the Telegram sandbox, in Python and over HTTP; and reactions there."""

import asyncio
import base64

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest

from sandbox.telegram.text import effects
from tests.sandbox import telegram_world
from tests.sandbox.telegram_world import refused

KINDS = ["message", "edited_message", "callback_query", "message_reaction"]
CLAIM = InlineKeyboardMarkup([[InlineKeyboardButton("Claim", callback_data="c1")]])


@pytest.fixture
async def world():
    async with telegram_world.world(served=False) as made:
        await made.client.get_updates(allowed_updates=KINDS)
        yield made


@pytest.fixture
def ada(world):
    return world.sandbox.person("Ada", last_name="Lang")


@pytest.fixture
def group(world, ada):
    return world.sandbox.group("Desk", members=[ada])


async def told(world):
    """Updates of kinds a bot asked for, since the last look, without service messages."""
    updates = list(await world.client.get_updates(allowed_updates=KINDS))
    if updates:
        await world.client.get_updates(offset=updates[-1].update_id + 1)
    return [one for one in updates if not (one.message and one.message.forum_topic_created)]


async def test_an_agent_at_work(world, ada, group):
    """Topics are listed, latest first; a card is read and pressed; words, edits and reactions reach the bot."""
    client, seat = world.client, world.sandbox.seat(group, ada)
    first = (await client.create_forum_topic(group.id, "K7Q2")).message_thread_id
    second = (await client.create_forum_topic(group.id, "B3ZZ")).message_thread_id
    card = await client.send_message(group.id, "2 of 10", message_thread_id=first, reply_markup=CLAIM)
    assert [one["name"] for one in seat.topics()] == ["General", "K7Q2", "B3ZZ"]
    shown = seat.screen(first)
    assert (shown["title"], shown["forum"], shown["member"]) == ("Desk", True, "member")
    [_, message] = shown["messages"]
    assert (message["text"], message["buttons"], message["bot"]) == ("2 of 10", [["Claim"]], True)
    assert shown["topics"][1] == {
        "id": first, "name": "K7Q2", "closed": False, "mine": False, "messages": 1, "last": "2 of 10",
        "last_id": card.message_id, "at": message["at"],
    }  # fmt: skip
    seat.presses("Claim", card.message_id)
    said = seat.says("hello", second)
    answer = seat.says("yes", reply_to=card.message_id)
    seat.edits(said.id, "hello you")
    seat.reacts("🔥", card.message_id)
    seat.reacts("🔥", card.message_id)
    updates = await told(world)
    assert updates[0].callback_query.message.message_thread_id == first
    assert [(one.message.text, one.message.message_thread_id) for one in updates[1:3]] == [
        ("hello", second), ("yes", first),
    ]  # fmt: skip
    assert updates[1].message.from_user.full_name == "Ada Lang"
    assert updates[3].edited_message.text == "hello you"
    assert updates[4].message_reaction.message_id == card.message_id
    assert len(updates) == 5  # the same reaction again says nothing
    assert [one["name"] for one in seat.shows(second) if one["side"] == "me"] == ["Ada Lang"]
    seat.deletes(answer.id)
    assert [one["text"] for one in seat.shows(first) if not one["service"]] == ["2 of 10"]
    assert await told(world) == []


async def test_files(world, ada, group):
    """A picture, an album with its caption, a file and a voice note go into the topic."""
    topic = group.opens(ada, "t").id
    where = f"/sandbox/telegram/groups/{group.id}/seats/{ada.id}"

    def file(content, **more):
        return {"content": base64.b64encode(content).decode()} | more

    for files in (
        [file(b"1")],
        [file(b"2"), file(b"3")],
        [file(b"4", kind="document", name="a.pdf", mime="application/pdf")],
        [file(b"5", kind="voice")],
    ):
        sent = await world.http.post(where, json={"do": "send", "text": "look", "topic": topic, "files": files})
        assert len(sent.json()["done"]) == len(files)
    shown = [one for one in world.sandbox.seat(group, ada).shows(topic) if not one["service"]]
    assert [(one["media"], one["text"], one["file"]) for one in shown] == [
        ("photo", "look", ""), ("photo", "look", ""), ("photo", "", ""), ("document", "look", "a.pdf"),
        ("voice", "", ""),
    ]  # fmt: skip
    assert shown[1]["album"] == shown[2]["album"] != ""
    assert shown[0]["album"] == ""


async def test_what_a_member_may_not(world, ada, group):
    """Others' messages and topics are theirs, unless an administrator comes; who left does nothing any more."""
    bob = world.sandbox.person("Bob")
    group.adds(bob)
    mine, his = world.sandbox.seat(group, ada), world.sandbox.seat(group, bob)
    topic = his.opens("his")
    said = his.says("x", topic)
    for deed in (
        lambda: mine.edits(said.id, "y"), lambda: mine.deletes(said.id), lambda: mine.closes(topic),
        lambda: mine.reopens(topic), lambda: mine.renames(topic, "mine"), lambda: mine.deletes_topic(topic),
        lambda: his.deletes_topic(topic),
    ):  # fmt: skip
        with pytest.raises(PermissionError):
            deed()
    for deed in (lambda: mine.shows(99), lambda: mine.says("x", 99), lambda: mine.reacts("👍", 99)):
        with pytest.raises(LookupError):
            deed()
    his.closes(topic)
    with pytest.raises(PermissionError, match="closed"):
        mine.says("x", topic)
    his.reopens(topic)
    his.renames(topic, "hers")
    group.adds(ada, ["can_manage_topics", "can_delete_messages"])
    mine.closes(topic)
    mine.says("as an administrator", topic)
    mine.deletes(said.id)
    assert [one["service"] or one["text"] for one in mine.shows(topic)] == [
        "forum_topic_created", "forum_topic_closed", "forum_topic_reopened", "forum_topic_edited", "forum_topic_closed",
        "as an administrator",
    ]  # fmt: skip
    mine.deletes_topic(topic)
    assert [one["name"] for one in mine.topics()] == ["General"]
    group.removes(ada)
    with pytest.raises(PermissionError, match="not a member"):
        mine.says("x")


async def test_a_seat_over_http(world, ada, group):
    """Everything as JSON: groups, the screen at once or when it changes, deeds, and what is wrong with them."""
    http, where = world.http, f"/sandbox/telegram/groups/{group.id}/seats/{ada.id}"
    assert (await http.get("/sandbox/telegram/groups")).json() == [
        {"chat": group.id, "title": "Desk", "owner": group.owner.id}
    ]
    topic = (await http.post(where, json={"do": "open", "text": "t"})).json()["done"]
    seen = (await http.get(where)).json()
    assert "messages" not in seen
    waiting = asyncio.create_task(http.get(where, params={"after": seen["version"], "wait": 5, "topic": topic}))
    sent = await world.client.send_message(group.id, "8?", message_thread_id=topic, reply_markup=CLAIM)
    assert (await waiting).json()["messages"][-1]["text"] == "8?"
    on_card = {"message": sent.message_id}
    said = (await http.post(where, json={"do": "say", "text": "x", "topic": topic})).json()["done"]
    for deed, done in (
        ({"do": "edit", "text": "y", "message": said}, None),
        ({"do": "react", "text": "👍", **on_card}, None),
        ({"do": "delete", "message": said}, None),
        ({"do": "rename", "text": "u", "topic": topic}, None),
        ({"do": "close", "topic": topic}, None),
        ({"do": "reopen", "topic": topic}, None),
    ):
        answer = await http.post(where, json=deed)
        assert (answer.status_code, answer.json()) == (200, {"done": done})
    assert (await http.post(where, json={"do": "press", "button": "Claim", **on_card})).json()["done"].isdigit()
    owner = f"/sandbox/telegram/groups/{group.id}/seats/{group.owner.id}"
    assert (await http.post(owner, json={"do": "delete_topic", "topic": topic})).status_code == 200
    for path, deed in (
        (where, {"do": "fly"}), (where, {"do": "say", "text": "x", "topic": 99}), (where, {"what": 1}),
        (where, {"do": "press", "button": "No", **on_card}), (where, {"do": "send"}), (where, {"do": "close"}),
        ("/sandbox/telegram/groups/-5/seats/1", {"do": "say"}), ("/sandbox/telegram/groups/x/seats/1", {"do": "say"}),
    ):  # fmt: skip
        assert (await http.post(path, json=deed)).status_code == 422, deed
    assert (await http.get(where, params={"topic": 99})).status_code == 422


async def test_reactions_in_a_group(world, ada, group):
    """A group may allow some emoji or none; of an album the first message holds them; service messages take none."""
    client, seat = world.client, world.sandbox.seat(group, ada)
    said = seat.says("x")
    await refused(client.set_message_reaction(group.id, said.id), BadRequest, "REACTION_EMPTY")
    await client.set_message_reaction(group.id, said.id, "👀")
    group.chat.signs = frozenset("👍")
    await refused(client.set_message_reaction(group.id, said.id, "👀"), BadRequest, "REACTION_INVALID")
    await client.set_message_reaction(group.id, said.id, "👍")
    assert seat.shows()[-1]["reactions"] == ["👍"]
    found = await client.get_chat(group.id)
    assert [one.emoji for one in found.available_reactions] == ["👍"]
    with pytest.raises(PermissionError):
        seat.reacts("🔥", said.id)
    first, second = ada.sends_album([b"1", b"2"], chat=group.chat)
    await client.set_message_reaction(group.id, second.id, "👍")
    seat.reacts("👍", second.id)
    assert [one["reactions"] for one in seat.shows()[-2:]] == [["👍", "👍"], []]
    assert (await told(world))[-1].message_reaction.message_id == first.id
    topic = group.opens(ada, "t")
    await refused(client.set_message_reaction(group.id, topic.id, "👍"), BadRequest, "REACTION_INVALID")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hi @bob (@ada_1) x@y.de @@eve", ["@bob", "@ada_1", "@eve"]),
        ("@\u2060bob @ü @a_b-c", ["@a_b"]),
        ("/stop und/oder (/ban@nps_bot) </b> //x /a/b", ["/stop", "/ban@nps_bot"]),
        ("/\u2060stop", []),
        ("TG://user?id=1 tg:x https://tg.de ton://a/b", ["TG://user?id=1", "ton://a/b"]),
        ("#tag https://a.b +49 30 123", []),
    ],
)
def test_what_an_app_makes_of_a_text(text, found):
    """Names, commands and links into the app work without markup; other links only lead away."""
    assert effects(text) == found
