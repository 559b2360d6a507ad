"""What a case's history says of the bot's messages: what was really sent, and what somebody's claim overtook."""

from bot.messages import Pressed
from tests.bot.runtime.house import ANNA, GATHER
from tests.bot.runtime.rooms import Rooms


async def said(rooms: Rooms, case: str) -> list[tuple[str, str]]:
    """What the bot says in a case, and what became of it."""
    entries = (await rooms.store.case(case))["entries"]
    return [(entry["text"], entry["delivery"]) for entry in entries if entry["kind"] == "bot"]


async def test_a_question_that_a_claim_overtook_is_shown_as_cancelled(store, library):
    """P7: it was decided before the claim and never sent."""
    rooms = Rooms(store, library)
    await rooms.asks()
    await rooms.gets("2")
    rooms.clock.passes(GATHER)
    await rooms.works()
    case = (await store.cases())[0]["id"]
    [(question, state)] = await said(rooms, case)
    assert state == "queued"
    await rooms.office.act(case, "mia", Pressed("", "claim"), "k1")
    await rooms.works()
    await rooms.sends()
    assert await said(rooms, case) == [(question, "cancelled")]
    assert question not in [message.prompt.text for message in rooms.line.taken]


async def test_what_the_customer_reads_is_shown_as_sent(store, library):
    """Each message by its own key, also where one turn says several things."""
    rooms = Rooms(store, library)
    case = await rooms.opened()
    await rooms.gets("late")
    await rooms.waits()
    shown = await said(rooms, case)
    assert [state for _, state in shown] == ["sent"] * len(shown)
    assert [text for text, _ in shown] == [one.prompt.text for one in rooms.line.taken if one.to == ANNA][1:]
    keys = [entry["key"] for entry in (await store.case(case))["entries"] if entry["kind"] == "bot"]
    assert len(set(keys)) == len(keys) == 2
