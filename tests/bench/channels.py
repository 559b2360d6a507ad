"""Per channel, what a webhook costs: verify, parse, accept; beside the bare minimum, and the provider's own SDK.

The minimum: one HMAC (Telegram: a comparison), json or urllib on the body, and the statements that the product sent to
the database, in the same batches on the bare driver. The SDKs verify and parse, too, but store nothing.
"""

import asyncio
import hmac
import json
import shutil
import tempfile
import time
from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import uvloop
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from telegram import Bot, Update
from twilio.request_validator import RequestValidator

from bot.messages import WebRequest
from bot.runtime.intake import Intake
from channels.slack.channel import slack_channel
from channels.telegram.channel import SECRET_HEADER, TelegramChannel
from channels.twilio.channel import TwilioChannel
from storage import migrate
from storage.sqlite import SqliteStore
from tests.bench import survey
from tests.bench.durable import Log, Recorder, _limit, now
from tests.bench.table import Row
from tests.channels import slack_line, telegram_line, twilio_line

AT_ONCE = 64  # webhooks that are waiting for the same commit
HOOK = f"{twilio_line.PUBLIC}/hooks/sms"


class Side(NamedTuple):
    """One channel: ours, a webhook of somebody, the bare minimum for one, and the SDK's own way for many."""

    name: str
    channel: Any
    webhook: Callable[[int], WebRequest]
    bare: Callable[[WebRequest], Any]
    sdk: str
    peer: Callable[[Sequence[WebRequest]], Awaitable[Any]]


def _form(person: int) -> WebRequest:
    sid = f"SM{person:032x}"
    places = (f"{side}{what}" for side in ("From", "To") for what in ("City", "State", "Zip", "Country"))
    form = dict.fromkeys(places, "") | {
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "SmsSid": sid,
        "SmsStatus": "received",
        "Body": survey.text(1, person),
        "To": twilio_line.NUMBER,
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": twilio_line.ACCOUNT,
        "From": survey.address(person).chat,
        "ApiVersion": "2010-04-01",
    }
    return twilio_line.signed(form)


def _bare_form(call: WebRequest) -> Any:
    form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
    signed = HOOK + "".join(name + form[name] for name in sorted(form))
    expected = b64encode(hmac.digest(twilio_line.TOKEN.encode(), signed.encode(), sha1))
    return hmac.compare_digest(expected, call.headers["x-twilio-signature"].encode())


async def _validator(calls: Sequence[WebRequest]) -> None:
    validator = RequestValidator(twilio_line.TOKEN)
    for call in calls:
        form = dict(parse_qsl(call.body.decode(), keep_blank_values=True))
        if not validator.validate(HOOK, form, call.headers["x-twilio-signature"]):
            raise AssertionError("Twilio's SDK does not take our webhooks")


def _update(person: int) -> WebRequest:
    somebody = {"id": 10_000 + person, "is_bot": False, "first_name": "P", "language_code": "en"}
    chat = {"id": 10_000 + person, "type": "private", "first_name": "P"}
    message = {"message_id": 7, "date": 1_795_000_000, "from": somebody, "chat": chat, "text": survey.text(1, person)}
    return telegram_line.call({"update_id": 1_000_000 + person, "message": message})


def _bare_update(call: WebRequest) -> Any:
    hmac.compare_digest(call.headers[SECRET_HEADER].encode(), telegram_line.SECRET.encode())
    return json.loads(call.body)


async def _de_json(calls: Sequence[WebRequest]) -> None:
    bot = Bot(telegram_line.TOKEN)
    for call in calls:
        Update.de_json(json.loads(call.body), bot)


def _event(person: int) -> WebRequest:
    user, ts = f"U{person:06d}", f"1795000000.{person:06d}"
    event = {
        "type": "message",
        "user": user,
        "text": survey.text(1, person),
        "ts": ts,
        "team": "T1",
        "channel": f"D{person:06d}",
        "event_ts": ts,
        "channel_type": "im",
    }
    bot = {"enterprise_id": None, "team_id": "T1", "user_id": "U1BOT", "is_bot": True, "is_enterprise_install": False}
    sent = {
        "token": "x",
        "team_id": "T1",
        "api_app_id": "A1",
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{person:08d}",
        "event_time": 1_795_000_000,
        "authorizations": [bot],
        "is_ext_shared_channel": False,
    }
    return slack_line.signed(sent, now=now())


