"""Changes of messages that were sent, and limits by chat: what the dispatcher does with both."""

import asyncio

import msgspec
import pytest

from bot.errors import InDoubt, Misconfigured, Rejected, Throttled, Unavailable
from bot.messages import Capabilities, Consent, Limit, Outbound, Pressed, Prompt, Sent
from bot.rows import OutboxRow
from bot.runtime import dispatcher as module
from bot.runtime.dispatcher import LEASE
from bot.runtime.lives import MARK_LIFE
from bot.runtime.verdict import FIRST_RETRY, MARK_TRIES, MEND_WITHIN
from bot.runtime.worker import Worker
from tests.bot.runtime.house import ANNA, BEN, House, Ledger, Line, soon
from tests.storage.builders import turn

ASKED = "Hi, this is Echolot. After talking to our support, how likely are you to recommend us? 0 = not at all"


class Board(Line):
    """A provider whose messages can be changed; `edited` are the changes it took, (id, text, buttons)."""

    capabilities = Capabilities(max_text=4096, buttons=True, edits=True)

    def __init__(self, *script, edits=()):
        super().__init__(*script)
        self.edits = list(edits)
        self.edited: list[tuple[str, str, int]] = []
        self.tries = 0

    async def edit(self, message, provider_id):
        self.tries += 1
        step = self.edits.pop(0) if self.edits else None
        if isinstance(step, Exception):
            raise step
        if step:
            await step()
        self.edited.append((provider_id, message.prompt.text, len(message.prompt.options)))
        return Sent(provider_id)

    async def remove(self, to, provider_id):
        raise NotImplementedError


class Registry(Board, Ledger):
    """One that can also be asked what became of a send."""


@pytest.fixture(params=[Board, Registry])
def board(request, store, library):
    """A house whose channel shows choices under their questions."""
    house = House(store, library, request.param())
    house.worker = Worker(store, library, house.clock, 0, marking={"sms"})
    return house


async def answered(house, *edits, value="9"):
    """Anna was asked and has pressed a button; the key of the mark."""
    session = await house.asks()
    house.line.edits = list(edits)
    await house.gets(Pressed(f"{session}.1.0", value))
    await house.waits(0)
    return f"{session}.1.0.m2"


async def test_the_choice_appears_under_the_question_as_it_was_put(board):
    key = await answered(board)
    [(message, text, buttons)] = board.line.edited
    assert message == "P1"
    assert text.startswith(ASKED)
    assert text.endswith("Reply STOP to opt out\n\n✓ 9")
    assert buttons == 0
    row = await board.store.outbound(key)
    assert (row["state"], row["kind"], row["provider_id"]) == ("sent", "mark", "P1")
    assert [message.prompt.text[:13] for message in board.line.taken] == ["Hi, this is E", "That is great"]


async def test_a_correction_changes_it_again_and_older_messages_only_lose_their_buttons(board):
    session = await board.asks()
    for body in ("hm", Pressed(f"{session}.2.0", "9"), Pressed(f"{session}.1.0", "3")):
        await board.gets(body)
        await board.waits(0)
    shown = [(message, text.partition("✓ ")[2], buttons) for message, text, buttons in board.line.edited]
    assert shown == [("P1", "", 0), ("P2", "9", 0), ("P2", "3", 0)]


async def test_a_change_of_another_kind_is_made_as_it_is_written(board):
    """A mark is put together from what it changes; what a person rewrites stands for itself."""
    session = await board.asks()
    shown = f"{session}.1.0"
    words = Outbound("agent.1", ANNA, Prompt("Sorry, that was not for you."), "agent", edits=shown)
    payload = msgspec.json.encode(words).decode()
    now = board.clock()
    row = OutboxRow(words.key, ANNA.lane, "sms", session, "agent", payload, now, 0, now, edits=shown)
    await turn(board.store, ANNA.lane, outbox=[row])
    await board.sends()
    assert board.line.edited == [("P1", "Sorry, that was not for you.", 0)]


# --- what goes wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [InDoubt("reset"), KeyError("adapter"), Unavailable("down")])
async def test_p5_a_change_in_doubt_is_made_again(board, error):
    """Twice is harmless, and nobody need look it up."""
    key = await answered(board, error)
    assert await board.state(key) == "queued"
    board.clock.passes(FIRST_RETRY)
    await board.sends()
    assert (await board.state(key), board.line.tries, len(board.line.edited)) == ("sent", 2, 1)
    assert board.dispatcher.in_doubt == 0


async def test_p5_a_change_that_takes_too_long_is_made_again(board, monkeypatch):
    monkeypatch.setattr(module, "SEND_TIMEOUT", 0.02)
    key = await answered(board, asyncio.Event().wait)
    board.clock.passes(FIRST_RETRY)
    await board.sends()
    assert (await board.state(key), board.line.tries) == ("sent", 2)


async def test_p5_a_change_whose_worker_died_is_made_again_without_asking(board):
    session = await board.asks()
    await board.gets(Pressed(f"{session}.1.0", "9"))
    await board.works()
    now = board.clock()
    [row] = await board.store.lease("dead", 10, now, now + LEASE, ["sms"])
    assert row.shown_id == "P1"
    for _ in range(3):
        board.clock.passes(LEASE + 1)
        await board.sends()
        await board.dispatcher.look_up()
    await board.sends()
    assert await board.state(row.key) == "sent"
    assert (len(board.line.edited), getattr(board.line, "asked", [])) == (1, [])


