"""Files as Slack hands them out when something is wrong: other hosts, login pages, redirects, too many bytes."""

import contextlib

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.errors import Misconfigured, Rejected, Throttled, Unavailable
from bot.messages import File, Media
from channels.slack.channel import slack_channel
from channels.slack.client import Api
from sandbox.serving import serving
from sandbox.slack import Fault
from tests.channels.slack_line import BOT, PUBLIC, a_line, config, message

PICTURE = Media("F1", "image/png", "a.png")


class Slack:
    """files.info tells of one file, `about`; its bytes are answered by `answer`."""

    def __init__(self, answer: Response) -> None:
        self.answer = answer
        self.about = {"id": "F1", "name": "a.png", "mimetype": "image/png", "size": 3}
        self.tokens: list[str] = []

    async def info(self, request: Request) -> Response:
        here = f"{request.base_url}files-pri/T1-F1/a.png"
        return JSONResponse({"ok": True, "file": {"url_private_download": here, **self.about}})

    async def download(self, request: Request) -> Response:
        self.tokens.append(request.headers.get("authorization", ""))
        return self.answer


@contextlib.asynccontextmanager
async def slack(answer):
    """The fake, and a channel that uses it."""
    fake = Slack(answer)
    routes = [Route("/api/files.info", fake.info, methods=["GET", "POST"]), Route("/{path:path}", fake.download)]
    async with serving(Starlette(routes=routes)) as url:
        channel = slack_channel("slack", config(api_url=f"{url}/api/"), PUBLIC)
        try:
            yield fake, channel
        finally:
            await channel.close()


async def test_a_file():
    """Its bytes, with the token in the header and nowhere else."""
    async with slack(Response(b"png", media_type="image/png")) as (fake, channel):
        assert await channel.fetch(PICTURE) == File("a.png", "image/png", b"png")
        assert fake.tokens == [f"Bearer {BOT}"]


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (HTMLResponse("<html>Sign in"), Misconfigured, "files:read"),
        (RedirectResponse("https://slack.com/signin", 302), Misconfigured, "files:read"),
        (Response(status_code=403), Misconfigured, "403"),
        (Response(status_code=404), Misconfigured, "404"),
        (Response(status_code=429, headers={"retry-after": "9"}), Throttled, "slow"),
        (Response(status_code=503), Unavailable, "503"),
        (Response(b"x" * 10_000_001, media_type="image/png"), Rejected, "10 MB"),
    ],
)
async def test_what_is_no_file(answer, kind, told):
    """S13: Slack's login page says that a permission lacks; too much is not read to the end."""
    async with slack(answer) as (_, channel):
        with pytest.raises(kind, match=told):
            await channel.fetch(PICTURE)


async def test_a_web_page_that_is_one():
    """Somebody may send an HTML file."""
    async with slack(HTMLResponse("<p>")) as (fake, channel):
        fake.about |= {"mimetype": "text/html", "name": "a.html"}
        assert (await channel.fetch(PICTURE)).data == b"<p>"


@pytest.mark.parametrize(
    "about",
    [
        {"size": 10_000_001},
        {"url_private_download": None, "url_private": None},
        {"url_private_download": "https://evil.example/files-pri/T1-F1/a.png"},
        {"url_private_download": "https://files.slack.com.evil.example/a.png"},
        {"url_private_download": "https://files.slack.com@evil.example/a.png"},
        {"url_private_download": "https://files.slack.com:444/a.png"},
        {"url_private_download": "http://files.slack.com/a.png"},
        {"url_private_download": "https://slack.com/a.png"},
        {"url_private_download": "http://169.254.169.254/latest/meta-data"},
        {"url_private_download": "http://127.0.0.1:9/a.png"},
        {"url_private_download": "file:///etc/passwd"},
        {"url_private_download": "//files.slack.com/a.png"},
    ],
)
async def test_s13_the_token_goes_to_slack_only(about):
    """S13, T17: a link never chooses where we connect, nor who gets the token; too large is not even asked for."""
    async with slack(Response(b"png", media_type="image/png")) as (fake, channel):
        fake.about |= about
        with pytest.raises(Rejected):
            await channel.fetch(PICTURE)
        assert fake.tokens == []


async def test_s13_with_slack_itself_only_its_file_host():
    """The API's own host is allowed for the sandbox, not for the real one."""
    api = Api(config(api_url="https://slack.com/api/"))
    with pytest.raises(Rejected):
        await api.download(BOT, "https://slack.com/files-pri/T1-F1/a.png")
    with pytest.raises(Rejected):
        await api.upload("https://evil.example/upload", b"x")
    api._own("https://files.slack.com/files-pri/T1-F1/a.png")
    await api.close()


async def test_opening_a_conversation_is_remembered_and_never_in_doubt():
    """Files need the conversation itself: it is asked for once; a lost answer to that is just asked again."""
    async with a_line(timeout="300ms") as line:
        files = [File("a.txt", "text/plain", b"a")]
        line.sandbox.faults.plan(Fault("reset_after", path="conversations.open"))
        with pytest.raises(Unavailable):
            await line.channel.send_files(message(), files)
        await line.channel.send_files(message("one"), files)
        line.sandbox.faults.plan(Fault("error", path="conversations.open"))
        await line.channel.send_files(message("two"), files)
        assert len(line.person().shows()) == 2
