"""The Telegram sandbox delivers updates as Telegram does: by webhook per queue, or by long polling."""

import asyncio
import time
from itertools import pairwise

import pytest
from starlette.responses import JSONResponse, Response
from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict

from tests.sandbox import telegram_world
from tests.sandbox.telegram_world import SECRET, refused

BUTTON = InlineKeyboardMarkup([[InlineKeyboardButton("8", callback_data="s8")]])
ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@pytest.fixture
async def world():
    async with telegram_world.world(first_update=500) as made:
        yield made


@pytest.fixture
def ada(world):
    person = world.sandbox.person("Ada")
    person.start(payload="ref_1-X")
    return person


async def test_webhook(world, ada):
    """Updates come as JSON in order with the secret, what waited included, and answers with 2xx end it."""
    await world.listens()
    ada.says("8")
    await world.sandbox.settled()
    assert [update.update_id for update in world.updates()] == [500, 501]
    assert [update.message.text for update in world.updates()] == ["/start ref_1-X", "8"]
    start = world.updates()[0].message
    assert (start.entities[0].type, start.entities[0].length, start.chat.id) == ("bot_command", 6, ada.id)
    for _, headers in world.told:
        assert headers["x-telegram-bot-api-secret-token"] == SECRET
        assert headers["content-type"] == "application/json"
    info = await world.client.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message, info.max_connections) == (0, None, 40)
    assert "message_reaction" not in info.allowed_updates


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"url": "nonsense"}, "invalid webhook URL specified"),
        ({"url": "http://nps.example.com/x"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://nps.example.com:3000/x"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        ({"url": "https://a.example", "secret_token": "x" * 257}, "secret token is too long"),
        ({"url": "https://a.example", "secret_token": "no blanks"}, "secret token contains unallowed characters"),
        ({"url": "https://a.example", "secret_token": "ä"}, "secret token contains unallowed characters"),
        ({"url": "https://a.example", "allowed_updates": {"a": 1}}, "expected an Array of String as allowed_updates"),
    ],
)
async def test_webhooks_that_are_refused(world, fields, words):
    """Where a webhook may be, and what its secret is made of."""
    await refused(world.client.set_webhook(**fields), BadRequest, words)
    assert (await world.client.get_webhook_info()).url == ""


async def test_failures_are_repeated_in_order(world, ada):
    """Head of line: again at once, then later and later; the rest of the queue waits, other queues do not."""
    world.answers = [500, 503, 500]
    await world.listens()
    ada.says("8")
    bob = world.sandbox.person("Bob")
    bob.start()
    await world.sandbox.settled()
    mine = [update.message.text for update in world.updates() if update.effective_user.id == ada.id]
    assert mine == ["/start ref_1-X"] * (len(mine) - 1) + ["8"]
    assert len(world.updates()) == 3 + 3
    statuses = [one.status for one in world.sandbox.world.deliveries[world.sandbox.bot.id].attempts]
    assert sorted(statuses) == [200, 200, 200, 500, 500, 503]
    info = await world.client.get_webhook_info()
    assert info.last_error_message.startswith("Wrong response from the webhook: 50")
    assert info.last_error_date.timestamp() == int(world.clock.now)


async def test_a_press_overtakes_a_message(world, ada):
    """Messages and presses of one person are queues of their own; one at a time in each."""
    await world.client.send_message(ada.id, "8?", reply_markup=BUTTON)
    world.gate.clear()
    await world.listens(drop_pending_updates=True)
    ada.says("first")
    ada.says("second")
    ada.presses("8")
    await world.rings(2)
    await asyncio.sleep(0.05)
    assert {update.callback_query is None for update in world.updates()} == {True, False}
    assert len(world.told) == 2
    world.gate.set()
    await world.sandbox.settled()
    assert world.updates()[-1].message.text == "second"


async def test_pauses_double():
    """The first repetition comes at once, the next after the delay, then after twice as long."""
    async with telegram_world.world(clock=time.time, delay=0.1) as world:
        world.answers = [500] * 4
        await world.listens()
        world.sandbox.person().start()
        await world.sandbox.settled()
        at = [one.at for one in world.sandbox.world.deliveries[world.sandbox.bot.id].attempts]
        pauses = [after - before for before, after in pairwise(at)]
        assert pauses[0] < pauses[1] >= 0.1
        assert pauses[2] >= 0.2
        assert pauses[3] >= 0.4


async def test_retry_after_is_honoured(world, ada):
    """An answer may say how long to wait."""
    world.answers = [Response("", 503, {"Retry-After": "1"})]
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await world.listens()
    await world.sandbox.settled()
    assert (len(world.told), loop.time() - begun >= 1) == (2, True)


async def test_old_updates_are_dropped(world, ada):
    """Presses live 150 seconds, messages a day; nobody is told what is older."""
    await world.client.send_message(ada.id, "8?", reply_markup=BUTTON)
    ada.presses("8")
    updates = world.sandbox.updates()
    assert len(updates.pending) == 2
    world.clock.now += 150
    assert [update.kind for update in updates.pending] == ["message"]
    world.clock.now += 86_400
    await world.listens()
    await world.sandbox.settled()
    assert world.told == []


