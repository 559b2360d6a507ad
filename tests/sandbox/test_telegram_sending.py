"""The Telegram sandbox takes and refuses messages as the Bot API does: seen through python-telegram-bot."""

import pytest
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    MessageEntity,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken

from tests.sandbox import telegram_world
from tests.sandbox.telegram_world import TOKEN, refused

BUTTONS = InlineKeyboardMarkup([[InlineKeyboardButton(str(score), callback_data=f"s{score}") for score in range(3)]])


@pytest.fixture
async def world():
    async with telegram_world.world(served=False) as made:
        yield made


@pytest.fixture
def ada(world):
    person = world.sandbox.person("Ada", last_name="Lovelace", username="ada", language_code="de")
    person.start()
    return person


async def test_a_text_arrives(world, ada):
    """The message comes back with id, chat and sender, and is on the phone with its entities and buttons."""
    sent = await world.client.send_message(ada.id, " <b>Größe</b> &amp; 👍 ", parse_mode="HTML", reply_markup=BUTTONS)
    assert (sent.text, sent.chat.first_name, sent.from_user.username) == ("Größe & 👍", "Ada", "nps_bot")
    assert sent.parse_entities() == {sent.entities[0]: "Größe"}
    assert sent.date.timestamp() == int(world.clock.now)
    shown = ada.shows()[-1]
    assert (shown["side"], shown["text"], shown["buttons"]) == ("them", "Größe & 👍", [["0", "1", "2"]])
    assert sent.message_id == 2  # behind /start


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": ""}, "Message text is empty"),
        ({"text": " \n"}, "Message text is empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "Message text is empty"),
        ({"text": "x" * 4097}, "Message is too long"),
        ({"text": "👍" * 2049}, "Message is too long"),
        ({"text": "x", "parse_mode": "Latex"}, "Unsupported parse_mode"),
        (
            {"text": "ü<blink>x</blink>", "parse_mode": "HTML"},
            'Can\'t parse entities: Unsupported start tag "blink" at byte offset 2',
        ),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            "Can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        ({"text": "x</b>", "parse_mode": "HTML"}, "Can't parse entities: Unexpected end tag at byte offset 1"),
        (
            {"text": "<b>x</i>", "parse_mode": "HTML"},
            'Can\'t parse entities: Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
        ),
        ({"text": "1 < 2", "parse_mode": "HTML"}, "Can't parse entities: Unclosed start tag at byte offset 2"),
        (
            {"text": "<span>x</span>", "parse_mode": "HTML"},
            'Can\'t parse entities: Tag "span" must have class "tg-spoiler" at byte offset 0',
        ),
        (
            {"text": "x", "entities": [MessageEntity("bold", 0, 2)]},
            "Entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 2",
        ),
        (
            {"text": "x", "entities": [MessageEntity("bold", 3, 1)]},
            "Entity begins after the end of the text at UTF-16 offset 3",
        ),
        (
            {"text": "👍x", "entities": [MessageEntity("bold", 1, 2)]},
            "Entity begins in a middle of a UTF-16 symbol at byte offset 1",
        ),
        ({"text": "x", "entities": [MessageEntity("bold", -1, 1)]}, "Receive an entity with incorrect offset -1"),
        ({"text": "x", "message_thread_id": 7}, "Message thread not found"),
        ({"text": "x", "reply_parameters": ReplyParameters(99)}, "Message to be replied not found"),
    ],
)
async def test_texts_that_are_refused(world, ada, fields, words):
    """What the server says to a text it does not take, as the SDK words it."""
    await refused(world.client.send_message(ada.id, **fields), BadRequest, words)
    assert ada.heard() == []


@pytest.mark.parametrize(
    ("text", "kept"),
    [("x" * 4096, 4096), ("👍" * 2048, 2048), ("  " + "x" * 4096 + "\n", 4096), ("1 &lt; 2 &nbsp;", 12)],
)
async def test_texts_that_just_fit(world, ada, text, kept):
    """4096 UTF-16 units after trimming and parsing; of named references only four are known."""
    sent = await world.client.send_message(ada.id, text, parse_mode="HTML")
    assert len(sent.text) == kept


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "x", "callback_data": "x" * 65}, "Button_data_invalid"),
        ({"text": "x", "callback_data": "ä" * 33}, "Button_data_invalid"),
        ({"text": "x", "callback_data": ""}, "Button_data_invalid"),
        ({"text": "x", "url": "javascript:alert(1)"}, "Button_url_invalid"),
        (
            {"text": "x"},
            "Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
    ],
)
async def test_buttons_that_are_refused(world, ada, button, words):
    """Data has 1-64 bytes, links a host, and a button does something."""
    markup = {"inline_keyboard": [[button]]}
    await refused(world.client.send_message(ada.id, "x", reply_markup=markup), BadRequest, words)


