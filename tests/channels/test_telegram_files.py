"""Pictures, voice notes and files in both directions, against the sandbox."""

import pytest

from bot.errors import InDoubt, Misconfigured, Rejected, Unavailable
from bot.messages import File, Media, Option, Prompt, Said
from channels.telegram.files import albums, kind_of
from sandbox.telegram import Fault
from tests.channels.telegram_line import TOKEN, a_line, plain

JPEG, PDF, OGG, MP4 = (
    File("a.jpg", "image/jpeg", b"jpeg"),
    File("a.pdf", "application/pdf", b"pdf"),
    File("a.ogg", "audio/ogg", b"ogg"),
    File("a.mp4", "video/mp4", b"mp4"),
)
MP3, SVG = File("a.mp3", "audio/mpeg", b"mp3"), File("a.svg", "image/svg+xml", b"<svg/>")


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (JPEG, "photo"),
        (File("a", "IMAGE/PNG; x=1", b"x"), "photo"),
        (File("a", "image/jpeg", b"x" * 10_000_001), "document"),
        (MP4, "video"),
        (OGG, "voice"),
        (MP3, "audio"),
        (PDF, "document"),
        (SVG, "document"),
        (File("a.gif", "image/gif", b"x"), "document"),
        (File("a", "", b"x"), "document"),
    ],
)
def test_kinds(file, kind):
    """A picture is shown, a voice note played, everything else offered as a file; pictures over 10 MB are files."""
    assert kind_of(file) == kind


@pytest.mark.parametrize(
    ("files", "sizes"),
    [
        ([JPEG], [1]),
        ([JPEG, MP4, JPEG], [3]),
        ([JPEG, PDF, PDF, JPEG], [1, 2, 1]),
        ([OGG, OGG], [1, 1]),
        ([MP3, MP3, PDF], [2, 1]),
        ([JPEG] * 11, [10, 1]),
    ],
)
def test_albums(files, sizes):
    """Telegram's albums hold 2 to 10 of a kind; the order is kept."""
    found = albums(files)
    assert [len(each) for each in found] == sizes
    assert [file for each in found for file in each] == files


async def test_s13_fetch():
    """S13: a file is named by Telegram's id; its bytes come without anybody seeing the URL, which holds the token."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        ada.sends_document(b"%PDF", "Rechnung.pdf", "application/pdf", "hier")
        ada.sends_photo(b"jpeg")
        ada.sends_voice(b"ogg")
        await line.sandbox.settled()
        media = [one for body in line.bodies(Said) for one in body.media]
        files = [await line.channel.fetch(one) for one in media]
        assert [(file.mime, file.data) for file in files] == [
            ("application/pdf", b"%PDF"),
            ("image/jpeg", b"jpeg"),
            ("audio/ogg", b"ogg"),
        ]
        assert files[0].name == "Rechnung.pdf"
        assert all(TOKEN not in file.name for file in files)


async def test_s13_too_large_to_fetch():
    """S13: more than 10 MB is refused by what Telegram says of it, and cut off if it says nothing."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        for size in (10_000_001, 20_000_001, 30_000_000):
            ada.sends_document(b"x", size=size)
        ada.sends_document(b"x" * 10_000_001, size=5)
        await line.sandbox.settled()
        for body in line.bodies(Said):
            with pytest.raises(Rejected, match="larger than"):
                await line.channel.fetch(body.media[0])


@pytest.mark.parametrize("kind", ["error", "reset_before", "half"])
async def test_a_failed_download_may_be_tried_again(kind):
    """Fetching does no harm, so that it is never in doubt."""
    async with a_line(timeout="1s") as line:
        ada = line.sandbox.person()
        ada.start()
        ada.sends_photo(b"jpeg" * 100)
        await line.sandbox.settled()
        [said] = line.bodies(Said)
        line.sandbox.faults.plan(Fault(kind, method="GET", path="/file/"))
        with pytest.raises(Unavailable) as caught:
            await line.channel.fetch(said.media[0])
        assert TOKEN not in repr(caught.value)
        assert (await line.channel.fetch(said.media[0])).data == b"jpeg" * 100
        with pytest.raises((Rejected, Misconfigured)):
            await line.channel.fetch(Media("nonsense"))


@pytest.mark.parametrize("file", [JPEG, PDF, OGG, MP4, MP3], ids=lambda file: file.name)
async def test_send_one(file):
    """One file carries the text as its caption and the buttons below it."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        prompt = Prompt("bitte @hier tg://x", (Option("y", "Ja"),))
        sent = await line.channel.send_files(plain("", ada.id, prompt=prompt), [file])
        [shown] = [one for one in ada.shows() if one["side"] == "them"]
        assert (shown["id"], shown["text"]) == (int(sent.provider_id), "bitte @hier tg:\u2060//x")
        assert shown["media"]
        assert shown["buttons"] == [["Ja"]]


async def test_edit_a_caption():
    """What stands beside a file is changed like any other text."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        sent = await line.channel.send_files(plain("alt", ada.id), [PDF])
        for _ in range(2):
            await line.channel.edit(plain("neu", ada.id), sent.provider_id)
        assert ada.heard() == ["neu"]


@pytest.mark.parametrize(
    ("text", "buttons", "files", "texts"),
    [
        ("", False, [JPEG, JPEG], ["", ""]),
        ("drei", False, [JPEG, MP4, JPEG], ["drei", "", ""]),
        ("x" * 1025, False, [PDF], ["x" * 1025, ""]),
        ("👍" * 513, False, [PDF], ["👍" * 513, ""]),
        ("👍" * 512, False, [PDF], ["👍" * 512]),
        ("mit Knopf", True, [JPEG, JPEG], ["mit Knopf", "", ""]),
        ("gemischt", False, [JPEG, PDF, OGG], ["gemischt", "", ""]),
        ("nur Text", False, [], ["nur Text"]),
    ],
)
async def test_text_beside_files(text, buttons, files, texts):
    """The text is a caption once, or a message before them where a caption is too short or has no buttons."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        prompt = Prompt(text, (Option("y", "Ja"),) if buttons else ())
        sent = await line.channel.send_files(plain("", ada.id, prompt=prompt), files)
        shown = [one for one in ada.shows() if one["side"] == "them"]
        assert [one["text"] for one in shown] == texts
        assert sent.provider_id == str(shown[0]["id"])


async def test_files_in_a_topic():
    """Files go where the text would."""
    async with a_line() as line:
        group = line.sandbox.group()
        topic = await line.channel.open_thread(line.channel.address(str(group.id)), "Fall")
        await line.channel.send_files(plain("zwei", f"{group.id}#{topic.thread}"), [JPEG, JPEG, PDF])
        assert [one["text"] for one in group.shows(int(topic.thread)) if not one["service"]] == ["zwei", "", ""]


async def test_what_is_refused_before_anything_goes_out():
    """Files that Telegram would refuse do not leave the house, and nothing before them does."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        for file in (File("a", "", b"x" * 50_000_001), File("a", "", b"")):
            with pytest.raises(Rejected):
                await line.channel.send_files(plain("x", ada.id), [JPEG, file])
        assert ada.heard() == []


async def test_half_sent_is_in_doubt():
    """When the second album fails the first is out: nobody gets it twice."""
    async with a_line() as line:
        ada = line.sandbox.person()
        ada.start()
        line.sandbox.faults.plan(Fault("throttle", path="sendDocument"))
        with pytest.raises(InDoubt, match="only a part was sent"):
            await line.channel.send_files(plain("x", ada.id), [JPEG, PDF])
        assert ada.heard() == ["x"]
