"""People at the Twilio sandbox: what they write reaches hooks, with files, keywords and retries; phones to look at."""

import asyncio

import aiohttp
import pytest
from twilio.request_validator import RequestValidator

from tests.sandbox.twilio_world import ADA, OURS, SERVICE, SHORT, SID, TOKEN, a_world


@pytest.fixture
async def world():
    async with a_world() as running:
        yield running


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
