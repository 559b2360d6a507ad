"""Updates in the shape of the Bot API's documentation, each with what it means: update and events as JSON."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Body, Edited, Inbound, Said, Unreadable
from channels.telegram import inbound
from channels.telegram.inbound import understood
from channels.telegram.updates import ALLOWED
from tests.channels.telegram_line import NOW, call, channel

FILES = sorted((Path(__file__).parent / "payloads" / "telegram").glob("*.json"))


def shown(event: Inbound, wanted: dict[str, Any]) -> dict[str, Any]:
    """An event as the files write it; `*` there stands for anything, at the end of an id for any end."""
    body, expected = json.loads(msgspec.json.encode(event.body)), wanted["body"]
    told = {
        "id": event.id,
        "at": "now" if event.at == NOW + 5 else event.at,
        "lane": event.source.lane,
        "body": {name: "*" if expected.get(name) == "*" else value for name, value in body.items()},
    }
    if wanted["id"].endswith("*") and event.id.startswith(wanted["id"][:-1]):
        told["id"] = wanted["id"]
    if wanted["lane"] == "*":
        told["lane"] = "*"
    who = {"author": event.author, "author_name": event.author_name}
    return told | {name: value for name, value in who.items() if value}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_payload(file):
    """Every update is understood as its file says, and a press is answered in the same breath."""
    case = json.loads(file.read_text())
    receipt = await channel(clock=lambda: NOW + 5).receive(call(case["update"]))
    assert len(receipt.inbound) == len(case["events"])
    assert [shown(*pair) for pair in zip(receipt.inbound, case["events"], strict=True)] == case["events"]
    for event in receipt.inbound:
        assert msgspec.json.decode(msgspec.json.encode(event.body), type=Body) == event.body
    assert receipt.response.status == 200
    if "press" in case:
        assert receipt.response.content_type == "application/json"
        assert json.loads(receipt.response.body) == {
            "method": "answerCallbackQuery",
            "callback_query_id": case["press"],
        }
    else:
        assert receipt.response.body == b""


def test_there_are_payloads_for_everything_that_is_asked_for():
    """The folder is found and holds all kinds of updates; a renamed one would let everything pass."""
    assert len(FILES) >= 70
    assert set(ALLOWED) < {name for file in FILES for name in json.loads(file.read_text())["update"]}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_the_same_thing_under_another_number(file):
    """Ids are those of the thing itself: Telegram's number may be another one after a silent week."""
    update = json.loads(file.read_text())["update"]
    ids = [
        [event.id for event in understood("tg", json.dumps(update | {"update_id": number}).encode(), NOW).events]
        for number in (update["update_id"], 7)
    ]
    if not file.stem.startswith("odd-"):
        assert ids[0] == ids[1]


async def test_edits_are_told_apart_by_time_and_text():
    """Two edits within one second are two; the same edit told twice is one."""

    def edit(text: str, date: int) -> str:
        chat = {"id": 77, "type": "private"}
        message = {"message_id": 5, "from": {"id": 77}, "chat": chat, "date": 1, "edit_date": date, "text": text}
        [event] = understood("tg", json.dumps({"update_id": 1, "edited_message": message}).encode(), NOW).events
        assert event.body == Edited("5", text)
        return event.id

    assert edit("a", 2) == edit("a", 2)
    assert len({edit("a", 2), edit("b", 2), edit("a", 3)}) == 3


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted(
    {name for kind in vars(inbound).values() for name in getattr(kind, "__struct_fields__", ())}
    | {"from", "chat", "type", "id", "text", "data", "message", "is_bot", "photo", "file_id", *ALLOWED}
)


def like_updates(depth: int) -> st.SearchStrategy[Any]:
    """Objects with Telegram's names and wrong, missing or surprising values."""
    value = JSON | st.integers(-5, 5) | st.sampled_from(["private", "supergroup", "kicked", "/start x", "a\0b"])
    if depth:
        value |= st.lists(like_updates(depth - 1), max_size=2) | like_updates(depth - 1)
    return st.dictionaries(st.sampled_from(NAMES), value, max_size=8)


@given(like_updates(3).map(lambda update: {"update_id": 1} | update) | JSON)
def test_t6_any_json_gives_a_receipt(update):
    """T6: whatever carries our secret is answered 2xx: nothing raises, and every event can be stored."""
    found = understood("tg", json.dumps(update).encode(), NOW)
    for event in found.events:
        stored = msgspec.json.encode(event)
        assert msgspec.json.decode(stored, type=Inbound) == event
        assert "\0" not in event.id + event.source.lane + event.author + found.press
        assert event.id.isprintable()


@given(st.binary(max_size=60) | st.text().map(str.encode))
def test_t6_any_bytes_give_a_receipt(body):
    """T6: authentic bytes that are no update are kept as poison under an id of their own."""
    for event in understood("tg", body, NOW).events:
        assert isinstance(event.body, Unreadable | Said)
        assert event.id.startswith(("u:", "m:"))


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"update_id":3,"x":' + b"[" * 100_000, b'{"update_id":3,"message":"\xff"}']
)
async def test_s32_depth_and_encoding_are_poison(body):
    """S32: what would overflow a parser, and what is not UTF-8, does not block its chat."""
    [event] = (await channel().receive(call(body))).inbound
    assert isinstance(event.body, Unreadable)
    assert len(event.body.raw) <= 4000
    assert event.id.startswith("u:3:" if b"update_id" in body else "u:?:")
