"""The Twilio sandbox answers as Twilio does: seen through Twilio's own SDK and through plain HTTP."""

from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from sandbox.twilio import Fault, TwilioSandbox
from tests.sandbox.twilio_world import ADA, OURS, SERVICE, SID, TEMPLATE, TOKEN, Http, a_world


@pytest.fixture
async def world():
    async with a_world() as running:
        yield running


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
