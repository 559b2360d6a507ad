"""Webhooks over the whole application: what is stored, and what the provider is told."""

import pytest

from commands.logs import setup

GOOD = {"x-signature": "good"}


async def test_p1_a_webhook_is_answered_after_its_event_is_committed(client, backend):
    answer = await client.post("/hooks/sms?m1", content=b"8", headers=GOOD)
    assert (answer.status_code, answer.content) == (200, b"<Response></Response>")
    assert answer.headers["content-type"] == "text/xml"
    assert [event.body.text for event in backend.accepted] == ["8"]


async def test_the_status_route_reaches_the_channel_as_such(client, backend):
    await client.post("/hooks/sms/status", content=b"8", headers=GOOD)
    assert backend.accepted[0].body.text == "8status"


@pytest.mark.parametrize(("headers", "status"), [({}, 403), ({"x-signature": "bad"}, 401)])
async def test_s1_a_forged_call_is_refused_and_nothing_is_stored(client, backend, headers, status):
    answer = await client.post("/hooks/sms", content=b"8", headers=headers)
    assert (answer.status_code, answer.content, backend.accepted) == (status, b"", [])


@pytest.mark.parametrize("path", ["/hooks/nix", "/hooks/nix/status", "/hooks/sms/else", "/hooks/", "/hooks"])
async def test_s2_a_hook_without_channel_or_secret_does_not_exist(client, path):
    assert (await client.post(path, content=b"8", headers=GOOD)).status_code == 404


async def test_p13_with_the_database_down_nothing_is_acknowledged(client, backend):
    backend.down = True
    answer = await client.post("/hooks/sms", content=b"8", headers=GOOD)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    backend.down = False
    assert (await client.post("/hooks/sms", content=b"8", headers=GOOD)).status_code == 200
    figures = (await client.get("/metrics", headers={"authorization": "Bearer eck_all"})).text
    assert 'echolot_webhooks_total{channel="sms",outcome="unavailable"} 1.0' in figures


async def test_only_post_is_taken(client, backend):
    assert (await client.get("/hooks/sms", headers=GOOD)).status_code == 405
    assert (await client.put("/hooks/sms", headers=GOOD)).status_code == 405
    assert backend.accepted == []


async def test_s36_an_unexpected_error_tells_the_caller_nothing(client):
    answer = await client.post("/hooks/sms", content=b"boom", headers=GOOD)
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "+4915112345678" not in answer.text
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


async def test_s34_the_log_of_an_unexpected_error_has_no_personal_data(client, capfd):
    setup("json")
    await client.post("/hooks/sms", content=b"boom", headers=GOOD)
    log = capfd.readouterr().err
    assert '"event": "request_failed"' in log
    assert "ValueError" in log
    assert "12345678" not in log


async def test_counts_of_webhooks_are_kept_by_outcome(client):
    await client.post("/hooks/sms", content=b"8", headers=GOOD)
    await client.post("/hooks/sms", content=b"8")
    figures = (await client.get("/metrics", headers={"authorization": "Bearer eck_all"})).text
    assert 'echolot_webhooks_total{channel="sms",outcome="accepted"} 1.0' in figures
    assert 'echolot_webhooks_total{channel="sms",outcome="forged"} 1.0' in figures
