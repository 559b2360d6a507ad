"""Behaviour 13, files both ways with honest failure: as they are, as links, or not at all, and the sender knows."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from sandbox.telegram.model import File
from storage.copy import opened
from tests.channels.slack_line import BOT
from tests.channels.telegram_line import TOKEN as TELEGRAM_TOKEN
from tests.channels.twilio_line import NUMBER
from tests.channels.twilio_line import TOKEN as TWILIO_TOKEN
from tests.live.world import Live, World, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
VOICE = b"OggS\0\2" + b"\0" * 22 + b"\x01\x13OpusHead"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
SORRY = "Sorry, we could not take this file. Could you send it another way or put it in words?"
LINK = re.compile(r"(\S+): (http://\S+/files/[a-z2-7]{52}/\S+)")


def at_slack(world: World, content: bytes) -> list[str]:
    """The names of files of ours with this content in Slack."""
    return [
        file.name for file in world.at.slack.team.files.values() if file.user == "U1BOT" and file.content == content
    ]


def at_telegram(world: World, live: Live, content: bytes) -> list[str]:
    """How Telegram shows this content in the group of the desk, or in the customer's chat: photo, document, voice."""
    chats: list[Any] = [world.at.groups["tg"].chat]
    if live.customer.kind == "tg":
        chats.append(live.customer.person._chat())
    messages = [message for chat in chats for message in chat.messages.values()]
    return [one.file.kind for one in messages if one.file and one.file.content == content]


async def linked(live: Live, texts) -> tuple[str, bytes, Mapping[str, str]]:
    """Wait for a link in what somebody reads: the name before it, what it leads to, and the headers of that."""
    match = await soon(lambda: next(filter(None, map(LINK.search, texts())), None), texts)
    async with httpx.AsyncClient() as client:
        answer = await client.get(match[2])
    assert answer.status_code == 200
    return match[1], answer.content, answer.headers


async def test_b13_6_mb_by_mms_reach_the_desk(world):
    """Fetched with the account's key from Twilio, without it from its store, and shared natively."""
    live = await world.detractor("sms", "slack")
    anna, content = await live.claimed(), JPEG + b"6" * 6_000_000
    await live.customer.phone.text("broken", NUMBER, media=[("image/jpeg", content)])
    await live.reads(anna, "broken")
    await soon(lambda: at_slack(world, content))


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b13_heic_is_a_file_and_no_picture(world, desk):
    """Nobody's app could show it in the chat."""
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await live.customer.phone.text("see", NUMBER, media=[("image/heic", HEIC)])
    await live.reads(anna, "see")
    if desk == "tg":
        assert await soon(lambda: at_telegram(world, live, HEIC)) == ["document"]
    else:
        [name] = await soon(lambda: at_slack(world, HEIC))
        assert name.endswith(".heic")


async def test_b13_a_voice_note_is_played_in_telegram(world):
    """From one phone to the desk's group and back to the customer."""
    live = await world.detractor("tg", "tg")
    anna = await live.claimed()
    live.customer.person.sends_voice(VOICE)
    await soon(lambda: at_telegram(world, live, VOICE) == ["voice", "voice"])
    content = VOICE + b"back"
    anna.seat.person.sends_voice(content, chat=anna.seat._chat, topic=anna.topic(live.ticket))
    await soon(lambda: at_telegram(world, live, content) == ["voice", "voice"])


async def test_b13_what_sms_cannot_carry_is_a_link(world):
    """Both ways: from the agent to a phone, and from a customer to an agent's phone. It is saved and not run."""
    live = await world.detractor("sms", "slack")
    anna, content = await live.claimed(), JPEG + b"link"
    await anna.room.uploads(anna.author, content, "Straßenplan.jpg", "this way", anna.thread(live.ticket))
    name, got, headers = await linked(live, live.customer.heard)
    assert (name, got, headers["content-type"]) == ("Strassenplan.jpg", content, "image/jpeg")
    assert headers["content-disposition"].startswith("attachment;")
    assert any("this way" in text for text in live.customer.heard())
    phone = await world.detractor("tg", "sms")
    seat = await phone.claimed()
    phone.customer.person.sends_document(b"%PDF-1.7 mine", "Rechnung.pdf", caption="my bill")
    name, got, _ = await linked(phone, lambda: [seen.text for seen in seat.reads(phone.ticket)])
    assert (name, got) == ("Rechnung.pdf", b"%PDF-1.7 mine")


