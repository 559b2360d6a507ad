"""The Twilio sandbox answers as Twilio does: seen through Twilio's own SDK and through plain HTTP."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from sandbox.serving import serving
from sandbox.twilio import Account, Fault, TwilioSandbox

SID, TOKEN = "AC" + "1" * 32, "sandbox token"
OURS, SHORT, ADA = "+4930111", "12345", "+49170123456"
SERVICE = "MG" + "1" * 32
TEMPLATE = "HX" + "a" * 32


class Http(TwilioHttpClient):
    """The SDK's synchronous client at another host; the sandbox must please this one as well."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base

    def request(self, method, url, *rest, **more):
        return super().request(method, url.replace("https://api.twilio.com", self._base), *rest, **more)


class World:
    """A sandbox that is served, its SDK client, and a hook that notes what it is told."""

    def __init__(self, sandbox: TwilioSandbox, url: str, hook: str) -> None:
        self.sandbox, self.url, self.hook = sandbox, url, hook
        self.client = Client(SID, TOKEN, http_client=Http(url))
        self.calls: list[tuple[str, dict[str, str], dict[str, str]]] = []
        self.statuses: list[int] = []

    async def sdk(self, work):
        """Run a blocking SDK call beside the loop that serves it."""
        return await asyncio.to_thread(work)

    async def refused(self, **fields) -> tuple[int, int]:
        """HTTP status and code of a refused create."""
        with pytest.raises(TwilioRestException) as caught:
            await self.sdk(lambda: self.client.messages.create(**({"to": ADA, "from_": OURS, "body": "x"} | fields)))
        return caught.value.status, caught.value.code


@pytest.fixture
async def world():
    worlds: list[World] = []

    async def hook(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        worlds[0].calls.append((str(request.url), form, dict(request.headers)))
        status = worlds[0].statuses.pop(0) if worlds[0].statuses else 200
        return Response("<Response></Response>", status, media_type="text/xml")

    async with serving(Starlette(routes=[Route("/{path:path}", hook, methods=["POST"])])) as hooks:
        account = Account(
            SID,
            TOKEN,
            {OURS: f"{hooks}/sms?a=1", SHORT: f"{hooks}/short", "+4930222": f"{hooks}/pool", f"whatsapp:{OURS}": ""},
            services={SERVICE: ("+4930222",), "MG" + "0" * 32: ()},
            advanced_opt_out=frozenset({SERVICE}),
            templates={TEMPLATE: "Hi {{1}}"},
        )
        sandbox = TwilioSandbox([account])
        async with serving(sandbox) as url:
            worlds.append(World(sandbox, url, hooks))
            yield worlds[0]
        await sandbox.close()


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"to": "12"}, 400, 21211),
        ({"to": "+15005550001"}, 400, 21211),
        ({"to": "+15005550002"}, 400, 21612),
        ({"to": "+15005550003"}, 400, 21408),
        ({"to": "+15005550004"}, 400, 21610),
        ({"to": "+15005550009"}, 400, 21614),
        ({"to": "+4930111", "from_": "+4930111"}, 400, 21266),
        ({"from_": "+4930999"}, 400, 21606),
        ({"from_": "+15005550001"}, 400, 21212),
        ({"from_": "+15005550007"}, 400, 21606),
        ({"from_": "+15005550008"}, 400, 21611),
        ({"from_": ""}, 400, 21603),
        ({"from_": f"whatsapp:{OURS}"}, 400, 63007),
        ({"to": f"whatsapp:{ADA}"}, 400, 63007),
        ({"from_": None, "messaging_service_sid": "MG" + "9" * 32}, 400, 21701),
        ({"from_": None, "messaging_service_sid": "MG" + "0" * 32}, 400, 21703),
        ({"messaging_service_sid": SERVICE}, 400, 21712),
        ({"body": ""}, 400, 21602),
        ({"body": "x" * 1601}, 400, 21617),
        ({"validity_period": 0}, 400, 20001),
        ({"validity_period": 36_001}, 400, 20001),
        ({"status_callback": "not a URL"}, 400, 21609),
        ({"status_callback": "https://a_b.example/x"}, 400, 21609),
        ({"content_sid": "HX" + "0" * 32}, 400, 21655),
        ({"content_sid": TEMPLATE}, 400, 21656),
        ({"content_sid": TEMPLATE, "content_variables": "no JSON"}, 400, 21656),
        ({"content_variables": "{}"}, 400, 21654),
    ],
)
async def test_refusals(world, fields, status, code):
    """What Twilio refuses, with its number."""
    assert await world.refused(**fields) == (status, code)
    assert not world.sandbox.network.messages


