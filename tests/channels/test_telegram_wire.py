"""The channel against the sandbox: the real SDK, real HTTP, in both directions."""

import asyncio
import subprocess
import sys

import pytest

from bot.abilities import Diagnosing, Editing, Filing, Linking, Pacing, Threading
from bot.errors import InDoubt, Misconfigured, Rejected, ThreadGone, Throttled, Unavailable, Unreachable
from bot.messages import Consent, Edited, Moved, Option, Pressed, Prompt, Said, Started
from bot.ports import Backfilling, Reconciling
from channels.telegram.channel import TelegramChannel
from sandbox.telegram import Fault
from tests.channels.telegram_line import SESSION, TOKEN, a_line, config, message, plain


async def test_round_trip():
    """A person opens the link, gets a question with buttons, presses, edits, says more, and stops."""
    async with a_line() as line:
        link = await line.channel.link("tok-1")
        assert link == "https://t.me/nps_bot?start=tok-1"
        ada = line.sandbox.person("Ada", language_code="de")
        ada.start(payload=link.partition("=")[2])
        await line.sandbox.settled()
        assert line.bodies(Started) == [Started("tok-1", "de")]
        asked = message(to=ada.id)
        sent = await line.channel.send(asked)
        [shown] = [one for one in ada.shows() if one["side"] == "them"]
        assert (sent.provider_id, shown["text"]) == (str(shown["id"]), asked.prompt.text)
        assert shown["buttons"] == [list("012345"), ["6", "7", "8", "9", "10"]]
        press = ada.presses("9")
        said = ada.says("weil es schnell ging", reply_to=shown["id"])
        ada.edits(said, "weil es billig war")
        ada.says("/stop")
        await line.sandbox.settled()
        assert line.bodies(Pressed) == [Pressed(asked.key, "9", sent.provider_id)]
        assert press.answer is not None  # the button's hour-glass has stopped
        assert line.bodies(Said) == [Said("weil es schnell ging", ref=str(said.id), reply_to=sent.provider_id)]
        assert line.bodies(Edited) == [Edited(str(said.id), "weil es billig war")]
        assert line.bodies(Consent) == [Consent("stop")]
        assert {event.source.lane for event in line.events} == {f"tg:{ada.id}"}


async def test_the_ports():
    """The optional abilities that the runtime asks for are there, and those that Telegram cannot have are not."""
    async with a_line() as line:
        for ability in (Editing, Threading, Filing, Pacing, Linking, Diagnosing):
            assert isinstance(line.channel, ability)
        assert not isinstance(line.channel, Reconciling | Backfilling)
        await line.channel.close()
        await line.channel.close()


async def test_p2_the_same_update_again():
    """P2: redelivered, concurrently and under another number, an update has the same event ids."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        await line.sandbox.settled()
        [number] = line.sandbox.updates().history
        assert await line.sandbox.redeliver(number, 5) == [200] * 5
        line.sandbox.updates().renumber(number)
        await line.sandbox.settled()
        assert [event.body for event in line.events] == [Started("", "en")]


async def test_p1_t23_what_was_not_committed_comes_again():
    """P1, T23: while our database is down Telegram keeps its updates, and afterwards they come in order."""
    async with a_line() as line:
        line.accepting = False
        ada = line.sandbox.person()
        ada.start()
        for number in range(5):
            ada.says(f"{number}")
        await asyncio.sleep(0)
        assert line.events == []
        line.accepting = True
        await line.sandbox.settled()
        assert [body.text for body in line.bodies(Said)] == list("01234")


# --- people --------------------------------------------------------------------------------------------------------


async def test_unreachable_people():
    """Whoever never pressed Start, has blocked the bot or is gone: told apart, and never tried again."""
    async with a_line() as line:
        ada = line.sandbox.person()
        for chat in (ada.id, 123456789):
            with pytest.raises(Unreachable, match="Start") as caught:
                await line.channel.send(message(to=chat))
            assert not caught.value.opted_out
        ada.start()
        ada.blocks()
        with pytest.raises(Unreachable, match="blocked") as caught:
            await line.channel.send(message(to=ada.id))
        assert caught.value.opted_out
        ada.unblocks()
        await line.channel.send(message(to=ada.id))
        ada.user.deactivated = True
        with pytest.raises(Unreachable, match="does not exist"):
            await line.channel.send(message(to=ada.id))
        await line.sandbox.settled()
        assert line.bodies(Consent) == [Consent("stop", answered=True, silent=True), Consent("start", answered=True)]


async def test_a_long_value_survives_the_64_bytes():
    """The packed button of a long value comes back as what it was, also from another process."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        value = "yes:" + "sehr-lang_" * 4
        asked = message(to=ada.id, key=f"{SESSION}.12.0", prompt=Prompt("Warum?", (Option(value, "Darum"),)))
        sent = await line.channel.send(asked)
        ada.presses("Darum")
        await line.sandbox.settled()
        assert line.bodies(Pressed) == [Pressed(asked.key, value, sent.provider_id)]


