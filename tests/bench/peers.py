"""What a developer would pick instead, playing the same three-step survey without a network.

python-telegram-bot: ConversationHandler with PicklePersistence, flushed after every update, as its documentation
advises for state that must survive a crash. aiogram: FSM with a storage on SQLite (synchronous=FULL), one commit per
change of state or data, because none of the storages it ships writes to a local disk. Neither keeps an inbox or an
outbox, so both do less than a durable turn.
"""

import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.base import BaseSession
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.base import BaseStorage, StorageKey
from aiogram.methods import SendMessage
from aiogram.types import Message, Update, User
from telegram import Update as PtbUpdate
from telegram.ext import Application, ContextTypes, ConversationHandler, MessageHandler, PicklePersistence, filters
from telegram.request import BaseRequest

from tests.bench.survey import STEPS, text

TOKEN = "1:" + "a" * 35
SCORE, WHY, AGAIN = range(3)


def _message(number: int, person: int, text: str) -> dict[str, Any]:
    """An update as Telegram sends it."""
    chat = {"id": person, "type": "private", "first_name": "P"}
    sender = {"id": person, "is_bot": False, "first_name": "P"}
    return {
        "update_id": number,
        "message": {"message_id": number, "date": 1, "chat": chat, "from": sender, "text": text},
    }


def _updates(people: int) -> list[dict[str, Any]]:
    """Everybody starts, then answers everything."""
    everybody = range(1, people + 1)
    rounds = [(person, "hello") for person in everybody]
    rounds += [(person, text(step, person)) for step in range(STEPS) for person in everybody]
    return [_message(number, person, text) for number, (person, text) in enumerate(rounds, 1)]


class _Nowhere(BaseRequest):
    """Telegram's answers without Telegram."""

    read_timeout = 1.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(self, url: str, *_: Any, **__: Any) -> tuple[int, bytes]:
        """Say yes."""
        if url.endswith("getMe"):
            result: Any = {"id": 1, "is_bot": True, "first_name": "B", "username": "bench_bot"}
        else:
            result = _message(1, 1, "sent")["message"]
        return 200, json.dumps({"ok": True, "result": result}).encode()


async def _ask_why(update: PtbUpdate, context: ContextTypes.DEFAULT_TYPE) -> int:
    context.user_data["score"] = int(update.message.text)
    await update.message.reply_text("What is the main reason for your score?")
    return WHY


async def _ask_again(update: PtbUpdate, context: ContextTypes.DEFAULT_TYPE) -> int:
    context.user_data["why"] = update.message.text
    await update.message.reply_text("May we ask you again next year?")
    return AGAIN


async def _thank(update: PtbUpdate, context: ContextTypes.DEFAULT_TYPE) -> int:
    context.user_data["again"] = update.message.text
    await update.message.reply_text("Thank you for your time!")
    return ConversationHandler.END


async def _ask_score(update: PtbUpdate, _: ContextTypes.DEFAULT_TYPE) -> int:
    await update.message.reply_text("How likely are you to recommend us, 0-10?")
    return SCORE


async def ptb(people: int = 60) -> float:
    """Turns per second of python-telegram-bot; the file it writes grows with the people, so few are kind to it."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        persistence = PicklePersistence(Path(folder) / "state", on_flush=False)
        builder = Application.builder().token(TOKEN).persistence(persistence).updater(None)
        app = builder.request(_Nowhere()).get_updates_request(_Nowhere()).build()
        words = filters.TEXT
        states = {
            state: [MessageHandler(words, step)]
            for state, step in ((SCORE, _ask_why), (WHY, _ask_again), (AGAIN, _thank))
        }
        entry = [MessageHandler(words, _ask_score)]
        app.add_handler(ConversationHandler(entry, states, [], name="survey", persistent=True))
        await app.initialize()
        updates = [PtbUpdate.de_json(update, app.bot) for update in _updates(people)]
        for update in updates[:people]:
            await app.process_update(update)
        began = time.perf_counter()
        for update in updates[people:]:
            await app.process_update(update)
            await app.update_persistence()
        took = time.perf_counter() - began
        await app.shutdown()
    return (len(updates) - people) / took


class _Survey(StatesGroup):
    score = State()
    why = State()
    again = State()


class _Disk(BaseStorage):
    """States and data in SQLite, one commit per change."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("CREATE TABLE fsm (key TEXT PRIMARY KEY, state TEXT, data TEXT)")

    async def set_state(self, key: StorageKey, state: Any = None) -> None:
        name = state.state if isinstance(state, State) else state
        sql = "INSERT INTO fsm (key, state) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET state = excluded.state"
        self._db.execute(sql, (str(key), name))

    async def get_state(self, key: StorageKey) -> str | None:
        row = self._db.execute("SELECT state FROM fsm WHERE key = ?", (str(key),)).fetchone()
        return row[0] if row else None

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        sql = "INSERT INTO fsm (key, data) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET data = excluded.data"
        self._db.execute(sql, (str(key), json.dumps(dict(data))))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        row = self._db.execute("SELECT data FROM fsm WHERE key = ?", (str(key),)).fetchone()
        return json.loads(row[0]) if row and row[0] else {}

    async def close(self) -> None:
        self._db.close()


class _Session(BaseSession):
    async def make_request(self, bot: Bot, method: Any, timeout: int | None = None) -> Any:  # noqa: ARG002  # aiogram's
        if isinstance(method, SendMessage):
            return Message.model_validate(_message(1, 1, "sent")["message"], context={"bot": bot})
        return User(id=1, is_bot=True, first_name="B")

    async def close(self) -> None:
        """Nothing to close."""

    async def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        yield b""


async def _aio_start(message: Message, state: FSMContext) -> None:
    await state.set_state(_Survey.score)
    await message.answer("How likely are you to recommend us, 0-10?")


async def _aio_score(message: Message, state: FSMContext) -> None:
    await state.update_data(score=int(message.text or ""))
    await state.set_state(_Survey.why)
    await message.answer("What is the main reason for your score?")


async def _aio_why(message: Message, state: FSMContext) -> None:
    await state.update_data(why=message.text)
    await state.set_state(_Survey.again)
    await message.answer("May we ask you again next year?")


async def _aio_again(message: Message, state: FSMContext) -> None:
    await state.update_data(again=message.text)
    await state.set_state(None)
    await message.answer("Thank you for your time!")


async def aiogram(people: int = 150) -> float:
    """Turns per second of aiogram."""
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        bot = Bot(TOKEN, session=_Session())
        dispatcher = Dispatcher(storage=_Disk(Path(folder) / "fsm.db"))
        dispatcher.message.register(_aio_score, _Survey.score, F.text)
        dispatcher.message.register(_aio_why, _Survey.why, F.text)
        dispatcher.message.register(_aio_again, _Survey.again, F.text)
        dispatcher.message.register(_aio_start)
        updates = [Update.model_validate(update, context={"bot": bot}) for update in _updates(people)]
        for update in updates[:people]:
            await dispatcher.feed_update(bot, update)
        began = time.perf_counter()
        for update in updates[people:]:
            await dispatcher.feed_update(bot, update)
        took = time.perf_counter() - began
        await dispatcher.storage.close()
    return (len(updates) - people) / took


if __name__ == "__main__":
    print(json.dumps({"python-telegram-bot": asyncio.run(ptb()), "aiogram": asyncio.run(aiogram())}))