async def test_buttons_that_just_fit(world, ada):
    """64 bytes of data, links, and keyboards of the other kinds."""
    markup = {
        "inline_keyboard": [[{"text": "x", "callback_data": "ä" * 32}, {"text": "y", "url": "https://a.example"}]]
    }
    sent = await world.client.send_message(ada.id, "x", reply_markup=markup)
    assert sent.reply_markup.inline_keyboard[0][0].callback_data == "ä" * 32
    for other in ({"keyboard": [["8"]]}, {"remove_keyboard": True}, {"force_reply": True}):
        assert (await world.client.send_message(ada.id, "x", reply_markup=other)).reply_markup is None


async def test_chats_that_cannot_be_reached(world, ada):
    """Each obstacle has its exception: 403 for people who did not start, blocked or left, 400 for the unknown."""
    bob = world.sandbox.person("Bob")
    kicked, left, other = (world.sandbox.group(title) for title in ("kicked", "left", "other"))
    old = world.sandbox.group("old", supergroup=False, forum=False)
    old_id = old.id
    kicked.kicks(world.sandbox.bot)
    left.removes(world.sandbox.bot)
    new_id = old.migrates()
    other.chat.members.pop(world.sandbox.bot.id)

    async def trying(chat_id, kind, words):
        await refused(world.client.send_message(chat_id, "x"), kind, words)

    await trying(bob.id, Forbidden, "Forbidden: bot can't initiate conversation with a user")
    await trying(4711, BadRequest, "Chat not found")
    await trying("@nobody", BadRequest, "Chat not found")
    await trying("", BadRequest, "Chat_id is empty")
    await trying(other.id, BadRequest, "Chat not found")
    await trying(kicked.id, Forbidden, "Forbidden: bot was kicked from the supergroup chat")
    await trying(left.id, Forbidden, "Forbidden: bot is not a member of the supergroup chat")
    ada.blocks()
    await trying(ada.id, Forbidden, "Forbidden: bot was blocked by the user")
    ada.unblocks()
    ada.user.deactivated = True
    await trying(ada.id, Forbidden, "Forbidden: user is deactivated")
    moved = await refused(
        world.client.send_message(old_id, "x"), ChatMigrated, f"Group migrated to supergroup. New chat id: {new_id}"
    )
    assert moved.new_chat_id == new_id == old.id
    await world.client.send_message(new_id, "x")


async def test_tokens_and_methods(world, ada):
    """401 for a wrong token, 404 for none at all and for methods that do not exist; names of methods ignore case."""
    assert (await world.calls("getMe", "1:wrong"))[1] == {
        "ok": False, "error_code": 401, "description": "Unauthorized",
    }  # fmt: skip
    assert (await world.calls("getMe", "nonsense"))[0] == 404
    assert (await world.calls("makeCoffee"))[1]["description"] == "Not Found: method not found"
    assert (await world.calls("GETME"))[0] == 200
    with pytest.raises(InvalidToken):
        async with world.another("1:wrong"):
            pass
    for more in ({"json": {"chat_id": ada.id, "text": "x"}}, {"data": {"chat_id": ada.id, "text": "x"}}):
        assert (await world.calls("sendMessage", **more))[1]["result"]["text"] == "x"
    assert (await world.calls(f"sendMessage?chat_id={ada.id}&text=x"))[0] == 200
    assert (await world.calls("sendMessage", content="{", headers={"Content-Type": "application/json"}))[0] == 400
    assert (await world.calls("sendMessage", data={"chat_id": ada.id, "text": "x", "reply_markup": "{"}))[0] == 400


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("reply_markup", "{", "can't parse reply markup JSON object"),
        ("reply_markup", "[]", "object expected as reply markup"),
        ("reply_markup", '{"inline_keyboard": [1]}', 'field "inline_keyboard" must be an Array of Arrays'),
        (
            "reply_markup",
            '{"inline_keyboard": [[1]]}',
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object",
        ),
        (
            "reply_markup",
            '{"inline_keyboard": [[{"url": "x"}]]}',
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        ("entities", '{"type": "bold"}', "expected an Array of MessageEntity"),
        ("entities", '[{"type": 1}]', "can't parse MessageEntity: expected an Object with type, offset and length"),
        ("reply_parameters", '{"message_id": "x"}', "message to be replied not found"),
    ],
)
async def test_arguments_that_make_no_sense(world, ada, field, value, words):
    """Malformed objects are refused, not guessed at."""
    status, body = await world.calls("sendMessage", data={"chat_id": str(ada.id), "text": "x", field: value})
    assert (status, body["description"]) == (400, f"Bad Request: {words}")


