"""Files between people: what goes as it is, what goes as a link, what goes not at all, and who hears of it."""

import re

import pytest

from bot.errors import Rejected, StoreUnavailable, ThreadGone, Unavailable
from bot.messages import Address, Capabilities, File, Media, Said
from bot.runtime.dispatcher import Dispatcher
from bot.runtime.hosting import LIFE, Hosting, digest
from bot.runtime.ticker import sweep
from tests.bot.runtime.house import ANNA, NOW, Away, Clock, Line
from tests.bot.runtime.rooms import JPEG, Rooms, refused
from tests.bot.runtime.test_handing import PHOTO, THREAD, Chat, said, talking

URL = "https://nps.example.com"
PDF, SVG, BIG = (
    Media("F2", "application/pdf", "Rechnung März.pdf"),
    Media("F3", "image/png", "logo.png"),
    Media("F4", "image/jpeg", "big.jpg"),
)
BYTES = {"F2": b"%PDF-1.7 canary", "F3": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "F4": JPEG + b"0" * 10_000_000}
LINK = re.compile(rf"{URL}/files/([a-z2-7]{{52}})/([\w-]+\.\w+)")
SORRY = "Sorry, we could not take this file. Could you send it another way or put it in words?"
REFUSED = "File not sent: logo.png this kind of file does not work there."


class Pictures(Chat):
    """A customer's channel that carries small pictures and nothing else."""

    capabilities = Capabilities(max_text=200, files={"image/jpeg": 1000})


class Fetched(Chat):
    """A customer's channel whose provider fetches files from us, where the address is one for files."""

    capabilities = Capabilities(max_text=200, files_by_link=True)

    def carries(self, to: Address):
        return {"image/jpeg": 1000} if to == ANNA else {}

    async def send_files(self, message, files):
        self.links = [file.link for file in files]
        return await super().send_files(message, files)


async def at_work(store, library, line: Line | None = None) -> Rooms:
    """Mia has claimed Anna's case, and everybody who is fetched from has the files above."""
    rooms = await talking(store, library, line=line)
    rooms.room.kept = BYTES
    lines = {"sms": rooms.line, "slack": rooms.room, "telegram": rooms.hall}
    if isinstance(rooms.line, Chat):
        rooms.line.kept = BYTES
    rooms.dispatchers = [Dispatcher(name, line, store, "w", rooms.clock, lines, URL) for name, line in lines.items()]
    return rooms


def heard(rooms: Rooms) -> str:
    """The latest words that the customer got."""
    return rooms.line.taken[-1].prompt.text


# --- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", [Line, Pictures, Fetched])
async def test_lf13_what_a_channel_cannot_carry_goes_as_a_link(store, library, line):
    """S13: only the hash of the link's secret is stored, and the file can be fetched for a week."""
    rooms = await at_work(store, library, line())
    await rooms.acts_at(Said("Look", (PDF,), "R5"), THREAD)
    assert await said(rooms) == ["sent"]
    found = LINK.search(heard(rooms))
    assert found, heard(rooms)
    assert heard(rooms) == f"Look\nRechnung-Marz.pdf: {found[0]}"
    kept = {"name": "Rechnung-Marz.pdf", "mime": "application/pdf", "data": BYTES["F2"]}
    assert await store.file(digest(found[1]), rooms.clock() + LIFE - 1) == kept
    assert await store.file(digest(found[1]), rooms.clock() + LIFE) is None
    assert await store.file(found[1], rooms.clock()) is None
    rows = await store.conversation(ANNA.lane)
    assert found[1] not in str(rows)


async def test_lf13_what_fits_goes_as_it_is_beside_what_does_not(store, library):
    rooms = await at_work(store, library, Pictures())
    await rooms.acts_at(Said("Look", (PHOTO, PDF), "R5"), THREAD)
    [(text, names)] = rooms.line.files
    assert names == ["photo.jpg"]
    assert text.startswith("Look\nRechnung-Marz.pdf: https://")