async def test_wrong_keys_are_refused(world):
    """401 and 20003 for a wrong token, another account, no header or nonsense in it."""
    world.client = Client(SID, "wrong", http_client=Http(world.url))
    assert await world.refused() == (401, 20003)
    world.client = Client("AC" + "2" * 32, TOKEN, http_client=Http(world.url))
    assert await world.refused() == (401, 20003)
    async with aiohttp.ClientSession() as http:
        for headers in ({}, {"Authorization": "Basic %%%"}, {"Authorization": "Bearer x"}):
            async with http.post(f"{world.url}/2010-04-01/Accounts/{SID}/Messages.json", headers=headers) as answer:
                assert answer.status == 401


async def test_life_of_a_message(world):
    """Queued, sent, delivered; two signed callbacks; both the list and the resource show the last state."""
    callback = f"{world.hook}/status?o=k%2F1.x"
    created = await world.sdk(
        lambda: world.client.messages.create(to=ADA, from_=OURS, body="Größe €" * 40, status_callback=callback)
    )
    assert (created.status, created.direction, created.num_segments, created.date_sent) == (
        "queued", "outbound-api", "3", None,
    )  # fmt: skip
    await world.sandbox.network.settled()
    assert [call[1]["MessageStatus"] for call in world.calls] == ["sent", "delivered"]
    for url, form, headers in world.calls:
        assert url == callback
        assert RequestValidator(TOKEN).validate(url, form, headers["x-twilio-signature"])
    fetched = await world.sdk(lambda: world.client.messages(created.sid).fetch())
    assert (fetched.status, fetched.from_, fetched.error_code) == ("delivered", OURS, None)
    assert fetched.date_sent is not None


async def test_messaging_service(world):
    """A service starts with `accepted` and without a sender, and picks one from its pool."""
    created = await world.sdk(
        lambda: world.client.messages.create(
            to=ADA, messaging_service_sid=SERVICE, body="x", status_callback=f"{world.hook}/cb"
        )
    )
    assert (created.status, created.from_) == ("accepted", None)
    await world.sandbox.network.settled()
    assert [call[1]["MessageStatus"] for call in world.calls] == ["queued", "sent", "delivered"]
    assert (await world.sdk(lambda: world.client.messages(created.sid).fetch())).from_ == "+4930222"


async def test_list_pages_and_filters(world):
    """The SDK walks the pages; To, From and DateSent narrow; queued messages have no DateSent."""
    network = world.sandbox.network
    account = network.accounts[SID]
    for number in range(120):
        network.create(account, {"To": ADA if number % 2 else "+49170999999", "From": OURS, "Body": str(number)})
    await network.settled()
    everything = await world.sdk(lambda: world.client.messages.list(page_size=50))
    assert [one.body for one in everything] == [str(number) for number in reversed(range(120))]
    mine = await world.sdk(lambda: world.client.messages.list(to=ADA, limit=7))
    assert [one.body for one in mine] == ["119", "117", "115", "113", "111", "109", "107"]
    assert await world.sdk(lambda: world.client.messages.list(from_="+4930222")) == []
    now = datetime.now(UTC)
    day = now.strftime("%Y-%m-%d")
    filters = [
        ({"date_sent_after": now - timedelta(minutes=5)}, 120),
        ({"date_sent_after": now + timedelta(minutes=5)}, 0),
        ({"date_sent_before": now + timedelta(minutes=5)}, 120),
        ({"date_sent": day}, 120),
        ({"date_sent": "2020-01-01"}, 0),
    ]
    for given, count in filters:
        assert len(await world.sdk(lambda given=given: world.client.messages.list(**given))) == count
    network.pace = 60
    network.create(account, {"To": ADA, "From": OURS, "Body": "queued"})
    assert len(await world.sdk(lambda: world.client.messages.list(date_sent=day))) == 120
    with pytest.raises(TwilioException):
        await world.sdk(lambda: world.client.messages.list(date_sent="yesterday"))


