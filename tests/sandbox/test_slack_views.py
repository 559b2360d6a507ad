"""Modals and App Home of the Slack sandbox: stacks, what an answer does to them, choices, and presses in them."""

import pytest
from starlette.responses import JSONResponse

from tests.sandbox.slack_world import buttons, opened


@pytest.fixture
async def world():
    async with opened() as one:
        yield one


def _plain(text):
    return {"type": "plain_text", "text": text}


def _form(title, **more):
    option = {"text": _plain("Refund"), "value": "refund"}
    choice = {"type": "static_select", "action_id": "choice", "options": [option]}
    blocks = [{"type": "input", "block_id": "c", "label": _plain("Why"), "element": choice}]
    return {"type": "modal", "title": _plain(title), "submit": _plain("Save"), "blocks": blocks} | more


async def _trigger(world):
    said = await world.room.says("U1", "x")
    await world.room.shortcut("U1", "note", said.ts)
    return world.told("message_action")[-1]["trigger_id"]


async def test_a_stack_of_modals(world):
    """Three deep and no deeper; an answer updates, pushes or clears; a choice comes back with its option."""
    first = (await world.client.views_open(trigger_id=await _trigger(world), view=_form("1", external_id="e1")))["view"]
    twice = {"trigger_id": await _trigger(world), "view": _form("x", external_id="e1")}
    assert await world.refused("views.open", **twice) == "duplicate_external_id"
    second = (await world.client.views_push(trigger_id=await _trigger(world), view=_form("2")))["view"]
    assert (second["previous_view_id"], second["root_view_id"]) == (first["id"], first["id"])
    world.answers = [JSONResponse({"response_action": "push", "view": _form("3")})]
    await world.ada.submits(choice="refund")
    values = world.told("view_submission")[0]["view"]["state"]["values"]
    assert values["c"]["choice"]["selected_option"]["value"] == "refund"
    deeper = {"trigger_id": await _trigger(world), "view": _form("4")}
    assert await world.refused("views.push", **deeper) == "push_limit_reached"
    world.answers = [JSONResponse({"response_action": "update", "view": _form("3b")})]
    await world.ada.submits(choice="refund")
    assert world.ada.view.content["title"]["text"] == "3b"
    await world.client.views_update(external_id="e1", view=_form("1b"))
    world.answers = [JSONResponse({"response_action": "clear"})]
    await world.ada.submits(choice="refund")
    assert world.ada.view is None
    with pytest.raises(KeyError):
        await world.ada.submits()


async def test_closing(world):
    """The app hears of a closed modal only if it asked."""
    for asked in (False, True):
        await world.client.views_open(trigger_id=await _trigger(world), view=_form("1", notify_on_close=asked))
        await world.ada.dismisses()
    assert len(world.told("view_closed")) == 1


async def test_home(world):
    """A home is published with its hash, shown when it is opened, and its buttons can be pressed."""
    home = {"type": "home", "blocks": buttons("Start")}
    old = (await world.client.views_publish(user_id="U1", view=home))["view"]["hash"]
    await world.client.views_publish(user_id="U1", view=home, hash=old)
    assert await world.refused("views.publish", user_id="U1", view=home, hash=old) == "hash_conflict"
    await world.ada.opens_app("home")
    assert world.told("app_home_opened")[0]["view"]["type"] == "home"
    await world.ada.presses_in(world.ada.home, "Start")
    assert world.told("block_actions")[0]["container"]["type"] == "view"