async def test_p6_what_was_never_sent_is_not_changed_and_blocks_nobody(board):
    """The question was refused; a press on it is a forgery or a riddle, and the conversation goes on."""
    board.line.script = [Rejected("no")]
    key = await answered(board)
    row = await board.store.outbound(key)
    assert (row["state"], row["error"]) == ("failed", "what was to be changed has never arrived")
    assert board.line.tries == 0
    assert [message.prompt.text[:13] for message in board.line.taken] == ["That is great"]


async def test_a_press_tells_the_id_of_a_message_whose_send_stayed_in_doubt(store, library):
    house = House(store, library, Board(InDoubt("timeout")))
    house.worker = Worker(store, library, house.clock, 0, marking={"sms"})
    session = await house.asks()
    assert await house.state(f"{session}.1.0") == "unknown"
    await house.gets(Pressed(f"{session}.1.0", "9", "P7"))
    await house.waits(0)
    assert await house.state(f"{session}.1.0") == "sent"
    assert [message for message, _, _ in house.line.edited] == ["P7"]


async def test_a_channel_that_can_no_longer_change_messages_goes_on_without(board):
    """Its settings changed while the change was queued."""
    session = await board.asks()
    await board.gets(Pressed(f"{session}.1.0", "9"))
    await board.works()
    board.connect(Line())
    await board.sends()
    assert await board.state(f"{session}.1.0.m2") == "failed"
    assert len(board.line.taken) == 1


@pytest.mark.parametrize("error", [Rejected("too old"), Unavailable("down"), Misconfigured("key")])
async def test_p4_a_mark_is_tried_three_times_and_then_the_conversation_goes_on(board, error):
    key = await answered(board, *[error] * 1_000)
    for _ in range(5):
        board.clock.passes(MEND_WITHIN)
        await board.sends()
    assert await board.state(key) == "failed"
    assert board.line.tries == (1 if isinstance(error, Rejected) else MARK_TRIES)
    assert [message.prompt.text[:13] for message in board.line.taken] == ["Hi, this is E", "That is great"]


async def test_p4_a_mark_waits_as_long_as_the_provider_says_but_not_for_ever(board):
    key = await answered(board, *[Throttled("slow", 60.0, whole_channel=False)] * 1_000)
    for _ in range(70):
        board.clock.passes(60_000)
        await board.sends()
    assert await board.state(key) == "expired"
    assert MARK_TRIES < board.line.tries <= MARK_LIFE // 60_000 + 1


async def test_p8_a_stop_cancels_changes_that_wait(board):
    key = await answered(board, Unavailable("down"))
    await board.gets(Consent("stop", answered=True))
    await board.waits(FIRST_RETRY)
    assert (await board.state(key), board.line.edited) == ("cancelled", [])


# --- limits by chat ------------------------------------------------------------------------------------------------


class Paced(Line):
    """A provider with a limit for each chat and one for all."""

    own = 1.0
    burst = 1

    def limits(self, to, kind=""):  # noqa: ARG002 - the port's
        return (Limit(to.chat, self.own, self.burst), Limit("all", 10.0, 2))


def paced(house, *script):
    house.connect(Paced(*script))
    return house


async def test_a_chat_is_written_to_at_its_own_pace(house):
    """And nobody else waits for it."""
    paced(house)
    for _ in range(3):
        await house.gets(Consent("help"))
    await house.gets(Consent("help"), BEN)
    await house.works()
    await house.sends()
    assert sorted(message.to.chat for message in house.line.taken) == [ANNA.chat, BEN.chat]
    for sent in (3, 4):
        house.clock.passes(999)
        await house.sends()
        assert len(house.line.taken) == sent - 1
        house.clock.passes(1)
        await house.sends()
        assert len(house.line.taken) == sent


@pytest.mark.parametrize("scope", ["all", ANNA.chat])
async def test_who_is_throttled_by_scope_holds_up_what_shares_it(house, scope):
    paced(house, Throttled("slow down", 5, "429", scope=scope))
    await house.gets(Consent("help"))
    await house.works()
    await house.sends()
    await house.gets(Consent("help"), BEN)
    await house.works()
    await house.sends()
    assert [message.to for message in house.line.taken] == ([] if scope == "all" else [BEN])
    house.clock.passes(4_999)
    await house.sends()
    assert len(house.line.taken) == (scope != "all")
    house.clock.passes(101)
    await house.sends()
    assert len(house.line.taken) == 2


async def test_it_looks_again_when_the_next_moment_comes_and_not_a_second_later(house, monkeypatch):
    monkeypatch.setattr(module, "POLL", 3_600.0)
    waits = []

    async def wait(_topic, timeout):
        waits.append(timeout)
        house.clock.passes(round(timeout * 1_000) if timeout < 60 else 0)
        await asyncio.sleep(0.001)

    monkeypatch.setattr(house.store, "wait", wait)
    paced(house)
    for _ in range(3):
        await house.gets(Consent("help"))
    await house.works()
    began = house.clock()
    running = asyncio.create_task(house.dispatcher.run())
    await soon(lambda: len(house.line.taken) == 3)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert 1.0 in waits
    assert house.clock() - began == 2_000
