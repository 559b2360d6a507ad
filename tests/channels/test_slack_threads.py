"""Threads that end under us, and what was written in them while nobody listened."""

import pytest

from bot.errors import NotAdmitted, ThreadGone, Throttled, Unavailable
from bot.messages import Address, File, Prompt, Removed, Said
from channels.slack.channel import epoch_ms
from sandbox.slack import Fault
from tests.channels.slack_line import a_line, message

DESK = Address("slack", "C1")


def card(**changes):
    """A message that a thread can hang on."""
    return message("Ada gave 2", to=DESK, prompt=Prompt("Ada gave 2"), **changes)


async def a_thread(line):
    """A thread under a message of ours."""
    sent = await line.channel.send(card())
    return Address("slack", "C1", thread=line.channel.thread_of(sent.provider_id))


async def test_the_root_was_deleted():
    """LIVE_FOLLOWUP 10: Slack puts the reply into the channel without a word; we take it away and say ThreadGone."""
    async with a_line() as line:
        thread = await a_thread(line)
        await line.room().takes_down(thread.thread)
        for send in (line.channel.send, line.channel.whisper):
            with pytest.raises(ThreadGone):
                await send(message("Ada: hello?", to=thread, whisper="U2"))
        with pytest.raises(ThreadGone):
            await line.channel.send_files(message(to=thread), [File("a.txt", "", b"a")])
        await line.sandbox.settled()
        assert line.room().shows() == []
        assert thread in [event.source for event in line.events]
        assert {event.body for event in line.events} <= {  # T of behaviour 8: nothing that a customer could see
            Removed(f"C1:{event.source.thread}", ours=True) for event in line.events
        }


async def test_the_stray_reply_cannot_be_taken_away():
    """It stays, and the message comes into a new thread all the same."""
    async with a_line() as line:
        thread = await a_thread(line)
        await line.room().takes_down(thread.thread)
        line.sandbox.faults.plan(Fault("error", status=503, path="chat.delete"))
        with pytest.raises(ThreadGone):
            await line.channel.send(message(to=thread))
        assert len(line.room().shows()) == 1


async def test_a_root_with_replies_leaves_its_thread():
    """T of behaviour 8: a tombstone stays, what is said below it goes on, and we hear of it once."""
    async with a_line() as line:
        thread = await a_thread(line)
        await line.channel.send(message(to=thread))
        await line.room().takes_down(thread.thread)
        await line.sandbox.settled()
        [event] = line.events
        assert (event.source, event.body) == (thread, Removed(f"C1:{thread.thread}", ours=True))
        await line.channel.send(message(to=thread))
        await line.channel.send_files(message(to=thread), [File("a.txt", "", b"a")])
        await line.sandbox.settled()
        [tomb] = line.room().roots()
        assert (tomb["gone"], tomb["replies"]) == (True, 3)


@pytest.mark.parametrize("code", ["not_in_channel", "is_archived"])
async def test_places_where_a_new_thread_would_not_help(code):
    """A channel that the app is no longer in, and an archived one: an operator has to act, nothing is lost."""
    async with a_line() as line:
        thread = await a_thread(line)
        if code == "is_archived":
            line.room().archives()
            with pytest.raises(NotAdmitted):
                await line.channel.edit(card(), f"C1:{thread.thread}")
        else:
            line.room().channel.members.remove("U1BOT")
        for send in (line.channel.send, line.channel.whisper):
            with pytest.raises(NotAdmitted) as caught:
                await send(message(to=thread, whisper="U2"))
            assert caught.value.code == code


