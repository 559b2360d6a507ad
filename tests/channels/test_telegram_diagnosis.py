"""What doctor says about a bot, and what connecting it does at Telegram."""

import pytest

from bot.abilities import Finding
from channels.telegram.channel import TelegramChannel
from channels.telegram.diagnosis import PORTS, diagnose
from channels.telegram.updates import ALLOWED
from sandbox.telegram import Fault
from tests.channels.telegram_line import SECRET, TOKEN, Line, a_line, config


def problems(findings: list[Finding]) -> list[str]:
    """What is not well, without what only a test has (no https)."""
    return [each.message for each in findings if each.level != "ok" and "https" not in each.message]


async def test_connect_by_webhook():
    """The webhook gets our secret and the kinds of updates that we read, the menu its commands in both languages."""
    async with a_line() as line:
        found = await line.channel.connect()
        assert problems(found) == []
        webhook = line.sandbox.updates().webhook
        assert (webhook.url, webhook.secret, webhook.connections) == (f"{line.url}/hooks/tg", SECRET, 40)
        assert set(line.sandbox.updates().allowed) == set(ALLOWED)
        bot = line.channel._api().bot
        english = {each.command: each.description for each in await bot.get_my_commands()}
        german = {each.command: each.description for each in await bot.get_my_commands(language_code="de")}
        assert set(english) == set(german) == {"start", "stop", "help"}
        assert english["help"] == "Help"
        assert german["help"] == "Hilfe"


async def test_connect_for_polling():
    """Without a secret a webhook that is in the way is removed."""
    async with a_line(hooked=False) as line:
        await line.channel._api().bot.set_webhook(f"{line.url}/elsewhere")
        assert [message for message in problems(await line.channel.diagnose()) if "a webhook is set" in message]
        assert problems(await line.channel.connect()) == []
        assert line.sandbox.updates().webhook is None
        assert Finding("ok", "no webhook: updates are fetched by polling") in await line.channel.diagnose()


async def with_webhook(line: Line, url: str = "", **options: object) -> list[str]:
    await line.channel._api().bot.set_webhook(url or f"{line.url}/hooks/tg", **options)
    return problems(await line.channel.diagnose())


async def test_a_webhook_that_is_not_ours():
    """No webhook, another one, or one without presses: said, with what to do."""
    async with a_line() as line:
        await line.channel._api().bot.delete_webhook()
        assert problems(await line.channel.diagnose()) == ["Telegram calls nobody: no webhook is set"]
        [elsewhere, *_] = await with_webhook(line, "https://other.example/canary")
        assert elsewhere == "Telegram calls other.example, not us"
        [missing] = await with_webhook(line, allowed_updates=["message", "edited_message"])
        assert missing == "Telegram does not send callback_query, message_reaction, my_chat_member"


async def test_a_backlog_and_its_reason():
    """Updates that wait, and what Telegram says of the last call."""
    async with a_line() as line:
        line.accepting = False
        line.sandbox.person().start()
        for _ in range(500):
            found = problems(await line.channel.diagnose())
            if len(found) == 2:
                break
        assert found[0] == "1 updates wait at Telegram"
        assert "503" in found[1]


@pytest.mark.parametrize(("url", "well"), [("https://x.example", True), ("https://x.example:8443", True),
    ("http://x.example", False), ("https://x.example:9443", False)])  # fmt: skip
async def test_public_url(url, well):
    """Telegram calls https on four ports only."""
    async with a_line() as line:
        found = await diagnose(line.channel._api(), f"{url}/hooks/tg", SECRET)
        assert any(str(PORTS) in each.message for each in found) is not well


async def test_s8_a_short_secret_is_a_warning():
    """S8: a secret that could be guessed works, and is pointed out with a way to make a better one."""
    async with a_line(webhook_secret="short") as line:
        [warning] = [each for each in await line.channel.diagnose() if "shorter" in each.message]
        assert (warning.level, "token_urlsafe" in warning.hint) == ("warning", True)
        assert "short-" not in repr(warning)


async def test_groups():
    """What a desk needs in its group: said with what to click at BotFather."""
    async with a_line() as line:
        [groups] = [each for each in await line.channel.diagnose() if "privacy" in each.message]
        assert "/setprivacy" in groups.hint


@pytest.mark.parametrize("path", ["getMe", "getWebhookInfo", "setWebhook", "setMyCommands"])
@pytest.mark.parametrize("kind", ["error", "reset_after", "garbled", "throttle"])
async def test_being_unable_to_ask_is_a_finding(path, kind):
    """Neither looking nor connecting ever raises; what failed is named, without the token."""
    async with a_line(timeout="1s") as line:
        line.sandbox.faults.plan(Fault(kind, path=path, status=502))
        found = [*await line.channel.connect(), *await line.channel.diagnose()]
        assert [each for each in found if each.level == "error"]
        assert TOKEN not in repr(found)
        assert SECRET not in repr(found)


async def test_nobody_answers():
    """Without a way to Telegram the finding says where to look."""
    channel = TelegramChannel("tg", config(api_url="http://127.0.0.1:9"), "https://x.example")
    [finding] = await channel.diagnose()
    assert finding.level == "error"
    assert "api_url" in finding.hint
    await channel.close()
