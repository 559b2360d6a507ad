"""The channel against the sandbox: the real SDK, real HTTP, real signatures, in both directions."""

import asyncio
import logging
import subprocess
import sys
import time

import msgspec
import pytest

from bot.abilities import Diagnosing, Editing, Filing, Installable, Pacing, Reacting, Rooted, Threading, Whispering
from bot.errors import InDoubt, Rejected, ThreadGone, Throttled, Unavailable
from bot.messages import Address, Edited, File, Limit, Media, Option, Pressed, Prompt, Removed, Said
from bot.ports import Listening, Reconciling
from channels.slack.channel import epoch_ms, slack_channel
from sandbox.slack import Fault
from tests.channels.slack_line import BOT, PUBLIC, SECRET, XAPP, a_line, config, message

DESK = Address("slack", "C1")


async def test_round_trip():
    """A question goes out, a press and a word come back to the same address, under our key."""
    async with a_line() as line:
        outbound = message()
        sent = await line.channel.send(outbound)
        assert line.person().shows()[-1]["buttons"] == [str(score) for score in range(11)]
        assert (await line.person().presses("9")).status == 200
        await line.person().says("because of Ada & <b>")
        pressed, said = line.events
        assert pressed.body == Pressed(outbound.key, "9", sent.provider_id)
        assert said.body.text == "because of Ada & <b>"
        assert pressed.source == said.source == outbound.to
        assert pressed.author == said.author == ""
        assert line.forged == 0


async def test_the_ports():
    """The abilities that the runtime asks for are there; only with an app token it listens."""
    plain, listening = (slack_channel("slack", config(app_token=token), PUBLIC) for token in (None, XAPP))
    for ability in (
        *(Reconciling, Editing, Threading, Rooted, Reacting, Whispering, Filing, Pacing, Diagnosing, Installable),
    ):
        assert isinstance(plain, ability)
    assert not isinstance(plain, Listening)
    assert isinstance(listening, Listening)
    assert (plain.settle, plain.gather, plain.rate, plain.installable) == (10.0, 2000, 4.8, False)
    assert plain.limits(DESK) == (Limit("/C1", 1.0, 2),)
    kinds = {kind: plain.limits(DESK, kind) for kind in ("edit", "sign")}
    assert kinds == {kind: (Limit(f"/{kind}s", 0.75, 5),) for kind in kinds}  # 50 calls a minute each, by workspace
    await plain.close()
    await plain.close()


async def test_importing_the_channel_loads_no_sdk():
    """DESIGN §5: a second for each SDK, only where it is used."""
    script = (
        "import sys; from channels.slack.channel import slack_channel; from channels.slack.manifest import manifest; "
        "print({m.partition('.')[0] for m in sys.modules} & {'slack_sdk', 'slack_bolt', 'aiohttp'})"
    )
    out = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", script], capture_output=True, text=True)
    assert (out.stdout.strip(), out.stderr) == ("set()", "")


async def test_a_thread_at_the_desk():
    """A thread opens under its title, carries a card whose buttons answer, is marked as done and taken up again."""
    async with a_line() as line:
        thread = await line.channel.open_thread(DESK, "Ada <!channel> gave 2")
        root = thread.thread
        assert thread.chat == "C1"
        card = message("Ada gave 2", to=thread, prompt=Prompt("Ada gave 2", (Option("claim", "Claim"),)))
        sent = await line.channel.send(card)
        await line.room().presses("U2", "Claim")
        await line.room().says("U2", "On it", root)
        pressed, said = line.events
        assert (pressed.source, pressed.author, pressed.body.ref) == (thread, "U2", sent.provider_id)
        assert (said.source, said.author) == (thread, "U2")
        for _ in range(2):
            await line.channel.close_thread(thread)
        assert line.room().shows()[0]["reactions"] == {"white_check_mark": ["U1BOT"]}
        for _ in range(2):
            await line.channel.reopen_thread(thread)
        assert not line.room().shows()[0]["reactions"].get("white_check_mark")
        assert line.room().shows()[0]["mentions"] == []


async def test_a_thread_that_is_gone():
    """Reopening tells that there is nothing to reopen; closing is done already."""
    async with a_line() as line:
        gone = Address("slack", "C1", thread="1700000000.000100")
        await line.channel.close_thread(gone)
        with pytest.raises(ThreadGone):
            await line.channel.reopen_thread(gone)


