"""T24 for Telegram: what does not carry our secret is forged, whatever else it is; everything else is taken."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.errors import Forged
from bot.messages import Said, WebRequest
from channels.telegram.channel import SECRET_HEADER
from tests.channels.telegram_line import SECRET, TOKEN, call, channel

OLD = "the-secret-before-0123456789abcdef"
UPDATE = {
    "update_id": 1,
    "message": {"message_id": 1, "from": {"id": 77}, "chat": {"id": 77, "type": "private"}, "date": 1, "text": "10"},
}


def under(name: str) -> WebRequest:
    return call(UPDATE, headers={name: SECRET})


FORGERIES: dict[str, Callable[[], WebRequest]] = {
    "missing": lambda: call(UPDATE, secret=None),
    "empty": lambda: call(UPDATE, secret=""),
    "wrong": lambda: call(UPDATE, secret="wrong"),
    "truncated": lambda: call(UPDATE, secret=SECRET[:-1]),
    "cut to one": lambda: call(UPDATE, secret=SECRET[:1]),
    "lengthened": lambda: call(UPDATE, secret=SECRET + "a"),
    "doubled": lambda: call(UPDATE, secret=f"{SECRET},{SECRET}"),
    "with space before": lambda: call(UPDATE, secret=f" {SECRET}"),
    "with space behind": lambda: call(UPDATE, secret=f"{SECRET} "),
    "with line end": lambda: call(UPDATE, secret=f"{SECRET}\n"),
    "in other case": lambda: call(UPDATE, secret=SECRET.upper()),
    "one letter altered": lambda: call(UPDATE, secret="x" + SECRET[1:]),
    "not ASCII": lambda: call(UPDATE, secret="ä" + SECRET[1:]),
    "wide letters": lambda: call(UPDATE, secret="".join(chr(ord(c) + 0xFEE0) for c in SECRET)),
    "surrogates": lambda: call(UPDATE, secret="\udc80" * len(SECRET)),
    "zero bytes": lambda: call(UPDATE, secret="\0" * len(SECRET)),
    "huge": lambda: call(UPDATE, secret=SECRET * 500),
    "the token": lambda: call(UPDATE, secret=TOKEN),
    "as bearer": lambda: call(UPDATE, secret=f"Bearer {SECRET}"),
    "in another header": lambda: under("authorization"),
    "in a header with underscores": lambda: under(SECRET_HEADER.replace("-", "_")),
    "in the query": lambda: call(UPDATE, secret=None, query=f"secret_token={SECRET}"),
    "in the body": lambda: call(UPDATE | {"secret_token": SECRET}, secret=None),
    "with a broken body": lambda: call(b"\xff{", secret="wrong"),
    "with no body": lambda: call(b"", secret=None),
    "on another route": lambda: call(UPDATE, route="status"),
    "by GET": lambda: call(UPDATE, method="GET"),
}


@pytest.mark.parametrize("name", FORGERIES)
@pytest.mark.parametrize("old", [None, OLD], ids=["", "rotating"])
async def test_s1_s8_forged(name, old):
    """S1, S3, S8, T24: refused with 401 or 403, never an error of ours, and without a word about the content."""
    with pytest.raises(Forged) as caught:
        await channel(webhook_secret_old=old).receive(FORGERIES[name]())
    assert caught.value.status in (401, 403)
    assert SECRET not in str(caught.value)
    assert "10" not in str(caught.value)


@pytest.mark.parametrize("secret", [SECRET, OLD])
async def test_s8_rotation(secret):
    """S8: while it is being rotated, both secrets are taken, in whatever order they come."""
    receipt = await channel(webhook_secret_old=OLD).receive(call(UPDATE, secret=secret))
    assert [event.body for event in receipt.inbound] == [Said("10", ref="1")]


async def test_s8_after_the_rotation():
    """S8: the old secret is worth nothing once it is out of the settings."""
    with pytest.raises(Forged):
        await channel().receive(call(UPDATE, secret=OLD))


@pytest.mark.parametrize("secret", ["", "x", None])
async def test_s2_without_a_secret_there_is_no_hook(secret):
    """S2: fail closed: such a channel is not hookable, and does not even take an empty secret."""
    polling = channel(webhook_secret=None)
    assert not polling.hookable
    with pytest.raises(Forged):
        await polling.receive(call(UPDATE, secret=secret))
    assert channel().hookable


async def test_s3_the_secret_is_compared_before_anything_is_parsed(monkeypatch: Any):
    """S3, S8: a call without the secret does not get as far as the parser."""
    one = channel()
    monkeypatch.setattr(one, "_read", lambda _body: pytest.fail("was parsed"))
    with pytest.raises(Forged):
        await one.receive(call(UPDATE, secret="wrong"))


async def test_content_type_does_not_matter():
    """A proxy may change it; what counts is the secret."""
    for kind in ("text/plain", "application/json; charset=utf-8", ""):
        request = call(UPDATE, headers={SECRET_HEADER: SECRET, "content-type": kind})
        assert len((await channel().receive(request)).inbound) == 1
