"""Behaviour 12, coming back: by how long it was, who owned it, and what is said."""

import pytest

from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def resolved(world, desk: str, kind: str = "sms"):
    """A case that was resolved, of which the customer was asked nothing more."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    await anna.says("!resolve shipping sent a new one", live.ticket)
    await live.is_in("resolved")
    await world.calm()
    return live, anna


@pytest.mark.parametrize("kind", ["sms", "tg", "slack"])
async def test_b12_within_the_time_the_same_case_and_thread(world, kind):
    """Soon after, owner there, a complaint: the same case, in the same thread, back to its owner."""
    live, anna = await resolved(world, "silent", kind)
    thread = anna.thread(live.ticket)
    await live.customer.says("it is broken again")
    case = await live.is_in("claimed")
    assert case.reopened == 1
    assert case.owner.id == "anna"
    await live.reads(anna, "it is broken again")
    assert anna.thread(live.ticket) == thread


async def test_b12_later_a_new_case_that_names_the_old_one(world):
    """After the desk's time (here: a second): a new case, whose card names the former."""
    live, _ = await resolved(world, "brief")
    resolved_at = (await live.now()).resolved_at
    await soon(lambda: world.server.parts.clock() > resolved_at + 1_200)
    await live.customer.says("and now the next thing")
    former = live.ticket
    await world.opened(live, former.id)
    case = await live.now()
    assert case.id != former.id
    assert [one.id for one in case.former] == [former.id]
    assert former.code in live.seat("anna").card(live.ticket)
    await live.reads(live.seat("anna"), "and now the next thing")


@pytest.mark.parametrize("text", ["Danke!", "thanks", "thank you", "ok", "👍"])
async def test_b12_thanks_is_noted_and_reopens_nothing(world, text):
    """And nobody answers it by machine."""
    live, anna = await resolved(world, "silent")
    before = live.customer.heard()
    await live.customer.says(text)
    await live.reads(anna, f"Customer: {text}")
    await world.calm()
    assert (await live.now()).phase == "resolved"
    assert live.customer.heard() == before


@pytest.mark.parametrize(
    ("answer", "phase", "said"),
    [
        ("yes", "confirmed", "We are glad."),
        ("yes, thanks!", "confirmed", "We are glad."),
        ("no", "claimed", "We are sorry. We will look into it again"),
        ("the new one is broken too", "claimed", "We are sorry. We will look into it again"),
    ],
)
@pytest.mark.parametrize("desk", ["slack", "tg", "sms"])
async def test_b12_is_it_solved(world, desk, answer, phase, said):
    """The customer has the last word; no reopens in the same thread."""
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await anna.says("!resolve price", live.ticket)
    await soon(lambda: any("Has this solved it" in text for text in live.customer.heard()), live.customer.heard)
    await live.customer.says(answer)
    case = await live.is_in(phase)
    await soon(lambda: any(text.startswith(said) for text in live.customer.heard()), live.customer.heard)
    assert case.reopened == (phase == "claimed")


async def test_b12_closing_words_of_ours_reopen_nothing(world):
    """What the bot says at the end, and its delivery reports, are no reason to begin again."""
    live = await world.detractor("sms", "slack")
    anna = await live.claimed()
    await anna.says("!resolve price", live.ticket)
    await soon(lambda: any("Has this solved it" in text for text in live.customer.heard()), live.customer.heard)
    await world.calm()
    assert (await live.now()).phase == "resolved"
    await live.customer.says("yes")
    await live.is_in("confirmed")
    await world.calm()
    assert (await live.now()).phase == "confirmed"


async def test_b12_an_owner_who_stays_silent_loses_the_case(world):
    """After the desk's time (a second) it is free again, with a note in the thread and a word in the channel."""
    live = await world.detractor("sms", "leaving")
    anna = await live.claimed()
    await live.customer.says("hello?")
    await live.owned_by("")
    await live.reads(anna, "has not answered for a while. This case is free again")
    await soon(lambda: any(f"{live.ticket.code}: " in text and "free again" in text for text in anna.outside()))
    assert any("free again" in entry["text"] for entry in await live.entries())


async def test_b12_nobody_answers_in_time_and_the_case_goes_on_to_the_next_desk(world):
    """The clock: a reminder in the channel, then the other desk has it, and the old card says where it went."""
    live = await world.detractor("sms", "strict")
    first, second = live.seat("anna"), world.seat("anna", "slack", "slack")
    await soon(lambda: second.card(live.ticket), "the card at the next desk")
    case = await live.now()
    assert case.desk == "slack"
    assert case.escalated == ("strict",)
    await soon(lambda: "is now at slack" in first.card(live.ticket), lambda: first.card(live.ticket))
    assert any("an answer is due by" in text for text in first.outside())


async def test_b12_a_new_score_is_asked_for_and_kept(world):
    """Recovery: 2 before, 9 after."""
    live = await world.detractor("sms", "asking")
    anna = await live.claimed()
    await anna.says("!resolve price gave a discount", live.ticket)
    await soon(lambda: any("Has this solved it" in text for text in live.customer.heard()), live.customer.heard)
    await live.customer.says("yes")
    await soon(lambda: any("How likely are you to recommend us now" in text for text in live.customer.heard()))
    await live.customer.says("9")
    await live.hears("Thank you, that helps us a lot!")
    case = await live.now()
    assert (case.score, case.score_after) == (2, 9)
    await live.reads(anna, "Score afterwards: 2 → 9")
