"""What an operator may write, and that nothing of it leaks."""

import msgspec
import pytest
from pydantic import ValidationError

from bot.errors import Misconfigured, Rejected
from bot.messages import Address
from bot.ports import Listening
from channels.telegram.channel import PollingTelegram, TelegramChannel
from channels.telegram.config import TelegramConfig
from commands.assemble import adapter
from settings import config_class
from tests.channels.telegram_line import NOW, PUBLIC, SECRET, TOKEN, channel, config, message


def test_it_is_registered():
    """`kind: telegram` finds its settings and its adapter."""
    assert config_class("telegram") is TelegramConfig
    assert adapter("telegram") is TelegramChannel


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"token": "canary"}, "@BotFather"),
        ({"token": f"{TOKEN}/canary"}, "@BotFather"),
        ({"token": f"{TOKEN}\n"}, "@BotFather"),
        ({"webhook_secret": "canary with spaces"}, "1-256 characters"),
        ({"webhook_secret": "canary" * 50}, "1-256 characters"),
        ({"webhook_secret": None, "webhook_secret_old": "canary"}, "webhook_secret"),
        ({"api_url": "ftp://canary"}, "before /bot"),
        ({"api_url": "https://canary/bot{token}"}, "before /bot"),
        ({"api_url": "canary"}, "before /bot"),
        ({"username": "canary bot"}, "pattern"),
        ({"timeout": "5m"}, "30000"),
        ({"rate": 0}, "greater than 0"),
        ({"tokn": "canary"}, "not permitted"),
    ],
)
def test_mistakes_are_named_without_their_value(changes, words):
    """S34: every mistake says what is right, none repeats what was written."""
    with pytest.raises(ValidationError) as caught:
        config(**changes)
    assert words in str(caught.value)
    assert "canary" not in str(caught.value)


def test_secrets_do_not_show():
    """S34: neither the settings nor the channel show their secrets."""
    for text in (repr(config()), str(config()), repr(channel()), config().model_dump_json()):
        assert TOKEN not in text
        assert SECRET not in text


def test_defaults():
    """An entry with nothing but a token fetches its updates from Telegram itself."""
    plain = TelegramConfig.model_validate({"kind": "telegram", "token": TOKEN})
    assert (plain.api_url, plain.timeout, plain.gather, plain.rate) == (
        "https://api.telegram.org", 10_000, 2_000, 28.0
    )  # fmt: skip
    assert plain.secrets == ()


def test_only_a_bot_without_a_webhook_listens():
    """A webhook and polling exclude each other at Telegram, and so they do here."""
    assert not isinstance(channel(), Listening)
    polling = channel(webhook_secret=None)
    assert isinstance(polling, Listening)
    assert type(polling) is PollingTelegram
    assert type(channel()) is TelegramChannel
    assert (polling.name, polling.kind, polling.rate, polling.gather) == ("tg", "telegram", 28.0, 2_000)


def test_capabilities():
    """What the renderer and the lint may count on."""
    has = channel().capabilities
    assert (has.max_text, has.text_unit) == (4096, "utf16")
    assert (has.buttons, has.threads, has.edits, has.media) == (True, True, True, True)
    assert (has.receipts, has.can_start) == (False, False)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("77", Address("tg", "77")),
        (" 5000000000 ", Address("tg", "5000000000")),
        ("-1001234567890", Address("tg", "-1001234567890")),
        ("-1001234567890#42", Address("tg", "-1001234567890", thread="42")),
    ],
)
def test_addresses(text, address):
    """A chat's number, with a topic's behind it."""
    assert channel().address(text) == address
    assert Address.of_lane(address.lane) == address


@pytest.mark.parametrize(
    "text", ["@ada", "ada", "", "-", "0", "+49301234", "7 7", "77#", "77#x", "٣", "1" * 17, "77\n8"]
)
def test_no_addresses(text):
    """A name cannot be written to; the error says what to do instead."""
    with pytest.raises(Rejected, match="press Start"):
        channel().address(text)


@pytest.mark.parametrize("lane", ["tg:ada", "tg:", "tg:77#x", "tg:0077"])
async def test_nothing_goes_to_what_is_no_chat(lane):
    """An address that came from elsewhere is refused before anything is asked of Telegram."""
    with pytest.raises(Rejected):
        await channel().send(msgspec.structs.replace(message(), to=Address.of_lane(lane)))


async def test_without_a_token_nothing_is_sent():
    """The channel says which setting is missing; the account is no reason to give a message up."""
    one = TelegramChannel("tg", config(token=None), PUBLIC, lambda: NOW)
    with pytest.raises(Misconfigured, match="no token"):
        await one.send(message())
    with pytest.raises(Misconfigured, match="no token"):
        await one.link("abc")
    assert [(each.level, "@BotFather" in each.hint) for each in await one.diagnose()] == [("error", True)]
    assert [each.level for each in await one.connect()] == ["error"]
    await one.close()


@pytest.mark.parametrize(("to", "most"), [("77", None), ("-100123", 20), ("-5#3", 20)])
def test_limits(to, most):
    """About a message a second to a person; to a group never more than 20 in any minute, topics together."""
    [limit] = channel().limits(channel().address(to))
    assert limit.scope == to.partition("#")[0]
    if most is None:
        assert (limit.rate, limit.burst) == (1.0, 2)
    else:
        assert int(limit.burst + 60 * limit.rate) <= most  # whole messages: none in parts


async def test_link():
    """The link carries the token; nothing else fits into one."""
    one = channel(username="@nps_bot")
    assert await one.link("a-Z_9") == "https://t.me/nps_bot?start=a-Z_9"
    for token in ("", "a" * 65, "a b", "ä", "a\n"):
        with pytest.raises(Rejected):
            await one.link(token)


def test_signs_have_a_limit_of_their_own_and_changes_have_not():
    tg = channel()
    group = tg.address("-100123")
    assert tg.limits(group, "edit") == tg.limits(group)
    [sign] = tg.limits(group, "sign")
    assert sign.scope == "-100123:signs"
