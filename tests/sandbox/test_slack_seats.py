"""A seat in one of the Slack sandbox's channels, as tests and demo devices take it: over its JSON."""

import asyncio
import base64

import aiohttp
import pytest

from tests.sandbox.slack_world import buttons, opened

ROOMS = "/sandbox/slack/rooms"


class Seat:
    """Bob's seat in #support."""

    def __init__(self, world, http):
        self.world, self.http = world, http
        self.url = f"{world.url}{ROOMS}"

    async def looks(self, channel="C1", **query):
        async with self.http.get(f"{self.url}/{channel}", params={"user": "U2"} | query) as answer:
            return answer.status, await answer.json()

    async def shows(self, **query):
        return (await self.looks(**query))[1]["messages"]

    async def acts(self, channel="C1", **acted):
        async with self.http.post(f"{self.url}/{channel}", json={"user": "U2"} | acted) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def seat():
    async with opened() as world, aiohttp.ClientSession() as http:
        yield Seat(world, http)


async def a_card(seat):
    """A card with buttons, and its ts."""
    posted = await seat.world.client.chat_postMessage(channel="C1", text="Ada gave 2", blocks=buttons("Claim", "Note"))
    return posted["ts"]


async def test_an_agents_day(seat):
    """Read a card, press, open a thread, type, change it, react, take it back, upload: each is told to the app."""
    card = await a_card(seat)
    [root] = await seat.shows()
    assert (root["ts"], root["buttons"], root["replies"]) == (card, ["Claim", "Note"], 0)
    acts = [
        {"do": "press", "label": "Claim"},
        {"do": "press", "label": 1, "message": card},
        {"text": "Hello Ada", "thread": card},
        {"text": "all may read this", "thread": card, "broadcast": True},
        {"do": "upload", "name": "a.pdf", "content": base64.b64encode(b"%PDF").decode(), "text": "see", "thread": card},
        {"do": "react", "message": card, "name": "eyes"},
        {"do": "unreact", "message": card, "name": "eyes"},
        {"do": "command", "name": "/echolot", "text": "help"},
    ]
    done = [await seat.acts(**acted) for acted in acts]
    assert [(status, told["delivered"]) for status, told in done] == [(200, 200)] * len(acts)
    typed = done[2][1]["ts"]
    assert (await seat.acts(do="edit", message=typed, text="Hello Eve"))[0] == 200
    assert [one["text"] for one in await seat.shows(thread=card)][1:] == ["Hello Eve", "all may read this", "see"]
    assert (await seat.acts(do="delete", message=typed))[0] == 200
    assert [one["side"] for one in await seat.shows(thread=card)] == ["them", "me", "me"]
    assert [one["text"] for one in await seat.shows()] == ["How likely?", "all may read this"]
    world = seat.world
    pressed = [one["actions"][0]["value"] for one in world.told("block_actions")]
    assert (pressed, len(world.told("reaction_added")), len(world.told("reaction_removed"))) == (
        ["Claim", "Note"],
        1,
        1,
    )
    assert [one["text"] for one in world.told("/echolot")] == ["help"]
    assert [one["deleted_ts"] for one in world.told("message_deleted")] == [typed]


async def test_what_only_this_seat_sees(seat):
    """A whisper in a thread shows here and not beside; its press tells the thread and no message, as Slack's does."""
    card = await a_card(seat)
    post = {"channel": "C1", "user": "U2", "text": "psst", "blocks": buttons("Send"), "thread_ts": card}
    await seat.world.client.chat_postEphemeral(**post)
    assert len(await seat.shows(thread=card)) == 1  # nobody has replied: Slack takes it and shows nothing
    await seat.acts(text="x", thread=card)
    whisper = await seat.world.client.chat_postEphemeral(**post)
    shown = (await seat.shows(thread=card))[-1]
    assert (shown["ts"], shown["ephemeral"], shown["buttons"]) == (whisper["message_ts"], True, ["Send"])
    assert not any(one["ephemeral"] for one in await seat.shows(thread=card, user="U1"))
    assert [one["replies"] for one in await seat.shows()] == [1]  # it is no reply
    await seat.acts(do="press", label="Send")
    [told] = seat.world.told("block_actions")
    assert "message" not in told
    container = {"type": "message", "message_ts": whisper["message_ts"], "channel_id": "C1", "is_ephemeral": True}
    assert told["container"] == container | {"thread_ts": card}


