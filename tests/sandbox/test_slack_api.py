"""The Slack sandbox answers as Slack does: methods, errors, limits and faults, seen through Slack's own SDK."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from sandbox.slack import Fault
from tests.sandbox.slack_world import buttons, opened

SAID = [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here> https://e.example"}}]


@pytest.fixture
async def world():
    async with opened() as one:
        yield one


async def test_post_update_delete(world):
    """A message is kept, changed and deleted; its metadata comes back when asked for; only own ones may be changed."""
    marker = {"event_type": "echolot", "event_payload": {"key": "k1"}}
    posted = await world.client.chat_postMessage(channel="C1", text="a < b & c", blocks=buttons("1"), metadata=marker)
    assert posted["message"]["text"] == "a &lt; b &amp; c"
    [found] = (await world.client.conversations_history(channel="C1", include_all_metadata=True))["messages"]
    assert found["metadata"] == marker
    [found] = (await world.client.conversations_history(channel="C1"))["messages"]
    assert "metadata" not in found
    assert "thread_ts" not in found
    await world.client.chat_update(channel="C1", ts=posted["ts"], text="done")
    assert [(one["text"], one["edited"], one["buttons"]) for one in world.room.shows()] == [("done", True, [])]
    assert await world.refused("chat.update", channel="C1", ts=posted["ts"], text="x" * 4001) == "msg_too_long"
    foreign = await world.room.says("U1", "mine")
    assert await world.refused("chat.update", channel="C1", ts=foreign.ts, text="x") == "cant_update_message"
    assert await world.refused("chat.delete", channel="C1", ts=foreign.ts) == "cant_delete_message"
    await world.client.chat_delete(channel="C1", ts=posted["ts"])
    await world.sandbox.settled()
    assert [one["text"] for one in world.room.shows()] == ["mine"]
    assert [one["message"]["text"] for one in world.told("message_changed")] == ["done"]
    assert [one["deleted_ts"] for one in world.told("message_deleted")] == [posted["ts"]]


async def test_long_text_is_cut_with_a_warning(world):
    """40,000 characters stay, and a warning says so."""
    posted = await world.client.chat_postMessage(channel="C1", text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000
    assert posted["response_metadata"]["warnings"] == ["message_truncated"]


@pytest.mark.parametrize(
    ("fields", "mentions", "links"),
    [
        ({"text": "<!channel> <@U1> <#C1> <!subteam^S1>"}, ["!channel", "@U1", "#C1", "!subteam^S1"], []),
        ({"text": "&lt;!channel&gt; @here #support"}, [], []),
        ({"text": "@here #support", "link_names": True}, ["@here", "#support"], []),
        ({"text": "@here acme.example", "parse": "full"}, ["@here"], ["acme.example"]),
        ({"text": "see https://evil.example/x"}, [], ["https://evil.example/x"]),
        ({"text": "see https://evil.example/x", "parse": "none"}, [], []),
        ({"text": "<https://evil.example|yours>"}, [], ["https://evil.example"]),
        ({"text": "x", "blocks": SAID}, ["!here"], ["https://e.example"]),
    ],
)
async def test_what_a_text_sets_off(world, fields, mentions, links):
    """Mentions and hyperlinks are noted, so that tests can show that a relayed text caused none."""
    await world.client.chat_postMessage(channel="C1", **fields)
    [shown] = world.room.shows()
    assert (shown["mentions"], shown["links"]) == (mentions, links)
    await world.client.chat_postMessage(channel="C1", unfurl_links=False, **fields)
    assert [one["unfurls"] for one in world.room.shows()] == [True, False]


async def test_customised_messages_have_no_user(world):
    """A username makes it a bot_message without `user`, also inside message_changed."""
    posted = await world.client.chat_postMessage(channel="C1", text="x", username="Ada", icon_emoji=":eyes:")
    await world.client.chat_update(channel="C1", ts=posted["ts"], text="y")
    await world.sandbox.settled()
    nested = world.told("message_changed")[0]["message"]
    assert (nested["subtype"], nested["bot_id"], nested["app_id"], nested["username"]) == (
        "bot_message", "B1", "A1", "Ada",
    )  # fmt: skip
    assert "user" not in nested


async def test_threads(world):
    """A root gets its thread_ts with the first reply; replies are read in order; a deleted root leaves a tombstone."""
    root = await world.client.chat_postMessage(channel="C1", text="root")
    for number in range(5):
        await world.client.chat_postMessage(channel="C1", text=str(number), thread_ts=root["ts"])
    await world.client.chat_postMessage(channel="C1", text="loud", thread_ts=root["ts"], reply_broadcast=True)
    history = (await world.client.conversations_history(channel="C1"))["messages"]
    assert [one["text"] for one in history] == ["loud", "root"]
    assert (history[1]["thread_ts"], history[1]["reply_count"]) == (root["ts"], 6)
    seen, cursor = [], None
    while cursor != "":
        page = await world.client.conversations_replies(channel="C1", ts=root["ts"], limit=2, cursor=cursor)
        assert page["messages"][0]["ts"] == root["ts"]
        seen += [one["text"] for one in page["messages"][1:]]
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
    assert seen == ["0", "1", "2", "3", "4", "loud"]
    await world.client.chat_delete(channel="C1", ts=root["ts"])
    await world.sandbox.settled()
    assert world.told("message_changed")[-1]["message"]["subtype"] == "tombstone"
    assert world.told("thread_broadcast")[0]["root"]["ts"] == root["ts"]


async def test_history_bounds_and_pages(world):
    """oldest and latest leave out their own ts unless inclusive; a cursor walks newest first."""
    stamps = [(await world.client.chat_postMessage(channel="C1", text=str(n)))["ts"] for n in range(7)]

    async def texts(**fields):
        return [one["text"] for one in (await world.client.conversations_history(channel="C1", **fields))["messages"]]

    assert await texts(oldest=stamps[2], latest=stamps[5]) == ["4", "3"]
    assert await texts(oldest=stamps[2], latest=stamps[5], inclusive=True) == ["5", "4", "3", "2"]
    seen = []
    async for page in await world.client.conversations_history(channel="C1", limit=3):
        seen += [one["text"] for one in page["messages"]]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


async def test_people_and_channels(world):
    """users.*, conversations.open, info, members, list and join tell what is there."""
    ada = (await world.client.users_info(user="U1"))["user"]
    assert (ada["real_name"], ada["profile"]["email"], ada["tz"]) == (
        "Ada Lovelace",
        "ada@acme.example",
        "Europe/Berlin",
    )
    assert (await world.client.users_info(user="U3"))["user"]["deleted"] is True
    assert (await world.client.users_info(user="U4"))["user"]["is_stranger"] is True
    assert (await world.client.users_lookupByEmail(email="ADA@acme.example"))["user"]["id"] == "U1"
    assert len((await world.client.users_list())["members"]) == 7
    assert (await world.client.conversations_open(users="U1"))["channel"]["id"] == "D1"
    assert (await world.client.conversations_open(users="U5"))["channel"]["id"] == "D5"
    assert (await world.client.conversations_open(users="U1,U2"))["channel"]["id"].startswith("G")
    assert (await world.client.conversations_info(channel="C3"))["channel"]["is_archived"] is True
    assert (await world.client.conversations_members(channel="C1"))["members"] == ["U1", "U2", "U1BOT"]
    names = [one["name"] for one in (await world.client.conversations_list(exclude_archived=True))["channels"]]
    assert names == ["support", "random", "news", "partners"]
    await world.client.conversations_join(channel="C2")
    await world.client.chat_postMessage(channel="C2", text="here now")


async def test_reactions(world):
    """Added once, removed once, and told."""
    said = await world.room.says("U1", "hm")
    place = {"channel": "C1", "timestamp": said.ts, "name": "eyes"}
    await world.client.reactions_add(**place)
    assert await world.refused("reactions.add", **place) == "already_reacted"
    found = (await world.client.reactions_get(channel="C1", timestamp=said.ts))["message"]
    assert found["reactions"] == [{"name": "eyes", "users": ["U1BOT"], "count": 1}]
    await world.client.reactions_remove(**place)
    assert await world.refused("reactions.remove", **place) == "no_reaction"
    await world.room.reacts("U2", said.ts, "+1")
    assert [one["reaction"] for one in world.told("reaction_added")] == ["eyes", "+1"]
    assert len(world.told("reaction_removed")) == 1


async def test_rate_limits():
    """A burst of three a channel, then one a second; Retry-After is told, and keeping it is enough; all is noted."""
    async with opened(limits=True, per_minute=5) as world:

        async def post(channel="C1"):
            return await world.client.chat_postMessage(channel=channel, text="x")

        for _ in range(3):
            await post()
        told = await world.refusal("chat.postMessage", channel="C1", text="x")
        assert (told.status_code, told["error"], told.headers["retry-after"]) == (429, "ratelimited", "1")
        await post("G2")
        world.clock.now += 1
        await post()
        told = await world.refusal("chat.postMessage", channel="G2", text="x")
        assert told.headers["retry-after"] == "59"
        assert [one.channel for one in world.sandbox.limits.violations] == ["C1", "G2"]
        assert [one.channel for one in world.sandbox.limits.posts] == ["C1"] * 3 + ["G2", "C1"]
        world.clock.now += 59
        last = await post()
        for _ in range(50):
            await world.client.chat_update(channel="C1", ts=last["ts"], text="y")
        assert await world.refused("chat.update", channel="C1", ts=last["ts"], text="y") == "ratelimited"


async def test_faults(world):
    """429, a 200 that is not ok, 5xx before and after, and a reset after the message was taken."""
    post = {"channel": "C1", "text": "x"}
    world.sandbox.faults.plan(Fault("throttle", after=7))
    assert (await world.refusal("chat.postMessage", **post)).headers["retry-after"] == "7"
    for fault, error in (
        (Fault("error", status=200), "internal_error"),
        (Fault("error", status=200, code="fatal_error"), "fatal_error"),
        (Fault("error", status=503), "service_unavailable"),
    ):
        world.sandbox.faults.plan(fault)
        assert await world.refused("chat.postMessage", **post) == error
    assert world.room.shows() == []
    world.sandbox.faults.plan(Fault("error_after", status=500))
    assert await world.refused("chat.postMessage", **post) == "fatal_error"
    world.sandbox.faults.plan(Fault("reset_after"))
    with pytest.raises(aiohttp.ClientError):
        await world.client.chat_postMessage(**post)
    assert len(world.room.shows()) == 2


async def test_lag(world):
    """A message that was taken may be missing from history for a while."""
    world.sandbox.faults.plan(Fault("lag", lag=5))
    await world.client.chat_postMessage(channel="C1", text="x")
    assert (await world.client.conversations_history(channel="C1"))["messages"] == []
    world.clock.now += 5
    assert len((await world.client.conversations_history(channel="C1"))["messages"]) == 1


async def test_steering_over_http(world):
    """Faults and phones over HTTP, as the demo and tests in other processes use them."""
    async with aiohttp.ClientSession(world.url) as http:
        async with http.post("/sandbox/slack/faults", json=[{"kind": "throttle", "times": 2}]) as answer:
            assert (await answer.json())[0]["times"] == 2
        assert await world.refused("auth.test") == "ratelimited"
        async with http.post("/sandbox/slack/faults", json=[{"kind": "earthquake"}]) as answer:
            assert answer.status == 422
        async with http.delete("/sandbox/slack/faults") as answer:
            assert await answer.json() == []
        phone = "/sandbox/slack/phones/U1"
        async with http.get(phone) as answer:
            seen = (await answer.json())["version"]
        waiting = asyncio.create_task(_json(http, f"{phone}?after={seen}"))
        async with http.post(phone, json={"text": "hello"}) as answer:
            assert (await answer.json())["delivered"] == 200
        assert [one["text"] for one in (await waiting)["messages"]] == ["hello"]
        await world.client.chat_postMessage(channel="D1", text="?", blocks=buttons("9", "10"))
        async with http.post(phone, json={"press": "10"}) as answer:
            assert (await answer.json())["delivered"] == 200
        assert world.told("block_actions")[0]["actions"][0]["value"] == "10"
        for wrong in ({"press": "11"}, {"txt": "8"}):
            async with http.post(phone, json=wrong) as answer:
                assert answer.status == 422
        async with http.get("/sandbox/slack/phones/U99") as answer:
            assert answer.status == 404


async def _json(http, url):
    async with http.get(url) as answer:
        return await answer.json()


async def test_two_teams_do_not_meet(world):
    """Channels and users of the same ID in two teams are two channels and two users."""
    await world.client_of("xoxb-2").chat_postMessage(channel="C1", text="for the others")
    assert world.room.shows() == []
    assert world.sandbox.workspace("T2").channel("C1").heard() == ["for the others"]
    with pytest.raises(SlackApiError):
        await world.client_of("xoxb-2").conversations_info(channel="C5")
