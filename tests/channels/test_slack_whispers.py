"""What one member sees alone, and what happens where Slack would not show it."""

import pytest

from bot.abilities import Whispering
from bot.errors import InDoubt, NotAdmitted, Rejected, ThreadGone, Throttled
from bot.messages import Address, Option, Pressed, Prompt
from channels.slack.channel import slack_channel
from sandbox.slack import Fault
from tests.channels.slack_line import PUBLIC, a_line, config, message

DESK = Address("slack", "C1")
ASKED = Prompt("Ada is Bob's. Send it all the same?", (Option("take:h1", "Take over"), Option("note:h1", "Note")))


def told(to, whisper="U2", **changes):
    """Something for Bob alone."""
    return message(**({"to": to, "prompt": ASKED, "kind": "desk", "whisper": whisper} | changes))


async def a_thread(line, *, replies=True):
    """A thread at the desk, with an agent's reply or without."""
    thread = await line.channel.open_thread(DESK, "Ada gave 2")
    if replies:
        await line.room().says("U2", "Hello Ada", thread.thread)
    return thread


async def test_only_one_sees_it():
    """Bob sees it in the thread with its buttons; a press comes from there under its key; nobody else sees it."""
    async with a_line() as line:
        assert isinstance(line.channel, Whispering)
        thread = await a_thread(line)
        outbound = told(thread, alias="Echolot")
        sent = await line.channel.whisper(outbound)
        [shown] = [one for one in line.room().shows("U2", thread.thread) if one["ephemeral"]]
        assert (shown["text"], shown["buttons"]) == (ASKED.text, ["Take over", "Note"])
        assert sent.provider_id == f"C1:{shown['ts']}"
        assert [one for one in line.room().shows("U1") if one["ephemeral"]] == []
        assert (await line.room().presses("U2", "Take over")).status == 200
        pressed = line.events[-1]
        assert (pressed.source, pressed.author, pressed.author_name) == (thread, "U2", "bob")
        assert pressed.body == Pressed(outbound.key, "take:h1", sent.provider_id)


async def test_in_the_channel_itself():
    """Without a thread it shows in the channel."""
    async with a_line() as line:
        await line.channel.whisper(told(DESK))
        assert [one["ephemeral"] for one in line.room().roots("U2")] == [True]
        assert line.room().roots("U1") == []


@pytest.mark.parametrize("whisper", ["U6", "U99", "anna", "", "<!here>"])
async def test_who_would_not_see_it(whisper):
    """Whoever is not in the channel, or no member at all: then it is said to all, in the thread."""
    async with a_line() as line:
        thread = await a_thread(line)
        sent = await line.channel.whisper(told(thread, whisper))
        shown = line.room().shows("U1", thread.thread)[-1]
        assert (f"C1:{shown['ts']}", shown["ephemeral"], shown["buttons"]) == (
            sent.provider_id,
            False,
            ["Take over", "Note"],
        )


async def test_a_thread_without_replies():
    """Slack takes a whisper there and shows nothing: it is said to all, and from then on the thread has a reply."""
    async with a_line() as line:
        thread = await a_thread(line, replies=False)
        await line.channel.whisper(told(thread))
        await line.channel.whisper(told(thread))
        assert [one["ephemeral"] for one in line.room().shows("U2", thread.thread)] == [False, False, True]


@pytest.mark.parametrize("known", [True, False])
async def test_whether_there_are_replies_is_asked_at_most_once(known):
    """Who has heard or written a reply need not ask; who cannot ask says it to all."""
    async with a_line() as line:
        thread = await a_thread(line)
        channel = line.channel if known else slack_channel("slack", config(api_url=f"{line.url}/api/"), PUBLIC)
        line.sandbox.faults.plan(Fault("error", status=503, path="conversations.replies", method="GET", times=9))
        await channel.whisper(told(thread))
        assert line.room().shows("U2", thread.thread)[-1]["ephemeral"] is known
        line.sandbox.faults.clear()
        if not known:
            await channel.close()
            channel = slack_channel("slack", config(api_url=f"{line.url}/api/"), PUBLIC)
            await channel.whisper(told(thread))
            assert line.room().shows("U2", thread.thread)[-1]["ephemeral"]
            line.sandbox.faults.plan(Fault("error", status=503, path="conversations.replies", method="GET", times=9))
            await channel.whisper(told(thread))
            assert line.room().shows("U2", thread.thread)[-1]["ephemeral"]
            await channel.close()


async def test_to_a_person_it_is_a_message():
    """In direct messages everybody is alone."""
    async with a_line() as line:
        await line.channel.whisper(told(Address("slack", "U1"), "U1"))
        [shown] = line.person().shows()
        assert not shown["ephemeral"]


async def test_refusals():
    """An archived channel, a deleted thread, empty words, a limit, a lost answer: as for other messages."""
    async with a_line(timeout="300ms") as line:
        thread = await a_thread(line)
        with pytest.raises(Rejected):
            await line.channel.whisper(told(thread, prompt=Prompt("")))
        line.sandbox.faults.plan(Fault("throttle", after=9, path="chat.postEphemeral"))
        with pytest.raises(Throttled) as caught:
            await line.channel.whisper(told(thread))
        assert not caught.value.whole_channel
        for kind in ("reset_after", "garbled"):
            line.sandbox.faults.plan(Fault(kind, path="chat.postEphemeral"))
            with pytest.raises(InDoubt):
                await line.channel.whisper(told(thread))
        with pytest.raises(ThreadGone):
            await line.channel.whisper(told(Address("slack", "C1", thread="1700000000.000100")))
        line.room().archives()
        with pytest.raises(NotAdmitted) as refused:
            await line.channel.whisper(told(thread))
        assert refused.value.code == "is_archived"


@pytest.mark.parametrize("length", [3_000, 3_001, 13_000, 13_001, 40_000, 40_001])
async def test_long_whispers(length):
    """As long as other messages may be; with buttons up to 13,000 characters."""
    async with a_line() as line:
        thread = await a_thread(line)
        await line.channel.whisper(told(thread, prompt=Prompt("x" * length)))
        assert len(line.room().shows("U2", thread.thread)[-1]["text"].replace("\n", "")) == min(length, 40_000)
        if length >= 13_000:
            with pytest.raises(Rejected):
                await line.channel.whisper(told(thread, prompt=Prompt("x" * length, ASKED.options)))
