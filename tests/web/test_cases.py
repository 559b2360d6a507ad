"""Cases over the API: who may see them, what can be asked for, and acts that count once."""

import pytest

from web.shapes import CaseAct

KEY = {"authorization": "Bearer eck_all"}
ACTS = "/api/v1/cases/c1/acts"


async def test_cases_come_as_asked_for(client, inbox):
    """By desk and phases, with a limit."""
    query = {"desk": "support", "phase": ["open", "claimed"], "limit": 1}
    answer = await client.get("/api/v1/cases", params=query, headers=KEY)
    assert [case["code"] for case in answer.json()["cases"]] == ["K7Q2"]
    assert inbox.asked == [("support", ["open", "claimed"], 1)]
    assert len((await client.get("/api/v1/cases", headers=KEY)).json()["cases"]) == 2
    assert inbox.asked[1] == ("", [], 100)


@pytest.mark.parametrize("query", ["phase=closed", "phase=open&phase=", "limit=0", "limit=1001", "limit=x", "limit=²"])
async def test_wrong_questions_are_refused(client, query):
    """With the reason, as problem+json."""
    answer = await client.get(f"/api/v1/cases?{query}", headers=KEY)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_one_case(client):
    """All of it, or 404."""
    shown = (await client.get("/api/v1/cases/c1", headers=KEY)).json()
    assert (shown["case"]["id"], shown["card"]["quote"]) == ("c1", "<b>late</b>")
    assert (await client.get("/api/v1/cases/nix", headers=KEY)).status_code == 404


@pytest.mark.parametrize(
    ("body", "act"),
    [
        ({"login": "anna", "text": "Hello"}, CaseAct("anna", "Hello")),
        ({"login": "anna", "press": "claim"}, CaseAct("anna", press="claim")),
        ({"login": "a@b.de", "press": "cause:No!", "name": "A"}, CaseAct("a@b.de", press="cause:No!", name="A")),
        ({"login": "anna", "press": "retry:kc1.4.0"}, CaseAct("anna", press="retry:kc1.4.0")),
    ],
)  # fmt: skip
async def test_an_act_is_taken(client, inbox, body, act):
    """202, and where to look what came of it."""
    answer = await client.post(ACTS, json=body, headers=KEY)
    assert (answer.status_code, answer.headers["location"]) == (202, "/api/v1/cases/c1")
    assert [(case, given) for case, given, _ in inbox.acts] == [("c1", act)]


async def test_the_key_of_an_act_belongs_to_api_key_and_case(client, inbox):
    """In the header or in the body; without one, every act is another one."""
    await client.post(ACTS, json={"login": "anna", "text": "a"}, headers=KEY | {"idempotency-key": "k"})
    await client.post(ACTS, json={"login": "anna", "text": "a", "key": "k"}, headers=KEY)
    await client.post("/api/v1/cases/c0/acts", json={"login": "anna", "text": "a", "key": "k"}, headers=KEY)
    for _ in range(2):
        await client.post(ACTS, json={"login": "anna", "text": "a"}, headers=KEY)
    keys = [key for _, _, key in inbox.acts]
    assert keys[:3] == ["all:c1:k", "all:c1:k", "all:c0:k"]
    assert len(set(keys[3:])) == 2


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "Expected `object`"),
        (b'{"text": "x"}', "missing required field `login`"),
        (b'{"login": "anna"}', "either `text`"),
        (b'{"login": "anna", "text": " \\n"}', "either `text`"),
        (b'{"login": "anna", "text": "x", "press": "claim"}', "either `text`"),
        (b'{"login": "anna", "press": "explode"}', "no such button"),
        (b'{"login": "anna", "press": "cause:"}', "no such button"),
        (b'{"login": "anna", "press": "claim:1"}', "no such button"),
        (b'{"login": "", "text": "x"}', "`$.login`"),
        (b'{"login": "sms:+49", "text": "x"}', "`$.login`"),
        (b'{"login": "anna ben", "text": "x"}', "`$.login`"),
        (b'{"login": "anna\\n", "text": "x"}', "`$.login`"),
        (b'{"login": "anna", "text": "a\\u0000b"}', "U+0000"),
        (b'{"login": "anna", "text": "x", "admin": true}', "unknown field `admin`"),
        (b'{"login": "anna", "text": "' + b"x" * 10_001 + b'"}', "`$.text`"),
        (b'{"login": "anna", "text": "x", "key": "other"}', "differ"),
    ],
)
async def test_a_wrong_act_is_refused_with_the_reason(client, inbox, body, told):
    """And nothing has happened."""
    answer = await client.post(ACTS, content=body, headers=KEY | {"idempotency-key": "k"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert told in answer.json()["detail"]
    assert inbox.acts == []


async def test_a_key_that_is_too_long_and_a_case_that_there_is_not(client, inbox):
    """422 and 404."""
    act = {"login": "anna", "text": "x"}
    assert (await client.post(ACTS, json=act, headers=KEY | {"idempotency-key": "k" * 201})).status_code == 422
    assert (await client.post("/api/v1/cases/nix/acts", json=act, headers=KEY)).status_code == 404
    assert inbox.acts == []