async def test_p3_what_was_missed():
    """P3: replies that no event told of come under the ids that events would have had, oldest first, once."""
    async with a_line() as line:
        thread, other = await a_thread(line), await a_thread(line)
        await line.room().says("U2", "told & heard", thread.thread)
        await line.room().says("U1", "above")
        await line.channel.send(message(to=thread))
        line.accepting = False
        await line.room().says("U2", "*missed* <b>", thread.thread)
        await line.room().uploads("U1", b"%PDF", "bill.pdf", "look", other.thread)
        await line.room().says("U1", "also above", thread.thread, broadcast=True)
        line.accepting = True
        gone = Address("slack", "C1", thread="1700000000.000100")
        missed = await line.channel.missed_in([thread, gone, DESK, other], epoch_ms() - 60_000)
        assert [event.body.text for event in missed] == ["told & heard", "*missed* <b>", "also above", "look"]
        assert [event.source for event in missed] == [thread, thread, thread, other]
        assert [event.author for event in missed] == ["U2", "U2", "U1", "U1"]
        told = missed[0]
        assert (told.id, told.body, told.source) == (line.events[0].id, line.events[0].body, line.events[0].source)
        assert [media.name for media in missed[-1].body.media] == ["bill.pdf"]
        line.events.clear()
        for envelope in line.sandbox.workspace("T1").events("message")[-3:]:
            await line.sandbox.cloud.deliver(envelope)
        late = {event.id: event.body for event in line.events if isinstance(event.body, Said)}
        assert late == {event.id: event.body for event in missed[1:]}  # the events themselves say the same


async def test_p3_with_the_workspace_in_the_settings_and_in_several():
    """The workspace is part of the id: from the settings, from the installation, or asked of Slack."""
    ids = []
    for changes in ({}, {"team": "T1"}):
        async with a_line(**changes) as line:
            thread = await a_thread(line)
            await line.room().says("U2", "x", thread.thread)
            [missed] = await line.channel.missed_in([thread], 0)
            assert missed.id == line.events[0].id
            ids.append(missed.id.partition(":C1")[0])
    async with a_line(bot_token=None, client_id="1.1", client_secret="client-secret-canary") as line:
        line.kept.rows["slack", "T1"] = '{"bot_token": "xoxb-1-token-canary", "team": "T1"}'
        sent = await line.channel.send(message(to=Address("slack", "C1", "T1")))
        thread = Address("slack", "C1", "T1", line.channel.thread_of(sent.provider_id))
        await line.room().says("U2", "x", thread.thread)
        [missed] = await line.channel.missed_in([thread], 0)
        assert (missed.id, missed.source) == (line.events[0].id, line.events[0].source)
        ids.append(missed.id.partition(":C1")[0])
    assert set(ids) == {"m:T1"}


async def test_p3_much_was_missed():
    """Lists come in pages, and older replies are left alone."""
    async with a_line() as line:
        thread = await a_thread(line)
        room = line.room()
        for number in range(450):
            line.sandbox.cloud.post(room.team, room.channel, room._message("U2", f"{number}", thread.thread))
        missed = await line.channel.missed_in([thread], epoch_ms())
        assert [event.body.text for event in missed] == [str(number) for number in range(450)]
        assert await line.channel.missed_in([thread], epoch_ms() + 3_600_000) == []
        assert await line.channel.missed_in([], 0) == []


async def test_p3_what_a_thread_hangs_on_is_not_in_it():
    """Slack lists the root with its replies; it was told as a message of the channel."""
    async with a_line() as line:
        root = (await line.room().says("U1", "a person's")).ts
        await line.room().says("U2", "a reply", root)
        missed = await line.channel.missed_in([Address("slack", "C1", thread=root)], 0)
        assert [event.id for event in missed] == [line.events[1].id]


@pytest.mark.parametrize(
    ("how", "kind"), [({"kind": "throttle", "after": 60}, Throttled), ({"kind": "garbled"}, Unavailable)]
)
async def test_p3_slack_does_not_say(how, kind):
    """Then it is tried again later: nothing half is given back."""
    async with a_line() as line:
        thread = await a_thread(line)
        line.sandbox.faults.plan(Fault(method="GET", path="conversations.replies", **how))
        with pytest.raises(kind):
            await line.channel.missed_in([thread], 0)
