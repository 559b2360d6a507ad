"""S13: files both ways over Twilio: fetched from the account's own media only, sent by links where they arrive."""

import aiohttp
import pytest
from aiohttp import web

from bot.errors import Misconfigured, Rejected, Unavailable
from bot.messages import Address, File, Media, Outbound, Prompt, Said
from channels.twilio import download as downloads
from channels.twilio.carried import MMS, WHATSAPP_MEDIA, carried, links
from sandbox.serving import serving
from sandbox.twilio import Account, Fault
from tests.channels.twilio_line import ACCOUNT, CUSTOMER, NUMBER, TOKEN, a_line, config

OURS, THEIRS = "+15005550006", "+12125551234"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0"
LINK = "https://nps.example.com/files/abc/photo.jpg"
PHOTO = File("photo.jpg", "image/jpeg", JPEG, LINK)
OGG = File("voice.ogg", "audio/ogg", b"OggS", LINK)
MEDIA = f"Messages/MM{'1' * 32}/Media/ME{'2' * 32}"


def american(hook: str) -> Account:
    """An account with a number that MMS go out from."""
    return Account(ACCOUNT, TOKEN, {OURS: hook})


async def received(line, *media, number=NUMBER) -> list[Media]:
    """What the channel makes of a message with these files."""
    await line.sandbox.phone(CUSTOMER).text("look", number, media=media)
    [said] = line.bodies(Said)
    return list(said.media)


# --- in ------------------------------------------------------------------------------------------------------------


async def test_s13_a_file_is_fetched_without_the_key_at_the_store():
    """The stand-in's store refuses a request that brings the account's key along, as the real one does."""
    async with a_line() as line:
        found = await received(line, ("image/jpeg", JPEG), ("image/heic", b"heic"))
        files = [await line.channel.fetch(one) for one in found]
        assert [(file.mime, file.data) for file in files] == [("image/jpeg", JPEG), ("image/heic", b"heic")]


async def test_lf13_6_mb_come_through_and_more_than_10_do_not():
    """A size that MMS has at most in some networks, and one that nobody needs."""
    async with a_line() as line:
        six, eleven = await received(line, ("image/jpeg", JPEG * 600_000), ("image/jpeg", b"x" * 10_000_001))
        assert len((await line.channel.fetch(six)).data) > 6_000_000
        with pytest.raises(Rejected, match="larger than 10 MB") as caught:
            await line.channel.fetch(eleven)
        assert caught.value.code == "413"


@pytest.mark.parametrize(
    "ref",
    [
        "",
        "https://evil.example/x",
        f"{MEDIA}/../../../../x",
        f"../../Accounts/ACother/{MEDIA}",
        f"{MEDIA}?x=1",
        f"{MEDIA}#x",
        f"{MEDIA}\n",
        f"{MEDIA}.json",
        MEDIA.replace("ME2", "ME%"),
    ],
)
async def test_s13_only_the_accounts_own_media(ref):
    """Nothing is even asked for."""
    async with a_line(api_url="http://127.0.0.1:9") as line:
        with pytest.raises(Rejected, match="no file of the account's own"):
            await line.channel.fetch(Media(ref))


async def test_what_is_deleted_is_gone_and_a_wrong_key_is_the_operators():
    """What an agent or customer is told depends on it."""
    async with a_line() as line:
        [media] = await received(line, ("image/jpeg", JPEG))
        line.sandbox.network.messages.clear()
        with pytest.raises(Rejected, match="not there any more"):
            await line.channel.fetch(media)
    async with a_line(auth_token="wrong") as line:
        with pytest.raises(Misconfigured):
            await line.channel.fetch(Media(MEDIA))


@pytest.mark.parametrize("kind", ["error", "throttle", "timeout_before"])
async def test_a_failed_download_may_be_tried_again(kind):
    """Fetching does no harm, so that it is never in doubt; no error names the key or a link."""
    async with a_line(timeout="300ms") as line:
        [media] = await received(line, ("image/jpeg", JPEG))
        line.sandbox.faults.plan(Fault(kind, method="GET", path="/Media/"))
        with pytest.raises(Unavailable) as caught:
            await line.channel.fetch(media)
        assert TOKEN not in repr(caught.value)
        assert "http" not in str(caught.value)
        assert (await line.channel.fetch(media)).data == JPEG


@pytest.mark.parametrize(
    ("location", "allowed"),
    [
        ("https://mms.twiliocdn.com/AC1/x?Signature=y", True),
        ("https://media.twiliocdn.com/AC1/x", True),
        ("https://media.twiliocdn.com.s3-external-1.amazonaws.com/AC1/x", True),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/x", True),
        ("https://s3-external-1.amazonaws.com/evil/x", False),
        ("http://mms.twiliocdn.com/AC1/x", False),
        ("https://mms.twiliocdn.com.evil.example/x", False),
        ("https://mms.twiliocdn.com@evil.example/x", False),
        ("https://evil.example/?mms.twiliocdn.com", False),
        ("https://mms.twiliocdn.com:8443/x", False),
        ("http://169.254.169.254/latest/meta-data", False),
        ("http://127.0.0.1:1/x", False),
        ("file:///etc/passwd", False),
        ("//evil.example/x", False),
        ("", False),
        ("/2010-04-01/Accounts/other", False),
    ],
)
def test_s12_s13_where_twilio_may_send_us(location, allowed):
    """Its own stores by https, and nothing else; not even its own API a second time."""
    at = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/{MEDIA}"
    if allowed:
        assert downloads._onward(at, location, "https://api.twilio.com") == location
    else:
        with pytest.raises(Rejected, match="not kept by Twilio"):
            downloads._onward(at, location, "https://api.twilio.com")