async def test_edit_and_remove():
    """A message is changed with its buttons, twice without harm, and deleted, twice as well."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        asked = message(to=ada.id)
        sent = await line.channel.send(asked)
        mark = plain("Danke: 9", ada.id, kind="mark", edits=asked.key)
        for _ in range(2):
            assert (await line.channel.edit(mark, sent.provider_id)).provider_id == sent.provider_id
        assert [(one["text"], one["buttons"]) for one in ada.shows()[1:]] == [("Danke: 9", [])]
        await line.channel.edit(message(to=ada.id, edits=asked.key), sent.provider_id)
        ada.presses("3")
        await line.sandbox.settled()
        assert line.bodies(Pressed) == [Pressed(asked.key, "3", sent.provider_id)]
        for _ in range(2):
            await line.channel.remove(asked.to, sent.provider_id)
        assert len(ada.shows()) == 1
        with pytest.raises(Rejected, match="not there"):
            await line.channel.edit(mark, sent.provider_id)
        with pytest.raises(Rejected):
            await line.channel.edit(mark, "x")


async def test_replies():
    """An answer quotes what it answers; if that is gone, or was never Telegram's, it goes out all the same."""
    async with a_line() as line:
        ada = line.sandbox.person()
        said = ada.start()
        await line.channel.send(plain("a", ada.id, reply_to=str(said.id)))
        await line.channel.send(plain("b", ada.id, reply_to="999"))
        await line.channel.send(plain("c", ada.id, reply_to="ts.123"))
        assert [one["reply_to"] for one in ada.shows()[1:]] == [said.id, 0, 0]


@pytest.mark.parametrize("kind", ["throttle", "error", "error_after", "reset_before", "reset_after", "half", "garbled"])
async def test_t4_faults(kind):
    """T4, P5: under each fault a message is sent at most once; only what definitely failed may be sent again."""
    async with a_line(timeout="1s") as line:
        ada = line.sandbox.person()
        ada.start()
        line.sandbox.faults.plan(Fault(kind, after=3.0, status=502, path="sendMessage"))
        outbound = plain("einmal", ada.id)
        with pytest.raises((InDoubt, Throttled)) as caught:
            await line.channel.send(outbound)
        if isinstance(caught.value, Throttled):
            assert (caught.value.after, caught.value.scope) == (3.0, str(ada.id))
            await line.channel.send(outbound)
        assert len(ada.heard()) == (0 if kind in ("error", "reset_before") else 1)


async def test_wrong_settings():
    """A token that Telegram does not know stops the channel, not the message."""
    async with a_line() as line:
        wrong = TelegramChannel("tg", config(api_url=line.url, token="999:wrong"), line.url)
        with pytest.raises(Misconfigured, match="token"):
            await wrong.send(message())
        assert [finding.level for finding in await wrong.diagnose()] == ["error"]
        await wrong.close()


# --- groups --------------------------------------------------------------------------------------------------------


async def test_topics():
    """A desk's thread is a topic: opened, written to, closed, and taken up again; what agents say has its lane."""
    async with a_line() as line:
        bob = line.sandbox.person("Bob")
        group = line.sandbox.group("Desk", members=[bob])
        topic = await line.channel.open_thread(line.channel.address(str(group.id)), "Fall\n1 " + "x" * 200)
        assert group.topics[int(topic.thread)].name == ("Fall 1 " + "x" * 200)[:128]
        for _ in range(2):
            await line.channel.close_thread(topic)
        assert group.topics[int(topic.thread)].closed
        for _ in range(2):
            await line.channel.reopen_thread(topic)
        await line.channel.send(plain("Kunde: @bob hilf", f"{group.id}#{topic.thread}"))
        assert [one["text"] for one in group.shows(int(topic.thread)) if not one["service"]] == [
            "Kunde: @\u2060bob hilf"
        ]
        group.says(bob, "mache ich", int(topic.thread))
        group.says(bob, "allgemein")
        await line.sandbox.settled()
        told = [(event.source.lane, event.author, event.body.text, event.body.reply_to) for event in line.events]
        assert told == [
            (topic.lane, str(bob.id), "mache ich", ""),
            (f"tg:{group.id}", str(bob.id), "allgemein", ""),
        ]