async def test_replies(world, ada):
    """A reply shows what it replies to, one level deep; one to a message that is gone may be let through."""
    asked = ada.says("which?")
    sent = await world.client.send_message(ada.id, "this", reply_parameters=ReplyParameters(asked.id))
    assert sent.reply_to_message.text == "which?"
    ada.deletes(asked)
    tolerant = ReplyParameters(asked.id, allow_sending_without_reply=True)
    assert (await world.client.send_message(ada.id, "this", reply_parameters=tolerant)).reply_to_message is None


async def test_files_of_every_kind(world, ada):
    """Files come as parts of the body and go again by id; an id is of one kind and one bot."""
    client, content = world.client, b"content"
    photo = await client.send_photo(ada.id, content, caption="<i>c</i>", parse_mode="HTML")
    document = await client.send_document(ada.id, content, filename="report.pdf")
    voice = await client.send_voice(ada.id, content, duration=7)
    audio, video = await client.send_audio(ada.id, content), await client.send_video(ada.id, content)
    assert (photo.caption, photo.caption_entities[0].type, len(photo.photo)) == ("c", "italic", 2)
    assert (document.document.file_name, voice.voice.duration) == ("report.pdf", 7)
    assert [one["media"] for one in ada.shows()[-2:]] == ["audio", "video"]
    assert audio.audio.file_size == video.video.file_size == len(content)
    again = await client.send_document(ada.id, document.document.file_id)
    assert again.document.file_unique_id == document.document.file_unique_id
    await refused(client.send_photo(ada.id, document.document.file_id), BadRequest, "Type of file mismatch")
    await refused(client.send_photo(ada.id, "nonsense"), BadRequest, "Wrong file identifier/HTTP URL specified")
    await refused(client.send_voice(ada.id, b""), BadRequest, "File must be non-empty")
    await refused(client.send_photo(ada.id, content, caption="x" * 1025), BadRequest, "Message caption is too long")
    assert (await world.calls("sendPhoto", data={"chat_id": ada.id}))[1]["description"].endswith(
        "there is no photo in the request"
    )


async def test_downloads(world, ada):
    """What a customer sends can be fetched up to 20 MB, with the token only."""
    voice = ada.sends_voice(b"OggS")
    large = ada.sends_document(b"x", size=(20 << 20) + 1)
    me = world.sandbox.bot.id
    found = await world.client.get_file(voice.file.id_for(me))
    assert bytes(await found.download_as_bytearray()) == b"OggS"
    assert TOKEN in found.file_path
    await refused(world.client.get_file(large.file.id_for(me)), BadRequest, "File is too big")
    await refused(world.client.get_file(voice.file.id_for(me + 1)), BadRequest, "Invalid file_id")
    for path, status in ((found.file_path.replace(TOKEN, "1:wrong"), 401), (found.file_path + "x", 404)):
        assert (await world.http.get(path)).status_code == status


async def test_albums(world, ada):
    """2 to 10 files with one media_group_id; documents do not mix with pictures."""
    photos = [InputMediaPhoto(bytes([number + 1])) for number in range(10)]
    sent = await world.client.send_media_group(ada.id, photos, caption="ten")
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.caption for message in sent] == ["ten"] + [None] * 9
    for count, words in ((11, "Too many messages to send as an album"), (1, "Media must include 2-10 items")):
        album = (photos * 2)[:count]
        await refused(world.client.send_media_group(ada.id, album), BadRequest, words)
    mixed = [photos[0], InputMediaDocument(b"x")]
    words = "Can't use the media of the specified type in the album"
    await refused(world.client.send_media_group(ada.id, mixed), BadRequest, words)


async def test_copies(world, ada):
    """A copy names nobody and gives back an id only; service messages cannot be copied."""
    bob = world.sandbox.person("Bob")
    bob.start()
    photo = ada.sends_photo(b"x", "look")
    copied = await world.client.copy_message(bob.id, ada.id, photo.id)
    shown = bob.shows()[-1]
    assert (copied.message_id, shown["text"], shown["media"]) == (shown["id"], "look", "photo")
    await world.client.copy_message(bob.id, ada.id, photo.id, caption="other")
    assert bob.heard()[-1] == "other"
    await refused(world.client.copy_message(bob.id, ada.id, 99), BadRequest, "Message to copy not found")
    group = world.sandbox.group()
    topic = group.opens(world.sandbox.phone(group.owner.id), "t")
    await refused(world.client.copy_message(bob.id, group.id, topic.id), BadRequest, "Message can't be copied")