async def test_a_deleted_root(seat):
    """With replies it leaves a tombstone and its thread; without, replies come into the channel without thread_ts."""
    card = await a_card(seat)
    await seat.acts(text="x", thread=card)
    assert (await seat.acts(do="take_down", message=card))[0] == 200
    [tomb] = await seat.shows()
    assert (tomb["gone"], tomb["text"], tomb["buttons"]) == (True, "This message was deleted.", [])
    assert (await seat.world.client.chat_postMessage(channel="C1", text="y", thread_ts=card))["message"]["thread_ts"]
    other = await a_card(seat)
    await seat.acts(do="take_down", message=other)
    stray = await seat.world.client.chat_postMessage(channel="C1", text="stray", thread_ts=other, reply_broadcast=True)
    assert "thread_ts" not in stray["message"]
    assert [one["text"] for one in await seat.shows()][1:] == ["stray"]
    assert (await seat.acts(text="x", thread=other))[0] == 422


async def test_news(seat):
    """A look can wait for the next change, and the list of channels says who is where."""
    version = (await seat.looks())[1]["version"]
    waiting = asyncio.create_task(seat.looks(after=version, wait=10))
    await a_card(seat)
    assert len((await asyncio.wait_for(waiting, 5))[1]["messages"]) == 1
    assert len((await seat.looks(after=99, wait=0.01))[1]["messages"]) == 1
    async with seat.http.get(seat.url) as answer:
        listed = {(one["team"], one["channel"]): one for one in await answer.json()}
    assert listed["T1", "C1"]["members"] == ["U1", "U2", "U1BOT"]
    assert (await seat.looks(team="T2", user="U1"))[0] == 200


@pytest.mark.parametrize(
    ("acted", "status"),
    [
        ({"user": "U6", "text": "x"}, 422),
        ({"user": "U99", "text": "x"}, 422),
        ({"text": "x", "thread": "1.1"}, 422),
        ({"do": "press", "label": "Claim"}, 422),
        ({"do": "press", "label": 7, "message": "card"}, 422),
        ({"do": "edit", "message": "card", "text": "not mine"}, 422),
        ({"do": "delete", "message": "card"}, 422),
        ({"do": "dance"}, 422),
        ({"do": "react", "message": "1.1", "name": "eyes"}, 422),
        ({"channel": "C9", "text": "x"}, 404),
    ],
)
async def test_what_cannot_be_done(seat, acted, status):
    """Strangers, things that are not there, other people's messages: refused, and nothing is told."""
    card = (await seat.world.client.chat_postMessage(channel="C1", text="x"))["ts"]
    if acted.get("message") == "card":
        acted = acted | {"message": card}
    assert (await seat.acts(**acted))[0] == status
    await seat.world.sandbox.settled()
    assert len(seat.world.calls) == 1  # the message of the app's own
    assert (await seat.looks(user="U99"))[0] == 404


async def test_an_archived_channel(seat):
    """It can be read; nobody writes or reacts in it, the app neither."""
    card = await a_card(seat)
    await seat.acts(text="x", thread=card)
    seat.world.room.archives()
    assert (await seat.looks())[1]["archived"]
    for acted in ({"text": "x"}, {"do": "react", "message": card, "name": "eyes"}):
        assert await seat.acts(**acted) == (422, {"error": "is_archived"})
    for method, fields in (
        ("reactions.add", {"timestamp": card, "name": "eyes"}),
        ("chat.postMessage", {"text": "x", "thread_ts": card}),
        ("chat.postEphemeral", {"text": "x", "user": "U2"}),
        ("chat.update", {"text": "x", "ts": card}),
    ):
        assert await seat.world.refused(method, channel="C1", **fields) == "is_archived"