async def test_a_topic_that_is_gone():
    """A deleted topic, and a group that has no topics any more, are ThreadGone; nothing stays in the main chat."""
    async with a_line() as line:
        group = line.sandbox.group("Desk")
        home = line.channel.address(str(group.id))
        topic = await line.channel.open_thread(home, "Fall 1")
        outbound = plain("vertraulich", f"{group.id}#{topic.thread}")
        group.becomes_forum(forum=False)
        with pytest.raises(ThreadGone, match="Topics"):
            await line.channel.send(outbound)
        assert [one for one in group.shows() if one["text"] == "vertraulich"] == []
        with pytest.raises(Misconfigured, match="Topics"):
            await line.channel.open_thread(home, "Fall 2")
        group.becomes_forum(forum=True)
        group.deletes(int(topic.thread))
        for call in (line.channel.send(outbound), line.channel.reopen_thread(topic), line.channel.close_thread(topic)):
            with pytest.raises(ThreadGone):
                await call


async def test_a_topic_that_is_closed():
    """Who lacks the right to write into a closed topic opens it first, if it is his own; else it is said what to do."""
    async with a_line() as line:
        group = line.sandbox.group("Desk")
        ours = await line.channel.open_thread(line.channel.address(str(group.id)), "Fall 1")
        owner = line.sandbox.phone(group.owner.id)
        theirs = group.opens(owner, "Pausenraum").id
        group.adds(line.sandbox.bot, ())
        group.closes(owner, int(ours.thread))
        await line.channel.send(plain("weiter", f"{group.id}#{ours.thread}"))
        assert not group.topics[int(ours.thread)].closed
        assert [one["text"] for one in group.shows(int(ours.thread)) if not one["service"]] == ["weiter"]
        group.closes(owner, theirs)
        with pytest.raises(Misconfigured, match="administrator"):
            await line.channel.send(plain("x", f"{group.id}#{theirs}"))
        with pytest.raises(Rejected, match="General"):
            await line.channel.close_thread(line.channel.address(str(group.id)))


async def test_rights_in_a_group():
    """What the bot may not do, or where it is no more, is for the operator, with what to click."""
    async with a_line() as line:
        group = line.sandbox.group("Desk", bot_rights=None)
        home = line.channel.address(str(group.id))
        with pytest.raises(Misconfigured, match="administrator"):
            await line.channel.open_thread(home, "Fall 1")
        group.kicks(line.sandbox.bot)
        with pytest.raises(Misconfigured, match="removed"):
            await line.channel.send(plain("x", group.id))


async def test_a_group_that_moves():
    """A basic group becomes a supergroup: the message follows at once, and both tales of it are one event."""
    async with a_line() as line:
        group = line.sandbox.group("Desk", forum=False, supergroup=False)
        old, to = group.id, plain("eins", group.id)
        line.sandbox.updates().hold(held=True)  # we write before we hear of it
        new = group.migrates()
        await line.channel.send(to)
        await line.channel.send(plain("zwei", old))
        assert [one["text"] for one in group.shows() if not one["service"]] == ["eins", "zwei"]
        assert line.channel.limits(to.to)[0].scope == str(new)
        line.sandbox.updates().hold(held=False)
        await line.sandbox.settled()
        assert [(event.source.lane, event.body) for event in line.events] == [(f"tg:{old}", Moved(str(new)))]


def test_the_sdk_loads_only_when_it_is_needed():
    """Settings and the webhook path load neither the SDK nor httpx."""
    code = (
        "import sys; import channels.telegram.config, channels.telegram.channel; "
        "print([name for name in ('telegram', 'httpx') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


async def test_a_lost_answer_for_a_link_may_be_asked_again():
    """Asking who we are is harmless; the answer is kept."""
    async with a_line() as line:
        line.sandbox.faults.plan(Fault("reset_after", path="getMe"))
        with pytest.raises(Unavailable):
            await line.channel.link("a")
        assert await line.channel.link("a")
        line.sandbox.faults.plan(Fault("error", path="getMe"))
        assert await line.channel.link("b")
        assert TOKEN not in await line.channel.link("b")