async def test_delete(world):
    """A deleted message is gone for everyone; a missing one is 404 and 20404."""
    created = await world.sdk(lambda: world.client.messages.create(to=ADA, from_=OURS, body="x"))
    assert await world.sdk(lambda: world.client.messages(created.sid).delete())
    with pytest.raises(TwilioRestException) as caught:
        await world.sdk(lambda: world.client.messages(created.sid).fetch())
    assert (caught.value.status, caught.value.code) == (404, 20404)
    assert world.sandbox.phone(ADA).shows() == []


async def test_inbound(world):
    """What a phone sends reaches the hook signed, blank parameters included, and is listed."""
    outcome = await world.sandbox.phone(ADA).text("8 & mehr = ü")
    assert (outcome.status, outcome.attempts, outcome.alert) == (200, 1, 0)
    [(url, form, headers)] = world.calls
    assert RequestValidator(TOKEN).validate(url, form, headers["x-twilio-signature"])
    assert (form["Body"], form["FromCity"], form["AccountSid"]) == ("8 & mehr = ü", "", SID)
    assert "i-twilio-idempotency-token" in headers
    [record] = await world.sdk(lambda: world.client.messages.list(to=OURS))
    assert (record.direction, record.status, record.sid) == ("inbound", "received", form["MessageSid"])


async def test_media(world):
    """Inbound media is listed, downloaded with the account's key only, and deleted."""
    world.sandbox.network.url = world.url
    await world.sandbox.phone(ADA).text("", OURS, media=[("image/png", b"\x89PNG")])
    form = world.calls[0][1]
    [entry] = await world.sdk(world.client.messages(form["MessageSid"]).media.list)
    assert (form["NumMedia"], form["MediaContentType0"], entry.content_type) == ("1", "image/png", "image/png")
    async with aiohttp.ClientSession() as http:
        async with http.get(form["MediaUrl0"]) as answer:
            assert answer.status == 401
        headers = {"Authorization": aiohttp.encode_basic_auth(SID, TOKEN)}
        async with http.get(form["MediaUrl0"], headers=headers, allow_redirects=False) as answer:
            assert answer.status == 307
            store = answer.headers["Location"]
        async with http.get(store) as answer:
            assert (answer.content_type, await answer.read()) == ("image/png", b"\x89PNG")
        for url, more in ((store, headers), (store.partition("?")[0], {})):
            async with http.get(url, headers=more) as answer:
                assert answer.status == 400
        async with http.delete(form["MediaUrl0"], headers=headers) as answer:
            assert answer.status == 204
        async with http.get(form["MediaUrl0"], headers=headers) as answer:
            assert answer.status == 404


async def test_stop_start_help(world):
    """Twilio answers keywords on long codes and blocks; sends are refused until START; short codes are ours."""
    ada = world.sandbox.phone(ADA)
    await ada.text("stop", OURS)
    assert "OptOutType" not in world.calls[-1][1]
    assert "unsubscribed" in ada.heard()[-1]
    assert await world.refused() == (400, 21610)
    await ada.text("HELP", OURS)
    assert ada.heard()[-1].startswith("Reply STOP")
    await ada.text("yes", OURS)
    assert "re-subscribed" in ada.heard()[-1]
    before = len(ada.heard())
    await ada.text("yes", OURS)
    await ada.text("STOP", SHORT)
    assert len(ada.heard()) == before
    await world.sdk(lambda: world.client.messages.create(to=ADA, from_=SHORT, body="x"))


async def test_advanced_opt_out(world):
    """A Messaging Service with Advanced Opt-Out names the keyword, and blocks for the whole service."""
    await world.sandbox.phone(ADA).text("STOP", "+4930222")
    assert world.calls[-1][1]["OptOutType"] == "STOP"
    assert await world.refused(from_=None, messaging_service_sid=SERVICE) == (400, 21610)
    await world.sdk(lambda: world.client.messages.create(to=ADA, from_=OURS, body="another sender"))