async def test_edit_and_remove():
    """A message of ours takes other words and loses its buttons; doing that twice is harmless, and so is deleting."""
    async with a_line() as line:
        outbound = message()
        sent = await line.channel.send(outbound)
        shown = message("You chose 9.", prompt=Prompt("You chose 9."), edits=outbound.key, kind="mark")
        for _ in range(2):
            assert await line.channel.edit(shown, sent.provider_id) == sent
        [now] = line.person().shows()
        assert (now["text"], now["buttons"]) == ("You chose 9.", [])
        assert await line.channel.find(outbound, epoch_ms()) == sent  # under its own key still
        other = msgspec.structs.replace(outbound, key="session.99.0", edits=outbound.key)
        await line.channel.edit(other, sent.provider_id)
        await line.person().presses("3")
        assert line.bodies(Pressed) == [Pressed(outbound.key, "3", sent.provider_id)]
        for _ in range(2):
            await line.channel.remove(outbound.to, sent.provider_id)
        assert line.person().shows() == []
        with pytest.raises(Rejected):
            await line.channel.edit(shown, sent.provider_id)
        with pytest.raises(Rejected):
            await line.channel.edit(shown, "SM123")
        assert line.bodies(Said) + line.bodies(Edited) + line.bodies(Removed) == []  # our own acts are no news


async def test_people_change_their_minds():
    """Edits and deletions of a person's message; a preview that Slack attaches is neither."""
    async with a_line() as line:
        ts = (await line.person().says("8 https://a.example")).ts
        await line.person().room.unfurls(ts)
        await line.person().edits(ts, "9")
        await line.person().deletes(ts)
        said, edited, removed = line.events
        assert edited.body == Edited(said.body.ref, "9")
        assert removed.body == Removed(said.body.ref)
        assert said.source == edited.source == removed.source


async def test_retries_and_repeats_are_one_event():
    """P2: again under the same id, at once, and the same content under a new one."""
    async with a_line() as line:
        await line.person().says("10")
        await line.sandbox.workspace("T1").redeliver(times=3)
        await line.sandbox.workspace("T1").repeat()
        assert len(line.events) == 5
        assert len({event.id for event in line.events}) == 1


async def test_a_retry_may_be_the_only_delivery():
    """RELIABILITY 1.6: while we cannot keep anything we say so, and what comes again is taken."""
    async with a_line() as line:
        line.accepting = False
        sent = asyncio.create_task(line.person().says("10"))
        await asyncio.wait_for(line.refused.wait(), 5)
        line.accepting = True
        assert (await sent).attempts >= 2
        assert [said.text for said in line.bodies(Said)] == ["10"]


async def test_the_request_url_is_verified():
    """S9: Slack's check of the URL passes."""
    async with a_line(app_id="A1", team="T1") as line:
        assert await line.sandbox.verify()


async def test_name_and_picture():
    """The message's own come first, then the settings'."""
    async with a_line(username="Acme", icon="https://acme.example/a.png") as line:
        await line.channel.send(message(to=DESK))
        await line.channel.send(message(to=DESK, alias="Anna <!here>", avatar="http://not.https"))
        first, second = line.room().shows()
        assert first["name"] == "Acme"
        assert second["name"] == "Anna &lt;!here&gt;"


T4 = [
    # fault, error, posted
    (Fault("throttle", after=7), Throttled, 0),
    (Fault("error", status=503), InDoubt, 0),
    (Fault("error_after", status=500), InDoubt, 1),
    (Fault("timeout_before", seconds=5), InDoubt, 0),
    (Fault("timeout_after", seconds=5), InDoubt, 1),
    (Fault("reset_before"), InDoubt, 0),
    (Fault("reset_after"), InDoubt, 1),
    (Fault("half"), InDoubt, 1),
    (Fault("garbled"), InDoubt, 1),
]


@pytest.mark.parametrize(("fault", "kind", "posted"), T4, ids=lambda value: getattr(value, "kind", ""))
@pytest.mark.parametrize("to", [DESK, Address("slack", "U1")], ids=["channel", "person"])
async def test_t4_what_is_in_doubt_is_found_or_sent_once(fault, kind, posted, to):
    """T4, P5: nothing is sent twice by the SDK; what Slack has is found by our key, what it has not is not."""
    async with a_line(timeout="300ms") as line:
        await line.channel.send(message("before", to=to))
        outbound, since = message("How likely?", to=to), epoch_ms()
        line.sandbox.faults.plan(msgspec.structs.replace(fault, path="chat.postMessage"))
        with pytest.raises(kind) as caught:
            await line.channel.send(outbound)
        if kind is Throttled:
            assert (caught.value.after, caught.value.whole_channel) == (7, True)
        room = line.room() if to is DESK else line.person()
        assert len(room.shows()) == 1 + posted
        found = await line.channel.find(outbound, since)
        assert bool(found) is bool(posted)
        assert await line.channel.find(message("How likely?", to=to), since) is None
        if found:
            assert found.provider_id.endswith(room.shows()[-1]["ts"])


