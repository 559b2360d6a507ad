"""The Telegram sandbox's phones, its steering over HTTP, and its faults as python-telegram-bot meets them."""

import asyncio

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from sandbox.telegram import Bot, Fault
from tests.sandbox import telegram_world
from tests.sandbox.telegram_world import BOT

OTHER = Bot("700200:other-token", "other_bot", "Other")
FAULTS, PHONES = "/sandbox/telegram/faults", "/sandbox/telegram/phones"


@pytest.fixture
async def world():
    async with telegram_world.world((BOT, OTHER)) as made:
        yield made


@pytest.fixture
def ada(world):
    person = world.sandbox.person("Ada")
    person.start()
    return person


async def test_what_a_customer_can_send(world, ada):
    """Texts, replies, pictures, files, voices, albums and edits, each as the SDK's objects."""
    bot_says = await world.client.send_message(ada.id, "8?")
    said = ada.says("8 /help", reply_to=bot_says.message_id)
    ada.sends_photo(b"p", "look")
    ada.sends_document(b"d", "a.pdf")
    ada.sends_voice(b"v", 4)
    ada.sends_album([b"1", b"2", b"3"], "three")
    ada.edits(said, "9")
    ada.deletes(said)
    _, text, photo, document, voice, *album, edited = await world.client.get_updates()
    assert (text.message.reply_to_message.text, text.message.entities[0].offset) == ("8?", 2)
    assert (photo.message.caption, photo.message.photo[-1].file_size) == ("look", 1)
    assert (document.message.document.file_name, document.message.document.mime_type) == ("a.pdf", "application/pdf")
    assert voice.message.voice.mime_type == "audio/ogg"
    assert [one.message.caption for one in album] == ["three", None, None]
    assert len({one.message.media_group_id for one in album}) == 1
    assert (edited.edited_message.text, edited.edited_message.message_id) == ("9", said.id)
    assert edited.edited_message.edit_date is not None


async def test_start_and_block(world, ada):
    """A deep link's payload comes with /start; a block and its end are told, a start after a block is both."""
    with pytest.raises(ValueError, match="deep link"):
        ada.start(payload="not/allowed")
    ada.blocks()
    with pytest.raises(PermissionError):
        ada.says("into the void")
    ada.start(payload="x" * 64)
    _, blocked, unblocked, started = await world.client.get_updates()
    states = [(one.my_chat_member.old_chat_member.status, one.my_chat_member.new_chat_member.status)
              for one in (blocked, unblocked)]  # fmt: skip
    assert states == [("member", "kicked"), ("kicked", "member")]
    assert started.message.text == "/start " + "x" * 64


async def test_two_bots(world, ada):
    """Each bot has its own chat with a person, its own updates, and its own ids for files."""
    with pytest.raises(TelegramError):
        async with world.another(OTHER.token) as other:
            await other.send_message(ada.id, "not started")
    async with world.another(OTHER.token) as other:
        ada.start(OTHER)
        await other.send_message(ada.id, "hello from the other")
        ada.says("to whom?", chat=world.sandbox.world.private(OTHER.id, ada.user))
        assert [update.message.text for update in await other.get_updates()] == ["/start", "to whom?"]
    assert [update.message.text for update in await world.client.get_updates()] == ["/start"]
    assert ada.heard() == ["hello from the other"]


async def test_a_phone_waits(world, ada):
    """A phone can be waited on, for texts and for anything at all."""
    waiting = asyncio.create_task(ada.hears(1))
    seen = ada.version
    await world.client.send_message(ada.id, "hello")
    assert await waiting == ["hello"]
    assert await ada.news(seen, 5) > seen
    assert await ada.news(ada.version, 0.01) == ada.version
    with pytest.raises(TimeoutError):
        await ada.hears(2, seconds=0.05)


async def test_steering_over_http(world):
    """Faults and phones over HTTP, as the demo and tests in other processes use them."""
    http, phone = world.http, f"{PHONES}/4711"
    assert (await http.post(phone, json={"start": "ref-1"})).json() == {"message": 1}
    sent = await world.client.send_message(
        4711, "8?", reply_markup={"inline_keyboard": [[{"text": "8", "callback_data": "s8"}]]}
    )
    seen = (await http.get(phone)).json()["version"]
    waiting = asyncio.create_task(http.get(phone, params={"after": seen, "wait": 5}))
    assert (await http.post(phone, json={"text": "hi", "reply_to": sent.message_id})).json() == {"message": 3}
    shown = (await waiting).json()
    assert [(one["side"], one["text"]) for one in shown["messages"]] == [
        ("me", "/start ref-1"),
        ("them", "8?"),
        ("me", "hi"),
    ]
    assert "press" in (await http.post(phone, json={"press": "8"})).json()
    assert "press" in (await http.post(phone, json={"press": 0, "message": sent.message_id})).json()
    assert len(await world.client.get_updates()) == 4
    for wrong in (
        {"press": "9"},
        {"txt": "x"},
        {"start": "ä"},
        {"text": "x", "to": "nobody"},
        {"text": "x", "chat": 1},
    ):
        assert (await http.post(phone, json=wrong)).status_code == 422
    group = world.sandbox.group(members=[world.sandbox.phone(4711)])
    topic = await world.client.create_forum_topic(group.id, "t")
    where = {"chat": group.id, "topic": topic.message_thread_id}
    await http.post(phone, json={"text": "in a topic", **where})
    assert (await http.get(phone, params=where)).json()["messages"][-1]["text"] == "in a topic"
    assert (await http.post(FAULTS, json=[{"kind": "error", "times": 2}])).json()[0]["times"] == 2
    assert (await http.get(FAULTS)).json()[0]["kind"] == "error"
    assert (await http.delete(FAULTS)).json() == []
    assert (await http.post(FAULTS, json=[{"kind": "earthquake"}])).status_code == 422


@pytest.mark.parametrize(
    ("fault", "kind", "arrives"),
    [
        (Fault("throttle", after=7), RetryAfter, False),
        (Fault("error"), NetworkError, False),
        (Fault("error", status=502), NetworkError, False),
        (Fault("error", status=403), Forbidden, False),
        (Fault("error", status=400), BadRequest, False),
        (Fault("error_after", status=500), NetworkError, True),
        (Fault("error", status=200), KeyError, False),
        (Fault("timeout_before", seconds=2), TimedOut, False),
        (Fault("timeout_after", seconds=2), TimedOut, True),
        (Fault("reset_before"), NetworkError, False),
        (Fault("reset_after"), NetworkError, True),
        (Fault("half"), NetworkError, True),
        (Fault("garbled"), TelegramError, True),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else None,
)
async def test_faults(world, ada, fault, kind, arrives):
    """Each fault is the SDK's exception for it; whether the message has arrived is another question."""
    world.sandbox.faults.plan(fault)
    with pytest.raises(kind) as caught:
        await world.client.send_message(ada.id, "x", read_timeout=0.2)
    assert type(caught.value) is kind
    assert ada.heard() == (["x"] if arrives else [])
    if isinstance(caught.value, RetryAfter):
        assert caught.value._retry_after.total_seconds() == 7
    await world.client.send_message(ada.id, "y")
    assert ada.heard()[-1] == "y"


async def test_faults_of_downloads(world, ada):
    """Downloads fail too, where a fault names their method and path."""
    voice = ada.sends_voice(b"OggS")
    world.sandbox.faults.plan(Fault("error", method="GET", path="/file/bot"))
    found = await world.client.get_file(voice.file.id_for(BOT.id))
    with pytest.raises(NetworkError):
        await found.download_as_bytearray()
    assert bytes(await found.download_as_bytearray()) == b"OggS"