@pytest.mark.parametrize(
    ("fragment", "statuses", "calls"),
    [("", [500, 200], 1), ("#rc=3&rp=all", [500, 503, 200], 3), ("#rc=1&rp=all", [500, 500, 200], 2)],
)
async def test_webhook_retries(world, fragment, statuses, calls):
    """No retry on 5xx unless the URL asks for it; every attempt carries the same idempotency token."""
    account = world.sandbox.network.accounts[SID]
    account.hooks[OURS] = f"{world.hook}/sms{fragment}"
    world.statuses = statuses
    outcome = await world.sandbox.phone(ADA).text("8", OURS)
    assert (len(world.calls), outcome.attempts) == (calls, calls)
    assert len({call[2]["i-twilio-idempotency-token"] for call in world.calls}) == 1
    assert bool(world.sandbox.network.alerts) == (outcome.status != 200)


async def test_webhook_that_nobody_answers(world):
    """A refused connection is tried twice, noted in the debugger, and the message stays in the list."""
    world.sandbox.network.accounts[SID].hooks[OURS] = "http://127.0.0.1:9/sms"
    outcome = await world.sandbox.phone(ADA).text("8", OURS)
    assert (outcome.status, outcome.attempts) == (0, 2)
    assert world.sandbox.network.alerts == [(11200, "http://127.0.0.1:9/sms")]
    assert len(await world.sdk(lambda: world.client.messages.list(to=OURS))) == 1


async def test_steering_over_http(world):
    """Faults and phones over HTTP, as the demo and tests in other processes use them."""
    async with aiohttp.ClientSession(world.url) as http:
        async with http.post("/sandbox/faults", json=[{"kind": "throttle", "after": 7, "times": 2}]) as answer:
            assert (await answer.json())[0]["times"] == 2
        assert await world.refused() == (429, 20429)
        async with http.get("/sandbox/faults") as answer:
            assert (await answer.json())[0]["times"] == 1
        async with http.delete("/sandbox/faults") as answer:
            assert await answer.json() == []
        for wrong in ([{"kind": "earthquake"}], [{"kind": "half", "wen": 1}], {"kind": "half"}):
            async with http.post("/sandbox/faults", json=wrong) as answer:
                assert answer.status == 422
        phone = f"/sandbox/phones/{ADA}"
        async with http.get(phone) as answer:
            seen = (await answer.json())["version"]
        waiting = asyncio.create_task(_json(http, f"{phone}?after={seen}"))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        async with http.post(phone, json={"text": "8", "to": OURS}) as answer:
            assert await answer.json() == {"webhook": 200, "attempts": 1}
        shown = await waiting
        assert shown["version"] > seen
        assert [(one["side"], one["text"], one["with"]) for one in shown["messages"]] == [("me", "8", OURS)]
        for wrong in ({"text": "8", "to": "+1"}, {"txt": "8"}):
            async with http.post(phone, json=wrong) as answer:
                assert answer.status == 422
        assert (await _json(http, f"{phone}?after=999&wait=0.01"))["version"] == shown["version"]


async def _json(http, url):
    async with http.get(url) as answer:
        return await answer.json()


async def test_phone_waits(world):
    """A phone can be waited on; by default it answers whoever wrote last."""
    ada = world.sandbox.phone(ADA)
    task = asyncio.create_task(ada.hears(1))
    await world.sdk(lambda: world.client.messages.create(to=ADA, from_=SHORT, body="hello"))
    assert await task == ["hello"]
    await ada.text("hi")
    assert world.calls[-1][1]["To"] == SHORT
    with pytest.raises(TimeoutError):
        await ada.hears(2, seconds=0.05)


async def test_faults_match_method_and_path(world):
    """A fault waits for the request it is meant for."""
    world.sandbox.faults.plan(Fault("error", status=503, method="DELETE"), Fault("error", path="/Media"))
    created = await world.sdk(lambda: world.client.messages.create(to=ADA, from_=OURS, body="x"))
    with pytest.raises(TwilioRestException) as caught:
        await world.sdk(lambda: world.client.messages(created.sid).delete())
    assert caught.value.status == 503
    assert [fault.path for fault in world.sandbox.faults.planned] == ["/Media"]
    assert await world.sdk(lambda: world.client.messages(created.sid).delete())


async def test_faults_elsewhere_than_uvicorn():
    """A server that does not hand out its transport fails loudly instead of pretending."""
    sandbox = TwilioSandbox([])
    sandbox.faults.plan(Fault("reset_before"))
    scope = {"type": "http", "method": "POST", "path": "/2010-04-01/Accounts/AC1/Messages.json"}

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message):
        """Nobody listens."""

    with pytest.raises(ConnectionAbortedError):
        await sandbox(scope, receive, send)
