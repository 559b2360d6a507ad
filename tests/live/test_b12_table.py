"""Behaviour 12 as a table: how long it was × what became of the owner × what the customer writes."""

import itertools

import pytest
from msgspec.structs import replace

from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN, AFTER = "silent", "brief"  # desks whose time is a week, and a second
OWNERS = ("there", "gone", "released")
TEXTS = ("Thanks!", "it is broken again", "STOP")
OUTCOMES = {
    ("Thanks!", "there", WITHIN): "noted",
    ("Thanks!", "gone", WITHIN): "noted",
    ("Thanks!", "released", WITHIN): "noted",
    ("Thanks!", "there", AFTER): "noted",
    ("Thanks!", "gone", AFTER): "noted",
    ("Thanks!", "released", AFTER): "noted",
    ("it is broken again", "there", WITHIN): "back to its owner",
    ("it is broken again", "gone", WITHIN): "back in the queue",
    ("it is broken again", "released", WITHIN): "back in the queue",
    ("it is broken again", "there", AFTER): "a new case",
    ("it is broken again", "gone", AFTER): "a new case",
    ("it is broken again", "released", AFTER): "a new case",
    ("STOP", "there", WITHIN): "opted out",
    ("STOP", "gone", WITHIN): "opted out",
    ("STOP", "released", WITHIN): "opted out",
    ("STOP", "there", AFTER): "opted out",
    ("STOP", "gone", AFTER): "opted out",
    ("STOP", "released", AFTER): "opted out",
}
KINDS = dict(zip(OUTCOMES, itertools.cycle(("sms", "tg", "slack")), strict=False))


@pytest.mark.parametrize(("text", "owner", "desk"), OUTCOMES)
async def test_b12_how_long_it_was_who_owned_it_and_what_is_said(world, monkeypatch, text, owner, desk):
    """One row of the table, through the running world; nothing but a STOP is answered by machine."""
    live = await world.detractor(KINDS[text, owner, desk], desk)
    anna = await live.claimed()
    await anna.says("!resolve shipping sent a new one", live.ticket)
    await live.is_in("resolved")
    await left_by(world, monkeypatch, live, anna, owner)
    await world.calm()
    if desk == AFTER:
        resolved_at = (await live.now()).resolved_at
        await soon(lambda: world.server.parts.clock() > resolved_at + 1_200)
    old, thread, before = live.ticket, anna.thread(live.ticket), live.customer.heard()
    await live.customer.says(text)
    await CHECKS[OUTCOMES[text, owner, desk]](world, live, anna)
    assert anna.thread(old) == thread
    answers = live.customer.heard()[len(before) :]
    assert len(answers) == (text == "STOP"), answers


async def left_by(world, monkeypatch, live, anna, owner: str) -> None:
    """What becomes of the owner: they stay, are taken off the desk's list, or give the case up."""
    if owner == "released":
        await anna.says("!release", live.ticket)
        await live.owned_by("")
    elif owner == "gone":
        worker, desks = world.server.parts.supervisor.worker, world.server.parts.desks
        desk = desks.desks[live.desk]
        others = replace(desk, agents=tuple(agent for agent in desk.agents if agent.name != "anna"))
        monkeypatch.setattr(worker, "_desks", replace(desks, desks={**desks.desks, live.desk: others}))
    assert (await live.now()).phase == "resolved"


async def noted(world, live, anna) -> None:
    await live.reads(anna, "Customer: Thanks!")
    await world.calm()
    case = await live.now()
    assert (case.phase, case.reopened) == ("resolved", 0)


async def back_to_its_owner(world, live, anna) -> None:
    await live.owned_by("anna")
    case = await live.is_in("claimed")
    assert case.reopened == 1
    await live.reads(anna, "Customer: it is broken again")
    await world.calm()


async def back_in_the_queue(world, live, anna) -> None:
    case = await live.is_in("open")
    assert (case.owner, case.reopened, case.control) == (None, 1, "human")
    await live.reads(anna, "Customer: it is broken again")
    await live.offered(anna, "Claim")
    await world.calm()


async def a_new_case(world, live, anna) -> None:
    former = live.ticket
    await world.opened(live, former.id)
    await live.reads(anna, "Customer: it is broken again")
    await world.calm()
    case = await live.now()
    assert ([one.id for one in case.former], case.owner, case.phase) == ([former.id], None, "open")
    live.ticket = former
    assert (await live.now()).phase == "resolved"


async def opted_out(world, live, anna) -> None:
    await live.reads(anna, "Nothing more is sent")
    await world.calm()
    case = await live.now()
    assert (case.phase, case.reopened) == ("resolved", 0)
    assert case.opted_out_at > 0
    assert not any(line.text == "STOP" for line in case.lines)


CHECKS = {
    "noted": noted,
    "back to its owner": back_to_its_owner,
    "back in the queue": back_in_the_queue,
    "a new case": a_new_case,
    "opted out": opted_out,
}


async def test_b12_the_table_is_whole():
    """Every combination has its row."""
    assert set(OUTCOMES) == set(itertools.product(TEXTS, OWNERS, (WITHIN, AFTER)))