async def test_lf13_what_the_provider_does_not_take_after_all_goes_as_a_link(store, library):
    rooms = await at_work(store, library, Chat())
    rooms.line.refuse["files"] = [refused()]
    await rooms.acts_at(Said("Look", (PHOTO, PDF), "R5"), THREAD)
    assert await said(rooms) == ["sent"]
    assert [name for _, name in LINK.findall(heard(rooms))] == ["photo.jpg", "Rechnung-Marz.pdf"]


async def test_lf13_a_provider_that_fetches_gets_links_and_the_customer_the_same_ones(store, library):
    """One file, one link, also when the provider refuses and the customer gets it instead."""
    rooms = await at_work(store, library, Fetched())
    await rooms.acts_at(Said("Look", (PHOTO,), "R5"), THREAD)
    assert rooms.line.files == [("Look", ["photo.jpg"])]
    assert LINK.fullmatch(rooms.line.links[0])
    rooms.line.refuse["files"] = [refused()]
    await rooms.acts_at(Said("Again", (PHOTO,), "R6"), THREAD)
    assert rooms.line.links[0] in heard(rooms)


async def test_a_file_without_a_name_is_called_so_in_the_customers_language(store, library):
    rooms = await at_work(store, library)
    rooms.room.kept = {"F9": JPEG}
    await rooms.acts_at(Said("", (Media("F9"),), "R5"), THREAD)
    assert heard(rooms).startswith("File: https://")


async def test_a_message_that_is_tried_again_keeps_its_link(store, library):
    rooms = await at_work(store, library)
    rooms.line.script = [Unavailable("down")]
    await rooms.acts_at(Said("Look", (PDF,), "R5"), THREAD)
    await rooms.waits(5_000)
    first, second = (LINK.search(one.prompt.text) for one in rooms.line.tried[-2:])
    assert first
    assert second
    assert first[0] == second[0]


async def test_p4_without_a_database_the_file_waits(store, library):
    rooms = await at_work(store, library)
    away = Away(store, save_file=[StoreUnavailable("down")])
    rooms.dispatchers[0] = Dispatcher("sms", rooms.line, away, "w", rooms.clock, {"slack": rooms.room}, URL)
    await rooms.acts_at(Said("Look", (PDF,), "R5"), THREAD)
    assert await said(rooms) == ["queued"]
    await rooms.waits(5_000)
    assert await said(rooms) == ["sent"]


async def test_words_that_leave_no_room_for_a_link_are_not_cut(store, library):
    """The agent hears how many characters fit."""
    rooms = await at_work(store, library, Pictures())
    await rooms.acts_at(Said("x" * 150, (PDF,), "R5"), THREAD)
    assert await said(rooms) == ["failed"]
    assert "150 characters" in rooms.room.stood[-1][1]


async def test_a_desk_reads_links_rather_than_the_end_of_long_words(store, library):
    rooms = await at_work(store, library, Chat())
    rooms.room.refuse["files"] = [refused()]
    await rooms.gets(Said("y" * 4090, (PDF,)))
    await rooms.waits()
    text = rooms.room.stood[-1][1]
    assert len(text) <= 4096
    assert LINK.search(text)


async def test_links_are_remembered_for_a_while(store, monkeypatch):
    """So many, and no more."""
    monkeypatch.setattr("bot.runtime.hosting.REMEMBERED", 2)
    hosting = Hosting(store, f"{URL}/", Clock())
    file = File("a", "application/pdf", b"%PDF")
    links = [await hosting.link(file, about) for about in ("a", "b", "b", "c", "a")]
    assert links[1] == links[2]
    assert len(set(links)) == 4


# --- not at all ------------------------------------------------------------------------------------------------------


async def test_s13_an_agents_file_that_is_not_passed_on(store, library):
    """S13: an SVG that calls itself a PNG. Words and the other file go; the agent reads why under the message."""
    rooms = await at_work(store, library, Chat())
    await rooms.acts_at(Said("Look", (SVG, PHOTO), "R5"), THREAD)
    assert rooms.line.files == [("Look", ["photo.jpg"])]
    assert await said(rooms) == ["sent"]
    assert [text for _, text in rooms.room.stood if "logo" in text] == [REFUSED]
    assert [one.reply_to for one in rooms.room.taken if one.prompt.text == REFUSED] == ["R5"]
    history = (await store.case(rooms.case))["entries"]
    assert [entry["text"] for entry in history if entry["kind"] == "failed"] == [REFUSED]


