"""Socket Mode of the Slack sandbox, with slack_sdk's aiohttp client and Bolt's handler for it."""

import asyncio

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.sandbox.slack_world import SECRET, XAPP, buttons, opened


@pytest.fixture
async def world():
    async with opened(socket_mode=True, ack_seconds=0.3) as one:
        yield one


class Line:
    """One connection of the SDK that notes envelopes and acknowledges them unless told not to."""

    def __init__(self, world) -> None:
        self.got: list = []
        self.deaf = 0
        self.client = SocketModeClient(XAPP, web_client=world.client_of(None))
        self.client.socket_mode_request_listeners.append(self._take)

    async def _take(self, client, request) -> None:
        self.got.append(request)
        if self.deaf:
            self.deaf -= 1
            return
        payload = {"text": "noted"} if request.type == "slash_commands" else None
        await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))


async def test_envelopes(world):
    """Events, presses and commands come as envelopes; an acknowledgement may carry the answer."""
    line = Line(world)
    await line.client.connect()
    assert (await world.ada.says("9")).status == 200
    await world.client.chat_postMessage(channel="D1", text="?", blocks=buttons("9"))
    assert (await world.ada.presses("9")).status == 200
    assert (await world.room.command("U1", "/nps", "x")).status == 200
    await world.sandbox.settled()
    kinds = [request.type for request in line.got]
    assert sorted(kinds) == ["events_api", "events_api", "interactive", "slash_commands"]
    assert line.got[0].payload["event"]["text"] == "9"
    assert line.got[0].retry_attempt == 0
    assert world.room.heard("U1") == ["noted"]
    await line.client.close()


async def test_what_is_not_acknowledged_comes_again(world):
    """A new envelope with the same event and the number of the attempt; after four it is given up."""
    line = Line(world)
    await line.client.connect()
    line.deaf = 1
    said = await world.ada.says("9")
    assert (said.status, said.attempts) == (200, 2)
    first, second = line.got
    assert first.envelope_id != second.envelope_id
    assert first.payload["event_id"] == second.payload["event_id"]
    assert (second.retry_attempt, second.retry_reason) == (1, "timeout")
    line.deaf = 4
    assert (await world.ada.says("9")).attempts == 4
    assert len(world.sandbox.delivery.failures) == 1
    await line.client.close()


async def test_each_event_goes_to_one_connection(world):
    """Two connections share the events."""
    lines = [Line(world), Line(world)]
    for line in lines:
        await line.client.connect()
    await world.sandbox.delivery.sockets.connected(2)
    for number in range(4):
        await world.ada.says(str(number))
    assert [len(line.got) for line in lines] == [2, 2]
    for line in lines:
        await line.client.close()
    await world.sandbox.delivery.sockets.connected(0)
    said = await world.ada.says("anybody?")
    assert (said.status, said.reason) == (0, "connection_failed")


async def test_the_client_comes_again(world):
    """After refresh_requested the SDK asks for a new URL and goes on."""
    line = Line(world)
    await line.client.connect()
    await world.sandbox.delivery.sockets.connected(1)
    await world.sandbox.delivery.sockets.disconnect("refresh_requested")
    await world.sandbox.delivery.sockets.connected(0)
    await world.sandbox.delivery.sockets.connected(1)
    assert (await world.ada.says("9")).status == 200
    await line.client.close()


async def test_ten_connections_and_no_more(world):
    """The eleventh is told too_many_websockets; a ticket is good once; the app token is needed."""
    web = world.client_of(XAPP)
    async with aiohttp.ClientSession() as http:
        urls = [(await web.apps_connections_open(app_token=XAPP))["url"] for _ in range(11)]
        sockets = [await http.ws_connect(url) for url in urls]
        first = [await socket.receive_json() for socket in sockets]
        assert [told["type"] for told in first] == ["hello"] * 10 + ["disconnect"]
        assert first[10]["reason"] == "too_many_websockets"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(urls[0])
        for socket in sockets:
            await socket.close()
    world.client = world.client_of("xapp-9")
    assert await world.refused("apps.connections.open") == "invalid_auth"


async def test_a_connection_that_breaks(world):
    """What was under way on it goes to another one at once."""
    url = (await world.client_of(None).apps_connections_open(app_token=XAPP))["url"]
    async with aiohttp.ClientSession() as http:
        mute = await http.ws_connect(url)
        await mute.receive_json()
        world.sandbox.delivery.sockets.seconds = 30
        saying = asyncio.create_task(world.ada.says("9"))
        await mute.receive_json()
        line = Line(world)
        await line.client.connect()
        await world.sandbox.delivery.sockets.connected(2)
        await mute.close()
        said = await saying
    assert (said.status, said.attempts) == (200, 2)
    assert line.got[0].retry_attempt == 1
    await line.client.close()


async def test_bolt_over_a_socket(world):
    """Bolt's own handler connects, hears and acknowledges."""
    bolt = AsyncApp(token="xoxb-1", signing_secret=SECRET, client=world.client)
    heard: asyncio.Queue[str] = asyncio.Queue()

    @bolt.event("message")
    async def message(event):
        await heard.put(event["text"])

    handler = AsyncSocketModeHandler(bolt, XAPP, web_client=world.client_of("xoxb-1"))
    await handler.connect_async()
    assert (await world.ada.says("hello")).status == 200
    assert await asyncio.wait_for(heard.get(), 5) == "hello"
    await handler.close_async()


async def test_socket_mode_has_to_be_on():
    """Without it there is no URL."""
    async with opened() as world:
        world.client = world.client_of(XAPP)
        assert await world.refused("apps.connections.open") == "socket_mode_not_enabled"