def _bare_event(call: WebRequest) -> Any:
    signed = b"v0:" + call.headers["x-slack-request-timestamp"].encode() + b":" + call.body
    expected = hmac.digest(slack_line.SECRET.encode(), signed, sha256)
    hmac.compare_digest(expected, bytes.fromhex(call.headers["x-slack-signature"][3:]))
    return json.loads(call.body)


async def _bolt(calls: Sequence[WebRequest]) -> None:
    heard: list[Any] = []

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token=slack_line.BOT, bot_user_id="U1BOT")

    app = AsyncApp(signing_secret=slack_line.SECRET, authorize=authorize)

    @app.event("message")
    async def _hear(event: dict[str, Any]) -> None:
        heard.append(event)

    for call in calls:
        answer = await app.async_dispatch(AsyncBoltRequest(body=call.body.decode(), headers=call.headers))
        if answer.status != 200:
            raise AssertionError(f"Bolt answers {answer.status}")
    while len(heard) < len(calls):  # noqa: ASYNC110  # its listeners run behind the answer
        await asyncio.sleep(0)


def sides() -> list[Side]:
    """All channels."""
    tg = TelegramChannel("tg", telegram_line.config(), telegram_line.PUBLIC, now)
    sms = TwilioChannel("sms", twilio_line.config(), twilio_line.PUBLIC, now)
    slack = slack_channel("slack", slack_line.config(), slack_line.PUBLIC, now)
    return [
        Side("Twilio", sms, _form, _bare_form, "its RequestValidator", _validator),
        Side("Telegram", tg, _update, _bare_update, "json and Update.de_json", _de_json),
        Side("Slack", slack, _event, _bare_event, "Bolt's dispatch", _bolt),
    ]


def run(webhooks: int = 3200, rounds: int = 5) -> list[Row]:
    """For each channel rounds of ours, the minimum and the SDK in turn; µs per webhook."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        template = Path(name) / "template.db"
        asyncio.run(migrate.upgrade(f"sqlite:///{template}"))
        for side in sides():
            calls = [side.webhook(number) for number in range(webhooks)]
            figures = [_round(side, calls, template) for _ in range(rounds + 1)][1:]  # the first loads the SDKs
            accepted, least, received, theirs = zip(*figures, strict=True)
            ours, limit = sorted(zip(accepted, least, strict=True), key=lambda pair: pair[0] / pair[1])[rounds // 2]
            rows.append(
                Row(f"{side.name} webhook: verify, parse, accept", ours, "µs", "bare check, parse, INSERT", limit)
            )
            ours, sdk = sorted(zip(received, theirs, strict=True), key=lambda pair: pair[0] / pair[1])[rounds // 2]
            rows.append(Row("  verify and parse alone", ours, "µs", side.sdk, sdk))
    return rows


def _round(side: Side, calls: Sequence[WebRequest], template: Path) -> tuple[float, float, float, float]:
    """µs per webhook: ours, the minimum, ours without accepting, the SDK's."""
    files = [Path(shutil.copy(template, template.with_name(f"{name}.db"))) for name in ("ours", "bare")]
    accepted, log = uvloop.run(_accepted(side, calls, files[0]))
    began = time.perf_counter()
    for call in calls:
        side.bare(call)
    least = time.perf_counter() - began + _limit(files[1], log)
    received = uvloop.run(_timed(_received(side, calls)))
    theirs = uvloop.run(_timed(side.peer(calls)))
    for file in files:
        for each in template.parent.glob(f"{file.name}*"):
            each.unlink()
    return tuple(seconds * 1e6 / len(calls) for seconds in (accepted, least, received, theirs))  # type: ignore[return-value]  # four


async def _timed(work: Awaitable[Any]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began


async def _received(side: Side, calls: Sequence[WebRequest]) -> None:
    for call in calls:
        await side.channel.receive(call)


async def _accepted(side: Side, calls: Sequence[WebRequest], path: Path) -> tuple[float, Log]:
    """Seconds, and what the database was asked."""
    store = await SqliteStore.open(path)
    recorder = Recorder(store._writer)
    store._writer = recorder  # type: ignore[assignment]  # it stands in for a connection
    intake = Intake(store, now)

    async def take(call: WebRequest) -> None:
        await intake.accept((await side.channel.receive(call)).inbound)

    began = time.perf_counter()
    for start in range(0, len(calls), AT_ONCE):
        await asyncio.gather(*map(take, calls[start : start + AT_ONCE]))
    took = time.perf_counter() - began
    kept = (await store.counts())["inbox_new"]
    if kept != len(calls):
        raise AssertionError(f"{kept} of {len(calls)} webhooks were accepted")
    store._writer = recorder._connection
    await store.close()
    return took, recorder.log
