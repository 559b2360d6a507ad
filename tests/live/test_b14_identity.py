"""Behaviour 14, identity and injection: words arrive as they were written, call nobody, and give nobody away."""

import pytest

from tests.live.house import AGENTS, number_of, slack_id, telegram_id
from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

CORPUS = (
    "<!channel> <!here> <@UDESKANNA> <#C5>", "@anna @channel @everyone", "*bold* _it_ ~no~ `code` ```block```",
    "<b>bold</b> <script>alert(1)</script>", "&lt;b&gt; &amp; &#60;", "[text](https://evil.example) <https://a|b>",
    "{{ first_name }} {agent} %s ${X}", "שלום (1) [2]", "=cmd|' /C calc'!A0", "/start /stop@nps_bot", "😀👩‍👧‍👦🇩🇪 é ñ",
    "line one\nline two", "tg://user?id=800000000", "'; DROP TABLE cases; --", "a" * 1_500, "ß€漢字",
)  # fmt: skip
"""What agents and customers write, and what a careless bridge makes of it."""


@pytest.mark.parametrize("half", [CORPUS[::2], CORPUS[1::2]])
@pytest.mark.parametrize(("kind", "desk"), [("tg", "slack"), ("slack", "tg")])
async def test_b14_the_corpus_goes_both_ways_unchanged(world, kind, desk, half):
    """S26, S27: golden corpus; nobody is called, nothing becomes a link or a command."""
    live = await world.detractor(kind, desk)
    anna = await live.claimed()
    await world.calm()
    for text in half:
        if text.startswith("/") and kind == "tg":
            continue  # the customer's app makes it a command to the bot
        await live.customer.says(text)
        await soon(
            lambda text=text: _seen(anna, live, f"Customer: {text}"), lambda text=text: (text, anna.reads(live.ticket))
        )
    for text in half:
        if text.startswith(("@anna", "<!")):
            continue  # to colleagues: stays at the desk
        await anna.says(text, live.ticket)
        await soon(lambda text=text: _heard(live, text), text)
    assert _effects(world, live) == []


def _plain(text: str) -> str:
    """Without what cannot be seen: our adapters part with it what an app would make a mention or a link of."""
    return "".join(text.replace("\u2060", "").split())


def _seen(anna, live, text: str) -> bool:
    return any(_plain(text) == _plain(seen.text) for seen in anna.reads(live.ticket))


def _heard(live, text: str) -> bool:
    return any(_plain(heard).endswith(_plain(text)) for heard in live.customer.heard())


def _effects(world, live) -> list[object]:
    """What the apps make of our messages by themselves: people they call, links, commands.

    In a Telegram customer's own chat nobody can be called, and a command goes to us.
    """
    owners = {f"@{slack_id(who)}" for who in AGENTS}  # a card calls its owner
    slack = world.at.slack.sandbox.workspace("T1").channel("C5").shows()
    if live.customer.kind == "slack":
        slack += live.customer.person.shows()
    called = [one["text"] for one in slack if one["bot"] and (set(one["mentions"]) - owners or one["links"])]
    return called + [one["text"] for one in world.at.groups["tg"].shows() if one["bot"] and one["effects"]]


@pytest.mark.parametrize("kind", ["sms", "tg", "slack"])
async def test_b14_the_customer_sees_the_public_name_alone(world, kind):
    """No member ID, number, login or real name of whoever writes."""
    for desk, who in (("slack", slack_id("anna")), ("tg", str(telegram_id("anna"))), ("sms", number_of("sms", "anna"))):
        live = await world.detractor(kind, desk)
        anna = await live.claimed()
        await anna.says("my name is my own", live.ticket)
        await live.hears("my name is my own")
        shown = repr(live.customer.person.shows() if kind != "sms" else live.customer.phone.shows())
        assert who not in shown
        assert kind == "sms" or "Anna of Echolot" in shown


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b14_the_card_shows_what_helps_and_no_name(world, desk):
    """C13: a pseudonym by default; score, reason, channel, language, consent, attributes of the trigger."""
    live = await world.detractor("sms", desk, order="A-17 <!channel>", first_name="Adelheid")
    await live.customer.says("the <b>parcel</b> never came")
    anna = live.seat("anna")
    await soon(lambda: "never came" in anna.card(live.ticket), lambda: anna.card(live.ticket))
    card = anna.card(live.ticket)
    for wanted in (
        "2 of 10",
        "detractor",
        "the <b>parcel</b> never came",
        "sms",
        "A-17 <!channel>",
        "given",
        "Customer ",
    ):
        assert wanted in card
    assert "Adelheid" not in card
    assert live.customer.address.chat not in card


@pytest.mark.parametrize(
    ("desk", "length", "fits"), [("slack", 1_530, True), ("tg", 1_605, False), ("slack", 5_000, False)]
)
async def test_b14_what_is_too_long_is_said_before_anything_is_sent(world, desk, length, fits):
    """An SMS holds so much; the agent is told, or asked what it may cost."""
    live = await world.detractor("sms", desk)
    anna = await live.claimed()
    await world.calm()
    before = live.customer.heard()
    await anna.says("long " * (length // 5), live.ticket)
    await soon(
        lambda: any("Not sent" in seen.text for seen in anna.reads(live.ticket)), lambda: anna.reads(live.ticket)
    )
    await world.calm()
    assert live.customer.heard() == before
    assert anna.offers("Send", live.ticket) == fits


@pytest.mark.parametrize("desk", ["slack", "tg"])
async def test_b14_a_stranger_in_the_place_presses_and_types_in_vain(world, desk):
    """Eve is in the channel and no agent: one clear answer, and nothing happens."""
    live = await world.detractor("sms", desk)
    eve = live.seat("eve")
    await eve.claims(live.ticket)
    await live.reads(eve, "You are not an agent of this desk")
    await eve.says("!claim", live.ticket)
    await eve.says("hello customer", live.ticket)
    await world.calm()
    case = await live.now()
    assert case.owner is None
    assert live.heard("hello customer") == 0
