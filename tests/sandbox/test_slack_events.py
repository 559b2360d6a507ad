"""What the Slack sandbox tells an app by its request URL: events with retries, presses, commands, forms; and Bolt."""

import asyncio

import pytest
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sandbox.serving import serving
from sandbox.slack import User
from tests.sandbox.slack_world import SECRET, buttons, opened


@pytest.fixture
async def world():
    async with opened() as one:
        yield one


async def test_url_verification(world):
    """The request URL has to give the challenge back."""
    assert await world.sandbox.verify()


async def test_what_a_customer_writes(world):
    """An envelope as the Events API sends it, for a message that was escaped as Slack's client does."""
    said = await world.ada.says("9 & <b> https://acme.example")
    assert (said.status, said.attempts) == (200, 1)
    [(headers, body)] = world.calls
    assert (body["type"], body["team_id"], body["api_app_id"]) == ("event_callback", "T1", "A1")
    assert body["authorizations"][0]["user_id"] == "U1BOT"
    event = body["event"]
    assert (event["type"], event["channel_type"], event["user"], event["ts"]) == ("message", "im", "U1", said.ts)
    assert event["text"] == "9 &amp; &lt;b&gt; <https://acme.example>"
    assert "x-slack-retry-num" not in headers
    assert world.ada.shows()[0]["text"] == "9 & <b> https://acme.example"


@pytest.mark.parametrize(
    ("answers", "attempts", "status"),
    [
        ([500], 2, 200),
        ([500, 404, 302], 4, 200),
        ([500, 500, 500, 500], 4, 500),
    ],
)
async def test_retries(world, answers, attempts, status):
    """Three retries with the same event_id, numbered and with a reason."""
    world.answers = [Response(status_code=code) for code in answers]
    said = await world.ada.says("9")
    assert (said.attempts, said.status) == (attempts, status)
    assert len({body["event_id"] for _, body in world.calls}) == 1
    numbers = [headers.get("x-slack-retry-num") for headers, _ in world.calls]
    assert numbers == [None, "1", "2", "3"][:attempts]
    assert world.calls[1][0]["x-slack-retry-reason"] == "http_error"
    assert len(world.sandbox.delivery.failures) == (status != 200)


async def test_no_retry_when_told_so(world):
    """X-Slack-No-Retry ends it."""
    world.answers = [Response(status_code=500, headers={"X-Slack-No-Retry": "1"})]
    assert (await world.ada.says("9")).attempts == 1


async def test_nobody_answers(world):
    """No connection and no answer in time are retried as well."""
    url, world.sandbox.app.events_url = world.sandbox.app.events_url, "http://127.0.0.1:9/"
    assert (await world.ada.says("9")).reason == "connection_failed"
    held = asyncio.Event()

    async def hold(_request):
        await held.wait()
        return Response()

    async with serving(Starlette(routes=[Route("/", hold, methods=["POST"])])) as slow:
        world.sandbox.app.events_url = slow
        world.sandbox.delivery.caller.seconds = 0.05
        said = await world.ada.says("9")
        held.set()
    assert (said.reason, said.attempts) == ("http_timeout", 4)
    world.sandbox.app.events_url = url


async def test_an_event_comes_again(world):
    """Twice at once with the same event_id, and once more under a new one."""
    await world.ada.says("9")
    await world.acme.redeliver(times=2)
    await world.acme.repeat()
    await world.sandbox.settled()
    ids = [body["event_id"] for _, body in world.calls]
    assert len(ids) == 4
    assert len(set(ids)) == 2
    assert len({body["event"]["ts"] for _, body in world.calls}) == 1


