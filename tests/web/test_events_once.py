"""Events through the API: each call once, whatever happens in between (P10)."""

import asyncio

from storage import idem
from tests.web.test_events import EVENT, NOW, api, clock, rows, said, send  # noqa: F401 - fixtures
from web.events import fingerprint


async def test_p10_the_same_call_has_the_same_answer(api, clock):  # noqa: F811 - a fixture
    """To the byte, for thirty days, whatever happens in between; another order of keys is the same call."""
    first = await send(api, EVENT, EVENT | {"id": "bad", "type": "?"}, key="k1")
    assert [one["status"] for one in first.json()["events"]] == ["accepted", "refused"]
    turned = dict(reversed(list(EVENT.items())))
    for later in (0, 1, idem.KEPT - 1):
        clock.now = NOW + later
        again = await send(api, turned, EVENT | {"id": "bad", "type": "?"}, key="k1")
        assert (again.status_code, again.content) == (200, first.content)
    clock.now = NOW + idem.KEPT
    over = await send(api, EVENT, EVENT | {"id": "bad", "type": "?"}, key="k1")
    assert [one["status"] for one in over.json()["events"]] == ["known", "refused"]


async def test_p10_another_body_under_the_same_key_is_refused(api):  # noqa: F811 - a fixture
    """And has no effect; another caller's key is another key."""
    await said(api, EVENT, key="k1")
    other = await send(api, EVENT | {"id": "t-2"}, key="k1")
    assert (other.status_code, other.json()["title"]) == (422, "Another call had this key")
    assert await rows(api, "SELECT count(*) FROM happening") == [(1,)]
    theirs = await send(api, EVENT | {"id": "t-2"}, key="k1", authorization="Bearer eck_shop")
    assert theirs.json()["events"][0]["status"] == "accepted"


async def test_p10_calls_at_the_same_time_are_one_call(api):  # noqa: F811 - a fixture
    """One is carried out; the others get its answer, or 409 and when to come back."""
    answers = await asyncio.gather(*(send(api, EVENT, key="k1") for _ in range(12)))
    done = {answer.content for answer in answers if answer.status_code == 200}
    assert len(done) == 1
    assert b'"accepted"' in done.pop()
    for answer in answers:
        assert answer.status_code in (200, 409)
        assert answer.status_code == 200 or int(answer.headers["retry-after"]) > 0
    assert await rows(api, "SELECT count(*) FROM decision") == [(1,)]


async def test_p10_a_call_that_is_running_says_so(api):  # noqa: F811 - a fixture
    """409 with Retry-After, for the same body; 422 for another one."""
    await api.store.run(lambda: idem.claim("events:crm", "k1", fingerprint([EVENT]), NOW))
    answer = await send(api, EVENT, key="k1")
    assert (answer.status_code, answer.headers["retry-after"]) == (409, "2")
    assert (await send(api, EVENT | {"id": "t-2"}, key="k1")).status_code == 422
    assert await rows(api, "SELECT count(*) FROM happening") == [(0,)]


async def test_p10_a_call_that_fell_over_is_carried_out_when_it_comes_again(api, clock):  # noqa: F811 - a fixture
    """After the claim: the process was killed, and nothing of it is there."""
    await api.store.run(lambda: idem.claim("events:crm", "k1", fingerprint([EVENT]), NOW))
    clock.now = NOW + idem.LEASE
    assert [one["status"] for one in await said(api, EVENT, key="k1")] == ["accepted"]
    assert [one["status"] for one in await said(api, EVENT, key="k1")] == ["accepted"]


async def test_p10_a_call_that_failed_may_come_again_at_once(api, monkeypatch):  # noqa: F811 - a fixture
    """500 leaves neither an effect nor a claim."""
    monkeypatch.setattr("commands.events.candidates", lambda *_: 1 / 0)
    assert (await send(api, EVENT, key="k1")).status_code == 500
    monkeypatch.undo()
    assert await rows(api, "SELECT count(*) FROM happening") == [(0,)]
    assert [one["status"] for one in await said(api, EVENT, key="k1")] == ["accepted"]
