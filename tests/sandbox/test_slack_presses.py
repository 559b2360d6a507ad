"""Buttons, forms, commands and whispers at the Slack sandbox, as the app hears of them and answers."""

import json

import aiohttp
import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient
from starlette.responses import JSONResponse

from tests.sandbox.slack_world import buttons, opened


@pytest.fixture
async def world():
    async with opened() as one:
        yield one


async def test_presses(world):
    """A press carries what the button was, also from a view that is old; its response URL works five times."""
    posted = await world.client.chat_postMessage(channel="D1" if world.ada else "", text="?", blocks=buttons("8", "9"))
    old = world.ada.shows()[-1]
    assert old["buttons"] == ["8", "9"]
    await world.client.chat_update(channel="D1", ts=posted["ts"], text="?", blocks=buttons("yes", "no"))
    await world.ada.presses("no")
    await world.ada.presses("9", old)
    await world.ada.presses(0, posted["ts"])
    assert [one["actions"][0]["value"] for one in world.told("block_actions")] == ["no", "9", "yes"]
    payload = world.told("block_actions")[0]
    assert payload["container"] == {
        "type": "message", "message_ts": posted["ts"], "channel_id": "D1", "is_ephemeral": False,
    }  # fmt: skip
    with pytest.raises(KeyError):
        await world.ada.presses("maybe")
    hook = AsyncWebhookClient(payload["response_url"])
    assert (await hook.send(text="thanks", replace_original=True)).body == "ok"
    assert [one["text"] for one in world.ada.shows()] == ["thanks"]
    answers = [await hook.send(text="psst") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [404]
    assert [one["ephemeral"] for one in world.ada.shows()] == [False] + [True] * 4
    world.clock.now += 1801
    late = AsyncWebhookClient(world.told("block_actions")[1]["response_url"])
    assert "expired_url" in (await late.send(text="x")).body
    await world.client.chat_delete(channel="D1", ts=posted["ts"])
    with pytest.raises(KeyError):
        await world.ada.presses("9", old)


async def test_triggers_and_forms(world):
    """A trigger opens one view within three seconds; the form's values come back; the answer decides what follows."""
    said = await world.room.says("U1", "note this")
    await world.room.shortcut("U2", "note", said.ts)
    [payload] = world.told("message_action")
    assert (payload["callback_id"], payload["message"]["text"]) == ("note", "note this")
    form = {
        "type": "modal",
        "callback_id": "note",
        "title": {"type": "plain_text", "text": "Note"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [
            {
                "type": "input",
                "block_id": "n",
                "label": {"type": "plain_text", "text": "Note"},
                "element": {"type": "plain_text_input", "action_id": "words"},
            }
        ],
    }
    opened_view = await world.client.views_open(trigger_id=payload["trigger_id"], view=form)
    again = {"trigger_id": payload["trigger_id"], "view": form}
    assert await world.refused("views.open", **again) == "exchanged_trigger_id"
    stale = {"view_id": opened_view["view"]["id"], "view": form, "hash": "1.old"}
    assert await world.refused("views.update", **stale) == "hash_conflict"
    bob = world.acme.person("U2")
    world.answers = [JSONResponse({"response_action": "errors", "errors": {"n": "too short"}})]
    await bob.submits(words="x")
    assert bob.view is not None
    await bob.submits(words="called her")
    assert bob.view is None
    [_, sent] = world.told("view_submission")
    assert sent["view"]["state"]["values"]["n"]["words"]["value"] == "called her"
    await world.room.shortcut("U2", "note", said.ts)
    late = {"trigger_id": world.told("message_action")[1]["trigger_id"], "view": form}
    world.clock.now += 3.1
    assert await world.refused("views.open", **late) == "expired_trigger_id"
    await world.client.views_publish(user_id="U1", view={"type": "home", "blocks": []})
    assert world.ada.home is not None
    await world.room.shortcut("U2", "note", said.ts)
    fresh = world.told("message_action")[2]["trigger_id"]
    huge = form | {"blocks": form["blocks"] * 1, "private_metadata": "x" * 260_000}
    assert await world.refused("views.open", trigger_id=fresh, view=huge) == "view_too_large"


async def test_slash_commands(world):
    """A signed form; the answer's text is shown to whoever typed it only."""
    world.answers = [JSONResponse({"text": "3 open"})]
    await world.room.command("U1", "/nps", "status")
    [form] = world.told("/nps")
    assert (form["text"], form["channel_id"], form["user_id"]) == ("status", "C1", "U1")
    assert [one["text"] for one in world.room.shows("U1")] == ["3 open"]
    assert world.room.shows("U2") == []


async def test_ephemerals(world):
    """Only one member sees it, and no history has it."""
    await world.client.chat_postEphemeral(channel="C1", user="U1", text="psst")
    assert await world.room.hears(1, viewer="U1") == ["psst"]
    assert world.room.heard("U2") == []
    assert (await world.client.conversations_history(channel="C1"))["messages"] == []


async def test_a_response_url_wants_json(world):
    """Nonsense is refused and does not use it up; blocks are checked."""
    await world.room.command("U1", "/nps")
    url = world.told("/nps")[0]["response_url"]
    async with aiohttp.ClientSession() as http:
        for wrong in 2 * (b"no JSON", json.dumps({"blocks": [{"type": "dancer"}]}).encode(), b"{}"):
            async with http.post(url, data=wrong) as answer:
                assert answer.status == 400
        async with http.post(url, json={"text": "fine"}) as answer:
            assert answer.status == 200