async def test_b13_21_mb_from_telegram_are_told_to_their_sender(world):
    """More than Telegram lets bots download: the customer hears it, the desk reads words and reason."""
    live = await world.detractor("tg", "slack")
    anna = await live.claimed()
    live.customer.person.sends_document(b"%PDF-1.7", "film.pdf", caption="all of it", size=21_000_000)
    await live.reads(anna, "all of it")
    await live.reads(anna, "film.pdf is too large (at most 10 MB).")
    await live.hears(SORRY)


async def test_b13_an_svg_goes_nowhere_and_both_senders_know(world):
    """S13: whatever it is called; the words beside it arrive."""
    live = await world.detractor("slack", "slack")
    anna = await live.claimed()
    await anna.room.uploads(anna.author, SVG, "photo.png", "look here", anna.thread(live.ticket))
    await live.hears("look here")
    await live.reads(anna, "File not sent: photo.png this kind of file does not work there.")
    await live.customer.person.uploads(SVG, "mine.png", "and here")
    await live.reads(anna, "and here")
    await live.hears(SORRY)
    assert not at_slack(world, SVG)


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b13_an_album_whose_last_picture_is_late(world, desk):
    """Four pictures, the caption once, in order and in one case; the last comes when nobody waits for it any more."""
    live = await world.detractor("tg", desk)
    anna, person = await live.claimed(), live.customer.person
    contents = [JPEG + f"{desk}{number}".encode() for number in range(4)]
    first, *_ = person.sends_album(contents[:3], "my holiday")
    at = at_slack if desk == "slack" else lambda world, content: at_telegram(world, live, content)[1:]
    await soon(lambda: all(at(world, content) for content in contents[:3]))
    await world.calm()
    person._post(person._chat(), "", file=File("photo", contents[3]), album=first.album)
    await soon(lambda: at(world, contents[3]))
    await world.calm()
    assert [len(at(world, content)) for content in contents] == [1, 1, 1, 1]
    seen = [text.text for text in anna.reads(live.ticket) if "Customer:" in text.text][-4:]
    assert ["my holiday" in text for text in seen] == [True, False, False, False]
    lines = [line for line in (await live.now()).lines if line.media]
    assert [line.text for line in lines] == ["my holiday", "", "", ""]
    if desk == "slack":
        shared = [file.content for file in world.at.slack.team.files.values() if file.content in contents]
        assert shared == contents
    assert (
        len(
            [
                row
                for row in await world.server.parts.reading.cases(limit=1000)
                if row["lane"] == live.customer.address.lane
            ]
        )
        == 1
    )


async def test_b13_no_providers_link_leaks(world, capsys, caplog):
    """S13: not into what is stored, logged, or shown to anybody: they hold tokens, or open with one."""
    live = await world.detractor("tg", "slack")
    anna = await live.claimed()
    live.customer.person.sends_photo(JPEG + b"leak", "from me")
    await anna.room.uploads(anna.author, JPEG + b"leak2", "l.jpg", "from us", anna.thread(live.ticket))
    sms = await world.detractor("sms", "slack")
    await sms.claimed()
    await sms.customer.phone.text("and me", NUMBER, media=[("image/jpeg", JPEG + b"leak3")])
    await soon(lambda: at_slack(world, JPEG + b"leak") and at_slack(world, JPEG + b"leak3"))
    await live.hears("from us")
    await world.calm()
    told = capsys.readouterr()
    kept = [told.out, told.err, caplog.text, *live.customer.heard(), *sms.customer.heard()]
    kept += [seen.text for seen in (*anna.reads(live.ticket), *anna.reads(sms.ticket))]
    columns = {
        "outbox": ["payload", "error"], "inbox": ["body", "error"], "case_entry": ["text"], "cases": ["state"],
        "journal": ["event"], "session": ["state"], "file": ["id", "name", "mime"],
    }  # fmt: skip
    async with opened(world.server.parts.settings.database_url) as side:
        for table, names in columns.items():
            async for rows in side.read(table, names):
                kept += [str(value) for row in rows for value in row]
    everything = "\n".join(kept)
    assert "from us" in everything
    for leak in (
        TELEGRAM_TOKEN,
        BOT,
        TWILIO_TOKEN,
        "/file/bot",
        "files-pri",
        "url_private",
        "twiliocdn",
        "/2010-04-01/",
    ):
        assert leak not in everything, leak
