"""Files and installations in the Slack sandbox: uploads in three steps, downloads, the OAuth pages."""

from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.sandbox.slack_world import opened


@pytest.fixture
async def world():
    async with opened() as one:
        yield one


async def test_upload(world):
    """The SDK's upload shares the file; the answer does not tell the ts, the event and files.info do."""
    root = await world.client.chat_postMessage(channel="C1", text="root")
    done = await world.client.files_upload_v2(
        channel="C1", content="hello", filename="a.txt", thread_ts=root["ts"], initial_comment="from Ada"
    )
    assert "ts" not in str(done["files"])
    await world.sandbox.settled()
    [shared] = world.told("file_share")
    assert (shared["thread_ts"], shared["text"], shared["files"][0]["name"]) == (root["ts"], "from Ada", "a.txt")
    info = (await world.client.files_info(file=done["files"][0]["id"]))["file"]
    assert info["shares"]["public"]["C1"][0]["ts"] == shared["ts"]
    again = {"files": [{"id": info["id"]}], "channel_id": "C1"}
    assert await world.refused("files.completeUploadExternal", **again) == "file_not_found"


async def test_an_upload_has_the_length_that_was_told(world):
    """Other lengths are refused, and so is a file without bytes."""
    told = await world.client.files_getUploadURLExternal(filename="a.txt", length=5)
    async with aiohttp.ClientSession() as http, http.post(told["upload_url"], data=b"123") as answer:
        assert answer.status == 400
    files = [{"id": told["file_id"]}]
    assert await world.refused("files.completeUploadExternal", files=files, channel_id="C1") == "file_not_found"
    async with aiohttp.ClientSession() as http, http.post(told["upload_url"], data=b"12345") as answer:
        assert await answer.text() == "OK - 5"
    for channel, error in (("C9", "channel_not_found"), ("C2", "not_in_channel"), ("C3", "is_archived")):
        assert await world.refused("files.completeUploadExternal", files=files, channel_id=channel) == error


async def test_download(world):
    """Bytes with the team's token and files:read; a login page otherwise, with status 200."""
    await world.ada.uploads(b"\x89PNG", "a.png")
    url = world.told("file_share")[0]["files"][0]["url_private_download"]

    async def get(token):
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http, http.get(url) as answer:
            return answer.status, answer.content_type, await answer.read()

    assert await get("xoxb-1") == (200, "image/png", b"\x89PNG")
    for token in ("xoxb-2", "xoxb-9"):
        assert (await get(token))[:2] == (200, "text/html")
    world.acme.team.scopes -= {"files:read"}
    assert (await get("xoxb-1"))[1] == "text/html"


async def _authorize(world, **query):
    given = {
        "client_id": "1.1",
        "scope": "chat:write,im:history",
        "state": "s1",
        "redirect_uri": "https://e.example/cb",
    }
    async with (
        aiohttp.ClientSession(world.url) as http,
        http.get("/oauth/v2/authorize", params=given | query, allow_redirects=False) as answer,
    ):
        return answer.status, parse_qs(urlsplit(answer.headers.get("location", "")).query)


async def test_install(world):
    """The page gives a code and the state back; the code is good once, with the app's secret and for its redirect."""
    app = {"client_id": "1.1", "client_secret": "client secret"}
    assert (await _authorize(world, client_id="9.9"))[0] == 400
    assert (await _authorize(world, deny="1"))[1] == {"error": ["access_denied"], "state": ["s1"]}
    _, query = await _authorize(world, team="T2", user="U1")
    assert query["state"] == ["s1"]
    [code] = query["code"]
    plain = {"code": code, "redirect_uri": "https://e.example/cb"}
    wrong = plain | app | {"client_secret": "x"}
    assert await world.refused("oauth.v2.access", **wrong) == "bad_client_secret"
    told = await world.client.oauth_v2_access(**app, **plain)
    assert (told["team"]["id"], told["access_token"], told["bot_user_id"]) == ("T2", "xoxb-2", "U2BOT")
    assert (told["scope"], told["authed_user"]["id"]) == ("chat:write,im:history", "U1")
    assert await world.refused("oauth.v2.access", **app, **plain) == "code_already_used"
    _, query = await _authorize(world)
    elsewhere = app | {"code": query["code"][0], "redirect_uri": "https://evil.example"}
    assert await world.refused("oauth.v2.access", **elsewhere) == "bad_redirect_uri"
    _, query = await _authorize(world)
    world.clock.now += 601
    assert await world.refused("oauth.v2.access", **app, code=query["code"][0]) == "invalid_code"


async def test_install_again(world):
    """After the app was removed, an installation brings a new token; the old one stays dead."""
    await world.acme.uninstalls()
    assert await world.refused("auth.test") == "account_inactive"
    _, query = await _authorize(world, team="T1")
    told = await world.client.oauth_v2_access(
        client_id="1.1", client_secret="client secret", code=query["code"][0], redirect_uri="https://e.example/cb"
    )
    assert told["access_token"] != "xoxb-1"
    assert (await world.client_of(told["access_token"]).auth_test())["team_id"] == "T1"
    assert await world.refused("auth.test") == "account_inactive"