async def test_s13_no_end_of_redirects_is_followed():
    """A few hops at most; the key goes along on none of them."""
    seen = []

    async def on(scope, receive, send):
        seen.append(dict(scope["headers"]).get(b"authorization"))
        start = {"type": "http.response.start", "status": 302, "headers": [(b"location", b"/again")]}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    async with serving(on) as url, aiohttp.ClientSession() as session:
        with pytest.raises(Rejected):
            await downloads.download(session, config(api_url=url), Media(MEDIA))
    assert len(seen) == downloads.HOPS
    assert seen[0]
    assert seen[1:] == [None] * (downloads.HOPS - 1)


# --- out -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chat", "changes", "table"),
    [
        (THEIRS, {"from": OURS}, MMS),
        (THEIRS, {"from": "12345"}, MMS),
        (THEIRS, {"from": None, "messaging_service_sid": "MG1"}, MMS),
        (THEIRS, {"from": NUMBER}, {}),
        (THEIRS, {"from": "Echolot"}, {}),
        (CUSTOMER, {"from": OURS}, {}),
        ("+18765551234", {"from": OURS}, {}),  # Jamaica
        ("whatsapp:+4915112345678", {"from": NUMBER, "whatsapp": True}, WHATSAPP_MEDIA),
    ],
)
def test_lf13_where_files_arrive(chat, changes, table):
    """MMS from and to the United States and Canada, WhatsApp everywhere, else links."""
    assert carried(chat, config(**changes)) == table


@pytest.mark.parametrize(
    ("to", "text", "files", "why"),
    [
        (THEIRS, "", [PHOTO] * 11, "at most 10 files"),
        (THEIRS, "", [File("a", "image/jpeg", b"x" * 2_600_000, LINK)] * 2, "5 MB together"),
        ("whatsapp:+491", "", [PHOTO] * 2, "one file"),
        ("whatsapp:+491", "hear", [OGG], "no words"),
    ],
)
def test_what_does_not_go_together(to, text, files, why):
    """Nothing is left out silently: what cannot go as it is goes as a link."""
    with pytest.raises(Rejected, match=why):
        links(to, text, files)


def test_what_goes_together():
    """Ten pictures, a voice note alone."""
    assert links(THEIRS, "look", [PHOTO] * 10) == [LINK] * 10
    assert links("whatsapp:+491", " ", [OGG]) == [LINK]


def mms(text="Look", to=THEIRS, **more) -> Outbound:
    """An agent's message with a photo."""
    photo = (Media("F1", "image/jpeg"),)
    return Outbound(f"k1.1.{text}", Address("sms", to), Prompt(text), "agent", media=photo, origin="slack:C1", **more)


async def files_served(request: web.Request) -> web.Response:
    return web.Response(body=JPEG, content_type="image/jpeg")


@pytest.fixture
async def photo():
    """A photo behind a link that can be opened."""
    app = web.Application()
    app.router.add_get("/files/abc/photo.jpg", files_served)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield File("photo.jpg", "image/jpeg", JPEG, f"http://127.0.0.1:{port}/files/abc/photo.jpg")
    await runner.cleanup()


@pytest.mark.parametrize("text", ["Look", ""])
async def test_lf13_an_mms_arrives_with_its_words(photo, text):
    """Twilio asks for the link first and fetches it then, and the phone has the picture."""
    async with a_line(american, **{"from": OURS}) as line:
        sent = await line.channel.send_files(mms(text), [photo])
        await line.sandbox.network.settled()
        [shown] = line.sandbox.phone(THEIRS).shows()
        assert (shown["sid"], shown["text"], shown["media"]) == (sent.provider_id, text, ["image/jpeg"])
        assert shown["status"] == "delivered"
        assert line.sandbox.network.messages[sent.provider_id].media[0].content == JPEG


@pytest.mark.parametrize("text", ["Look", ""])
async def test_p5_an_mms_in_doubt_is_found(photo, text):
    """It has no key of ours either: it is known by its words, and its links are not among them."""
    async with a_line(american, **{"from": OURS}) as line:
        line.sandbox.faults.plan(Fault("reset_after", path="/Messages.json"))
        before = int(line.sandbox.network.clock() * 1000) - 1000
        with pytest.raises(Exception, match="lost"):
            await line.channel.send_files(mms(text), [photo])
        assert await line.channel.find(mms(text), before) is not None
        assert await line.channel.find(mms("other words"), before) is None


async def test_p5_a_text_with_links_in_doubt_is_found_and_not_sent_twice():
    """What stands below the words is not what the outbox knows of them."""
    async with a_line() as line:
        body = f"Look\nphoto.jpg: {line.channel._links}{'a' * 52}/photo.jpg"
        await line.channel.send(Outbound("k1.1.0", Address("sms", CUSTOMER), Prompt(body), "agent"))
        line.channel._keys.clear()
        before = int(line.sandbox.network.clock() * 1000) - 1000
        assert await line.channel.find(mms(to=CUSTOMER), before) is not None
        assert await line.channel.find(mms("Look there", to=CUSTOMER), before) is None
        alone = Outbound("k1.1.1", Address("sms", CUSTOMER), Prompt("Look"), "agent")
        assert await line.channel.find(alone, before) is None


async def test_outside_whatsapps_window_files_go_as_links():
    """A template has text alone."""
    app = "whatsapp:+4930123457"
    changes = {"from": app, "whatsapp": True}
    async with a_line(lambda hook: Account(ACCOUNT, TOKEN, {app: hook}), **changes) as line:
        with pytest.raises(Rejected, match="24-hour window"):
            await line.channel.send_files(mms(to="whatsapp:+4915112345678"), [PHOTO])
