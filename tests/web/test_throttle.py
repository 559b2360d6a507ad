"""How often somebody may try, and who it is that tries (S17, S33)."""

import asyncio
from ipaddress import ip_network

import httpx
import pytest
from starlette.requests import Request

from web import throttle
from web.keys import Key, Keyring, digest
from web.problems import Refused
from web.throttle import AT_ONCE, FREE, LONGEST, Misses, Pace, caller

PROXIES = (ip_network("10.0.0.5"), ip_network("10.1.0.0/16"))


def waits(misses, account="a", who="x"):
    """How many seconds they have to wait."""
    try:
        misses.check(account, who)
    except Refused as refused:
        return int(refused.headers["retry-after"])
    return 0


def test_s17_each_further_miss_doubles_the_wait():
    """Up to a quarter of an hour."""
    now = [0]
    misses, seen = Misses(lambda: now[0]), []
    for _ in range(FREE + 6):
        misses.missed("a", "x")
        seen.append(waits(misses))
        now[0] += seen[-1] * 1000
        assert waits(misses) == 0
    assert seen == [0] * (FREE - 1) + [60, 120, 240, 480, 900, 900, 900]
    assert waits(misses, "a", "y") == waits(misses, "b", "x") == 0


def test_s17_what_lies_back_is_forgotten():
    """A miss now and then costs nobody anything."""
    now = [0]
    misses = Misses(lambda: now[0])
    for _ in range(50):
        misses.missed("a", "x")
        now[0] += throttle.WINDOW + 1
        assert waits(misses) == 0
    for _ in range(FREE):
        misses.missed("a", "x")
    now[0] += LONGEST + 1
    misses.missed("a", "x")
    assert waits(misses) == 0
    for _ in range(FREE):
        misses.missed("a", "x")
    misses.hit("a", "x")
    assert waits(misses) == 0


def test_s17_many_names_take_no_more_memory_than_some(monkeypatch):
    """The oldest go first."""
    monkeypatch.setattr(throttle, "MOST", 10)
    misses = Misses(lambda: 0)
    for _ in range(FREE):
        misses.missed("a", "x")
    for n in range(9):
        misses.missed(f"n{n}", "x")
    assert waits(misses) == 60
    misses.missed("n9", "x")
    assert waits(misses) == 0
    assert len(misses._known) == 10


def test_s33_a_key_may_call_so_often():
    """Then it waits for as long as one call takes to come back; others do not."""
    now = [0]
    pace = Pace(60, lambda: now[0])
    for _ in range(60):
        pace.take("a")
    with pytest.raises(Refused) as refused:
        pace.take("a")
    assert (refused.value.status, refused.value.headers) == (429, {"retry-after": "1"})
    pace.take("b")
    now[0] += 1000
    pace.take("a")
    with pytest.raises(Refused):
        pace.take("a")
    now[0] += 3_600_000
    for _ in range(60):
        pace.take("a")
    with pytest.raises(Refused):
        pace.take("a")


def test_s33_without_a_limit_there_is_none():
    """As in the settings."""
    pace = Pace(0, lambda: 0)
    for _ in range(1000):
        pace.take("a")


def test_s33_a_keyring_counts_for_each_key():
    """What a key may not do does not count, and neither do those that are none."""
    keys = [Key(name, digest(name), frozenset({"read"})) for name in ("a", "b")]
    keyring = Keyring(keys, lambda: 0, 2)

    def call(name, scope="read"):
        headers = [(b"authorization", f"Bearer {name}".encode())]
        try:
            keyring.check(Request({"type": "http", "headers": headers}), scope)
        except Refused as refused:
            return refused.status
        return 200

    assert [call("a", "invite") for _ in range(3)] == [403] * 3
    assert [call("nix") for _ in range(3)] == [401] * 3
    assert [call("a") for _ in range(3)] == [200, 200, 429]
    assert call("b") == 200


@pytest.mark.parametrize(
    ("peer", "told", "is_"),
    [
        ("9.9.9.9", "", "9.9.9.9"),
        ("9.9.9.9", "1.1.1.1", "9.9.9.9"),
        ("10.0.0.5", "1.1.1.1", "1.1.1.1"),
        ("10.0.0.5", "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        ("10.0.0.5", "6.6.6.6, 1.1.1.1, 10.1.2.3", "1.1.1.1"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "garbage", "garbage"),
        ("10.0.0.6", "1.1.1.1", "10.0.0.6"),
    ],
)
def test_s33_only_our_own_proxies_are_believed(peer, told, is_):
    """And of what they say only the last hop that is not ours."""
    headers = [(b"x-forwarded-for", told.encode())] if told else []
    request = Request({"type": "http", "client": (peer, 1), "headers": headers})
    assert caller(request, PROXIES) == is_


def test_without_a_connection_there_is_no_address():
    """As in some tests."""
    assert caller(Request({"type": "http", "headers": []}), PROXIES) == ""


async def test_s33_one_caller_holds_so_many_webhooks_at_once(client, app, backend):
    """Before a body is read or a signature looked at; the answer is one after which providers try again."""
    held = asyncio.Event()

    async def slowly():
        yield b"8"
        await held.wait()

    good = {"x-signature": "good"}
    waiting = [asyncio.create_task(client.post("/hooks/sms", content=slowly(), headers=good)) for _ in range(AT_ONCE)]
    await asyncio.sleep(0.5)
    refused = await client.post("/hooks/sms", content=b"9", headers=good)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert (await client.post("/hooks/sms/status", content=b"9", headers=good)).status_code == 503
    transport = httpx.ASGITransport(app, client=("10.0.0.10", 1))
    async with httpx.AsyncClient(transport=transport, base_url="https://nps.example.com") as other:
        assert (await other.post("/hooks/sms", content=b"7", headers=good)).status_code == 200
    held.set()
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}
    assert (await client.post("/hooks/sms", content=b"9", headers=good)).status_code == 200
    assert len(backend.accepted) == AT_ONCE + 2


async def test_s33_who_was_refused_or_failed_takes_no_place(client):
    """Forged calls are counted while they last, and not after."""
    for _ in range(AT_ONCE + 5):
        assert (await client.post("/hooks/sms", content=b"9")).status_code in (401, 403)


def test_s33_many_addresses_take_no_more_memory_than_some(monkeypatch):
    """The oldest go first."""
    monkeypatch.setattr(throttle, "MOST", 3)
    pace = Pace(1, lambda: 0, "This address")
    for n in range(5):
        pace.take(str(n))
    assert set(pace._left) == {"2", "3", "4"}
    with pytest.raises(Refused, match="Too many calls"):
        pace.take("4")