async def test_a_send_in_a_thread_is_found_there():
    """Replies are not in the channel's list."""
    async with a_line() as line:
        thread = await line.channel.open_thread(DESK, "Ada")
        outbound = message(to=thread)
        sent = await line.channel.send(outbound)
        assert await line.channel.find(outbound, epoch_ms()) == sent
        assert await line.channel.find(message(to=thread), epoch_ms()) is None
        gone = message(to=Address("slack", "C1", thread="1700000000.000100"))
        assert await line.channel.find(gone, epoch_ms()) is None


async def test_a_send_is_found_behind_many_others():
    """Lists come in pages; what was posted long ago is not looked through."""
    async with a_line() as line:
        since, outbound = epoch_ms(), message(to=DESK)
        sent = await line.channel.send(outbound)
        for number in range(205):
            line.sandbox.cloud.post(
                line.room().team, line.room().channel, line.room()._message("U2", f"noise {number}", "")
            )
        assert await line.channel.find(outbound, since) == sent
        assert await line.channel.find(outbound, since + 3_600_000) is None
        line.sandbox.faults.plan(Fault("throttle", after=60, method="GET", path="conversations.history"))
        with pytest.raises(Throttled):
            await line.channel.find(outbound, since)
        line.sandbox.faults.plan(Fault("garbled", method="GET", path="conversations.history"))
        with pytest.raises(Unavailable):
            await line.channel.find(outbound, since)


async def test_no_connection_is_no_doubt():
    """A refused connection has sent nothing."""
    channel = slack_channel("slack", config(api_url="http://127.0.0.1:9/api/"), PUBLIC)
    with pytest.raises(Unavailable):
        await channel.send(message(to=DESK))
    await channel.close()


async def test_a_person_is_written_to_without_opening_the_conversation_first():
    """conversations.open takes 50 calls a minute, which is no pace for a campaign."""
    async with a_line() as line:
        line.sandbox.faults.plan(Fault("error", path="conversations.open", times=2))
        sent = [await line.channel.send(message(text)) for text in ("one", "two")]
        assert [one.provider_id.partition(":")[0] for one in sent] == ["D1", "D1"]
        assert len(line.person().shows()) == 2
        assert line.sandbox.faults.planned[0].times == 2


async def test_files_both_ways():
    """S13: a file is fetched by its id with our token; ours are shown in the thread, with the sender's name."""
    async with a_line() as line:
        await line.person().uploads(b"\x89PNG...", "bill.png", "look")
        [said] = line.bodies(Said)
        assert await line.channel.fetch(said.media[0]) == File("bill.png", "image/png", b"\x89PNG...")
        thread = await line.channel.open_thread(DESK, "Ada")
        outbound = message("see <!here>", to=thread, alias="Ada", prompt=Prompt("see <!here>"))
        sent = await line.channel.send_files(outbound, [File("a.pdf", "application/pdf", b"%PDF"), File("b", "", b"b")])
        shown = line.room().shows("U1", thread.thread)[-1]
        assert (shown["text"], len(shown["files"]), shown["mentions"]) == ("Ada: see <!here>", 2, [])
        assert sent.provider_id.startswith("file:F")
        await line.sandbox.settled()
        assert len(line.events) == 1  # our own share is no news
        with pytest.raises(Rejected):
            await line.channel.send_files(outbound, [File("empty", "", b"")])
        with pytest.raises(Rejected):
            await line.channel.fetch(Media("F0NOTHING"))


@pytest.mark.parametrize("secret", [BOT, SECRET, "How likely", "Ada", "because"])
async def test_s34_nothing_of_it_is_logged(caplog, secret):
    """S34: at DEBUG, with faults: no token, secret or word of anybody; the SDK logs all of it by default."""
    caplog.set_level(logging.DEBUG)
    async with a_line(timeout="300ms") as line:
        await line.channel.send(message())
        await line.person().says("because")
        for kind in ("garbled", "half", "reset_after", "error", "throttle"):
            line.sandbox.faults.plan(Fault(kind, path="chat.postMessage"))
            with pytest.raises((InDoubt, Throttled)) as caught:
                await line.channel.send(message())
            assert secret not in str(caught.value)
            assert caught.value.__cause__ is None
    ours = [record for record in caplog.records if not record.name.startswith(("uvicorn", "websockets"))]
    assert [record.name for record in ours if secret in record.getMessage() + str(record.args)] == []


async def test_slacks_clock_is_not_ours():
    """A look-up counts in Slack's time, with room to spare."""
    async with a_line(options={"clock": lambda: time.time() - 30}) as line:
        outbound, since = message(to=DESK), epoch_ms()
        sent = await line.channel.send(outbound)
        assert await line.channel.find(outbound, since) == sent