async def test_a_hook_that_always_fails(world, ada):
    """What is refused until it is too old is dropped, and what came behind it goes on."""
    await world.client.send_message(ada.id, "8?", reply_markup=BUTTON)
    world.answers = [500] * 4
    await world.listens(drop_pending_updates=True)
    ada.presses("8")
    await world.rings(3)
    world.clock.now += 200
    world.answers = []
    ada.presses("8")
    await world.sandbox.settled()
    assert len({update.update_id for update in world.updates()}) == 2
    assert world.sandbox.updates().pending == []


async def test_a_gap(world, ada):
    """While no way leads to us all is kept, counted and comes afterwards; a server that is gone does the same."""
    await world.listens(drop_pending_updates=True)
    updates = world.sandbox.updates()
    updates.hold(held=True)
    for score in range(5):
        ada.says(str(score))
    await world.sandbox.settled()
    assert (world.told, (await world.client.get_webhook_info()).pending_update_count) == ([], 5)
    updates.hold(held=False)
    await world.sandbox.settled()
    assert [update.message.text for update in world.updates()] == ["0", "1", "2", "3", "4"]
    await world.client.set_webhook("http://127.0.0.1:9/tg")
    ada.says("nobody there")
    while not (info := await world.client.get_webhook_info()).last_error_message:  # noqa: ASYNC110  # seen only here
        await asyncio.sleep(0.005)
    assert (info.last_error_message, info.pending_update_count) == ("Connection refused", 1)
    await world.listens()
    await world.sandbox.settled()
    assert world.updates()[-1].message.text == "nobody there"


async def test_the_same_again(world, ada):
    """An update can come again under its number, several at once, or under a new one; numbers may jump."""
    await world.listens()
    await world.sandbox.settled()
    assert await world.sandbox.redeliver(500, times=5) == [200] * 5
    world.sandbox.updates().renumber(500)
    world.sandbox.updates().next_id = 17
    ada.says("after a silent week")
    await world.sandbox.settled()
    assert [update.update_id for update in world.updates()] == [500] * 6 + [501, 17]
    assert len({update.message.message_id for update in world.updates()[:-1]}) == 1


async def test_answers_that_call_a_method(world, ada):
    """The webhook's answer may be one call; its failure is nobody's business; getting and setting hooks is not done."""
    calls = [
        {"method": "sendMessage", "chat_id": ada.id, "text": "from the hook"},
        {"method": "deleteWebhook"},
        {"method": "sendMessage", "chat_id": 4711, "text": "lost"},
        {"method": "makeCoffee"},
    ]
    await world.client.send_message(ada.id, "8?", reply_markup=BUTTON)
    press = ada.presses("8")
    world.answers = [JSONResponse(call) for call in calls]
    await world.listens(drop_pending_updates=True)
    for _ in calls:
        ada.says("x")
    await world.sandbox.settled()
    assert ada.heard() == ["8?", "from the hook"]
    assert (await world.client.get_webhook_info()).url
    world.answers = [JSONResponse({"method": "answerCallbackQuery", "callback_query_id": press.id, "text": "ok"})]
    ada.says("y")
    await world.sandbox.settled()
    assert press.answer["text"] == "ok"


async def test_polling(world, ada):
    """Offsets confirm, limits limit, negative offsets keep the last; an empty poll waits for news."""
    for score in range(4):
        ada.says(str(score))
    client = world.client
    assert [one.update_id for one in await client.get_updates(limit=2)] == [500, 501]
    assert [one.update_id for one in await client.get_updates(offset=503)] == [503, 504]
    assert [one.update_id for one in await client.get_updates(offset=-1)] == [504]
    assert [one.update_id for one in await client.get_updates()] == [504]
    assert await client.get_updates(offset=505) == ()
    waiting = asyncio.create_task(client.get_updates(offset=505, timeout=5))
    await asyncio.sleep(0.05)
    ada.says("new")
    assert [one.message.text for one in await waiting] == ["new"]


async def test_pollers_and_webhooks_exclude_each_other(world, ada):
    """A second poller ends the first one, a webhook ends both."""
    client = world.client
    first = asyncio.create_task(client.get_updates(offset=501, timeout=5))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(client.get_updates(offset=501, timeout=5))
    await refused(first, Conflict, OTHER)
    await world.listens()
    await refused(second, Conflict, "Conflict: terminated by setWebhook request")
    await refused(client.get_updates(), Conflict, ACTIVE)
    await client.delete_webhook(drop_pending_updates=True)
    assert await client.get_updates() == ()


async def test_kinds(world, ada):
    """Reactions come only on request; a choice lasts until another is made; an empty one is the default."""
    client, said = world.client, ada.says("x")
    ada.reacts("👍", said)
    await client.get_updates(allowed_updates=["message_reaction"])
    ada.reacts("👎", said)
    ada.says("not wanted")
    await client.get_updates()
    ada.reacts("", said)
    await client.get_updates(allowed_updates=[])
    ada.reacts("👍", said)
    ada.edits(said, "y")
    ada.blocks()
    ada.start()
    kinds = [update.kind for update in world.sandbox.updates().pending]
    assert kinds == [
        "message", "message", "message_reaction", "message_reaction", "edited_message", "my_chat_member",
        "my_chat_member", "message",
    ]  # fmt: skip