async def test_changes_of_messages(world):
    """Edits carry `edited`, previews do not, deletions name what is gone; /me, files and broadcasts have subtypes."""
    said = await world.ada.says("8")
    await world.ada.edits(said.ts, "9")
    await world.ada.room.unfurls(said.ts)
    await world.ada.deletes(said.ts)
    edit, preview = world.told("message_changed")
    assert (edit["message"]["text"], edit["previous_message"]["text"]) == ("9", "8")
    assert edit["message"]["edited"]["user"] == "U1"
    assert "edited" in preview["message"]  # it was edited before, and so it stays
    assert world.told("message_deleted")[0]["deleted_ts"] == said.ts
    plain = await world.room.says("U1", "x", me=True)
    await world.room.unfurls(plain.ts)
    assert "edited" not in world.told("message_changed")[-1]["message"]
    await world.room.says("U2", "also here", plain.ts, broadcast=True)
    await world.ada.uploads(b"PDF", "a.pdf", "see")
    for kind in ("me_message", "thread_broadcast", "file_share"):
        assert len(world.told(kind)) == 1
    with pytest.raises(KeyError):
        await world.room.edits("U2", plain.ts, "not mine")


async def test_whom_events_reach(world):
    """Nothing from channels without the bot, nor without the scope; a mention is a second event."""
    await world.acme.channel("C2").says("U1", "among us")
    await world.acme.channel("G2").says("U1", "private")
    await world.room.says("U1", "<@U1BOT> help", raw=True)
    assert [body["event"]["type"] for _, body in world.calls].count("message") == 2
    assert len(world.told("app_mention")) == 1
    world.acme.team.scopes -= {"im:history"}
    assert (await world.ada.says("9")).attempts == 0


async def test_own_messages_come_back(world):
    """What the bot posts is told with its bot_id and app_id."""
    await world.client.chat_postMessage(channel="C1", text="x")
    await world.sandbox.settled()
    assert [(one["bot_id"], one["app_id"]) for one in world.told("message")] == [("B1", "A1")]


async def test_people_come_and_change(world):
    """user_change, team_join, member_joined_channel, app_home_opened, and the end of an installation."""
    await world.ada.changes(deleted=True)
    await world.acme.arrives(User("U7", "new"))
    await world.acme.channel("C5").joins("U7")
    await world.ada.opens_app("home")
    outcomes = await world.acme.uninstalls()
    assert {outcome.status for outcome in outcomes} == {200}
    assert [one["user"]["deleted"] for one in world.told("user_change")] == [True]
    kinds = ("team_join", "member_joined_channel", "app_home_opened", "app_uninstalled", "tokens_revoked")
    assert [len(world.told(kind)) for kind in kinds] == [1, 1, 1, 1, 1]
    assert (await world.ada.says("anybody?")).attempts == 0


async def test_bolt_takes_what_is_sent(world):
    """Bolt checks the signatures, answers in time, and its listeners hear events, presses and commands."""
    heard: list[str] = []
    everything = asyncio.Event()

    def hear(text):
        heard.append(text)
        if {"hello", "9", "x"} <= set(heard):
            everything.set()

    bolt = AsyncApp(token="xoxb-1", signing_secret=SECRET, client=world.client)

    @bolt.event("message")
    async def message(event):
        hear(event["text"])

    @bolt.action("a0")
    async def pressed(ack, action):
        await ack()
        hear(action["value"])

    @bolt.command("/nps")
    async def command(ack, body):
        await ack("noted")
        hear(body["text"])

    handler = AsyncSlackRequestHandler(bolt)
    async with serving(Starlette(routes=[Route("/slack", handler.handle, methods=["POST"])])) as url:
        world.sandbox.app.events_url = f"{url}/slack"
        assert await world.sandbox.verify()
        assert (await world.ada.says("hello")).status == 200
        await world.client.chat_postMessage(channel="D1", text="?", blocks=buttons("9"))
        assert (await world.ada.presses("9")).status == 200
        assert (await world.room.command("U1", "/nps", "x")).status == 200
        await asyncio.wait_for(everything.wait(), 5)
        assert world.room.heard("U1") == ["noted"]
        world.sandbox.delivery.caller.skew = -301
        assert (await world.ada.presses("9")).status == 401
        world.sandbox.delivery.caller.skew = 0
        world.sandbox.app.signing_secret = "another"
        assert (await world.ada.says("forged")).status == 401
    assert "forged" not in heard