@pytest.mark.parametrize(
    ("media", "refuse", "why"),
    [
        (SVG, [], "this kind of file"),
        (BIG, [], "too large"),
        (PDF, [Rejected("too large", "413")], "too large"),
        (PDF, [refused()], "can no longer be fetched"),
    ],
)
async def test_lf13_a_customers_file_that_is_not_passed_on(store, library, media, refuse, why):
    """The desk reads the words and why the file is missing, and the customer hears of it once."""
    rooms = await at_work(store, library, Chat())
    rooms.line.refuse["fetch"] = list(refuse)
    await rooms.gets(Said("It looks like this", (media,)))
    for _ in range(3):
        await rooms.waits()
    [text] = [text for _, text in rooms.room.stood if "It looks like this" in text]
    assert media.name in text
    assert why in text
    assert heard(rooms) == SORRY
    assert sum(one.prompt.text == SORRY for one in rooms.line.taken) == 1


async def test_lf13_one_apology_does_for_an_album(store, library):
    """Four pictures come one by one; a minute later it is news again."""
    rooms = await at_work(store, library, Chat())
    for _ in range(4):
        await rooms.gets(Said("", (SVG,), album="A1"))
        for _ in range(3):
            await rooms.waits()
    assert sum(one.prompt.text == SORRY for one in rooms.line.taken) == 1
    await rooms.waits(60_000)
    await rooms.gets(Said("", (SVG,)))
    for _ in range(3):
        await rooms.waits()
    assert sum(one.prompt.text == SORRY for one in rooms.line.taken) == 2


async def test_p8_who_has_said_stop_gets_no_apology(store, library):
    rooms = await at_work(store, library, Chat())
    await rooms.gets("STOP")
    await rooms.waits()
    before = len(rooms.line.taken)
    await rooms.gets(Said("and this", (SVG,)))
    for _ in range(3):
        await rooms.waits()
    assert len(rooms.line.taken) == before


async def test_a_message_of_nothing_but_a_refused_file_fails(store, library):
    """The agent reads why, with what has become of the message."""
    rooms = await at_work(store, library, Chat())
    before = len(rooms.line.taken)
    await rooms.acts_at(Said("", (SVG,), "R5"), THREAD)
    assert await said(rooms) == ["failed"]
    assert REFUSED in rooms.room.stood[-1][1]
    assert len(rooms.line.taken) == before


async def test_lf13_a_file_from_a_channel_without_files_is_gone(store, library):
    """The words go on."""
    rooms = await at_work(store, library)
    await rooms.gets(Said("Look", (PHOTO,)))
    await rooms.waits()
    assert any("Look" in text and "photo.jpg" in text for _, text in rooms.room.stood)


async def test_lf10_files_for_a_thread_that_is_gone_are_no_links(store, library):
    rooms = await at_work(store, library, Chat())
    rooms.room.refuse["files"] = [ThreadGone("gone")]
    await rooms.gets(Said("Mine", (PHOTO,)))
    await rooms.waits()
    assert rooms.room.files[-1][1] == ["photo.jpg"]
    assert not any("/files/" in text for _, text in rooms.room.stood)


# --- afterwards ------------------------------------------------------------------------------------------------------


async def test_lf13_what_has_expired_is_swept_away(store, monkeypatch):
    """Also after the database was away for a moment."""
    clock = Clock()
    link = await Hosting(store, URL, clock).link(File("a", "application/pdf", b"%PDF"), "k.1.0/0")
    token = digest(link.split("/")[-2])
    waits = []

    async def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            clock.passes(LIFE)
        if len(waits) == 4:
            raise KeyError

    monkeypatch.setattr("bot.runtime.ticker.asyncio.sleep", sleep)
    with pytest.raises(KeyError):
        await sweep(Away(store, drop_files=[StoreUnavailable("down")]), clock)
    assert waits == [60.0, 60.0, 0.5, 60.0]
    assert await store.file(token, NOW) is None
