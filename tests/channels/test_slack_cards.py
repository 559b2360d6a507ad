"""Cards at the desk: what Slack shows of them, what they never set off, and how far they go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.abilities import Rooted
from bot.cards import Card, Fact
from bot.errors import Rejected, ThreadGone
from bot.messages import Address, Option, Pressed, Prompt
from channels.slack import blocks, outbound
from channels.slack.channel import slack_channel
from channels.slack.text import clean
from tests.channels.slack_line import PUBLIC, a_line, config, message
from tests.channels.test_slack_text import HOSTILE

DESK = Address("slack", "C1")
KEY = "k0123456789abcdef01234567.card.p0"
CLAIM = Option("claim", "Claim")
CARD = Card(
    "K7Q2 · Ada gave 2",
    "red",
    (Fact("Score", "2 of 10"), Fact("Channel", "WhatsApp"), Fact("Reason", "")),
    "Too slow & too dear",
    "Open since 09:14",
    "U2",
)


def told(card, options=(CLAIM,), **changes):
    """A message that carries a card."""
    made = {"to": DESK, "kind": "card", "key": KEY, "card": card, "prompt": Prompt("Ada gave 2", tuple(options))}
    return message(**(made | changes))


def drawn(card, options=(CLAIM,)):
    """The blocks of a card."""
    return outbound.fields(told(card, options), config())["blocks"]


def test_a_card_at_a_glance():
    """Colour and title, facts beside their labels, the quote, owner and footer, buttons under the card's key."""
    header, facts, quote, context, row = drawn(CARD)
    assert header["text"]["text"] == "🔴 K7Q2 · Ada gave 2"
    texts = [(field["type"], field["text"]) for field in facts["fields"]]
    assert texts[:2] == [("mrkdwn", "*Score*"), ("plain_text", "2 of 10")]
    assert texts[4:] == [("mrkdwn", "*Reason*"), ("plain_text", "–")]
    assert quote["text"] == {"type": "plain_text", "text": "“Too slow &amp; too dear”", "emoji": True}
    assert [each["text"] for each in context["elements"]] == ["👤 <@U2>", "Open since 09:14"]
    assert blocks.key_of_block(row["block_id"]) == KEY
    assert [button["value"] for button in row["elements"]] == ["claim"]


@pytest.mark.parametrize(
    ("colour", "mark"), [("red", "🔴"), ("amber", "🟠"), ("green", "🟢"), ("grey", "⚪"), ("", "⚪"), ("mauve", "⚪")]
)
def test_colours(colour, mark):
    """Each colour has its mark, and one that we do not know is grey."""
    assert drawn(Card("x", colour))[0]["text"]["text"] == f"{mark} x"


def test_the_least_of_a_card():
    """Without facts, quote, footer, owner and buttons there is a title left, or a mark."""
    [header] = drawn(Card("", "green"), ())
    assert header["text"]["text"] == "🟢"


@pytest.mark.parametrize("owner", ["", "anna", "@U2", "<@U2>", "U2> <!channel", "u2", "U2\n", "C1", "!here", "U" * 99])
def test_s25_only_a_member_id_is_mentioned(owner):
    """S25: whatever else stands in a card's owner, nobody is mentioned."""
    card = drawn(Card("x", "red", owner=owner))
    assert "<" not in str(card)


@pytest.mark.parametrize("where", ["title", "label", "value", "quote", "footer", "prompt", "button", "whisper", "note"])
async def test_s25_hostile_words_arrive_inert(where):
    """S25, T18: 40 rows in each place of a card, in notes and in whispers: nobody is mentioned, nothing is linked."""
    assert len(HOSTILE) >= 40
    async with a_line() as line:
        thread = Address("slack", "C1", thread=(await line.room().says("U1", "root")).ts)
        await line.room().says("U2", "on it", thread.thread)
        for words in HOSTILE:
            if where == "whisper":
                prompt = Prompt(words, (Option("1", words),))
                await line.channel.whisper(message(to=thread, whisper="U2", kind="desk", prompt=prompt))
                continue
            if where == "note":
                prompt = Prompt(words, (Option("1", words),))
                await line.channel.send(message(to=thread, kind="desk", prompt=prompt))
                continue
            card = {
                "title": Card(words, "red"),
                "label": Card("x", "red", (Fact(words, "y"),)),
                "value": Card("x", "red", (Fact("y", words),)),
                "quote": Card("x", "red", quote=words),
                "footer": Card("x", "red", footer=words),
            }.get(where, Card("x", "red"))
            prompt = Prompt(words if where == "prompt" else "x", (Option("1", words if where == "button" else "y"),))
            sent = await line.channel.send(told(card, prompt=prompt))
            await line.channel.edit(told(card, prompt=prompt, key="k.1", edits=KEY), sent.provider_id)
        shown = [one for one in line.room().shows("U2") if one["bot"]]
        assert len(shown) == len(HOSTILE)
        assert [one["mentions"] + one["links"] for one in shown if one["mentions"] + one["links"]] == []
        for one, words in zip(shown, HOSTILE, strict=True):
            if where == "label":
                assert clean(words) in one["text"].replace("*", "") or "*" in words
            elif where not in {"prompt", "button"}:
                assert " ".join(clean(words).split()) in " ".join(one["text"].split())  # word for word


async def test_only_the_owner_is_mentioned():
    """The owner, by the card's own id, beside words that try to mention others."""
    async with a_line() as line:
        card = Card("<@U1>", "amber", (Fact("Order", "<!channel>"),), "<@U1> <!here>", "<#C1>", "U2")
        await line.channel.send(told(card))
        assert line.room().shows()[-1]["mentions"] == ["@U2"]


SIZES = [
    Card("T" * 150, "red"),
    Card("&" * 200, "red"),
    Card("🔥" * 200, "red"),
    Card("x", "red", quote="q" * 3_000),
    Card("x", "red", quote="q" * 3_001),
    Card("x", "red", quote="<" * 40_000),
    Card("x", "red", footer="f" * 40_000),
    Card("x", "red", (Fact("v", "a" * 2_001),)),
    Card("x", "red", (Fact("l" * 3_000, "a"),)),
    Card("x", "red", tuple(Fact(f"l{number}", "a") for number in range(10))),
    Card("x", "red", tuple(Fact(f"l{number}", "a" * 2_000) for number in range(40)), "q" * 4_000, "f" * 4_000, "U2"),
    Card("x", "red", tuple(Fact("&" * 75, "<" * 2_000) for _ in range(60)), "&" * 4_000, "<" * 4_000),
    Card("x", "red", tuple(Fact("", "") for _ in range(500))),
]


@pytest.mark.parametrize("card", SIZES)
@pytest.mark.parametrize("buttons", [0, 6, 25])
async def test_slack_takes_every_card(card, buttons):
    """3,000, 13,200, 40,000: a card is shortened until Slack takes it, sent or changed; title and buttons stay."""
    options = [Option(f"v{number}", "L" * 75) for number in range(buttons)]
    long = Prompt("p" * 40_001, tuple(options))
    async with a_line() as line:
        sent = await line.channel.send(told(card, prompt=long))
        await line.channel.edit(told(card, prompt=long, key="k.1", edits=KEY), sent.provider_id)
        [shown] = line.room().shows()
        assert len(shown["buttons"]) == buttons
        assert card.title[:20] in shown["text"]
        assert shown["edited"]


def test_what_is_left_out_is_counted():
    """Facts beyond the fortieth are not shown, and it says how many."""
    card = Card("x", "red", tuple(Fact(f"l{number}", "a") for number in range(47)))
    fields = [field["text"] for block in drawn(card) if "fields" in block for field in block["fields"]]
    assert fields[-2:] == ["*…*", "+7"]
    assert len(fields) == 82


def test_too_many_buttons():
    """Buttons are never left out: a card that has no room besides them is refused."""
    with pytest.raises(Rejected):
        drawn(CARD, [Option(str(number), "L" * 75) for number in range(200)])
    with pytest.raises(Rejected):
        drawn(CARD, [Option(str(number), "L") for number in range(25 * 48)])


words = st.text(alphabet=st.sampled_from("ab <>&*_~`@!|\n\u202e🔥ü"), max_size=400)


@given(words, st.lists(st.tuples(words, words), max_size=60), words, words, st.integers(0, 30))
def test_any_card_fits(title, facts, quote, footer, buttons):
    """For all words: 50 blocks, 13,200 characters, no empty text, no control sequence."""
    options = [Option(f"v{number}", "Claim it") for number in range(buttons)]
    made = drawn(Card(title, "red", tuple(Fact(*fact) for fact in facts), quote, footer), options)
    assert len(made) <= 50
    assert blocks.size(made) <= 13_200
    texts = list(blocks._texts(made))
    assert all(texts)
    assert not any("<" in text or ">" in text for text in texts)
    for block in made:
        assert len(block.get("fields", [])) <= 10
        assert all(0 < len(field["text"]) <= 2_000 for field in block.get("fields", []))


async def test_a_card_opens_its_thread():
    """The card goes to the channel; under its id hangs the thread; presses on it come from there or the channel."""
    plain = slack_channel("slack", config(), PUBLIC)
    assert isinstance(plain, Rooted)
    await plain.close()
    async with a_line() as line:
        sent = await line.channel.send(told(CARD))
        thread = Address("slack", "C1", thread=line.channel.thread_of(sent.provider_id))
        assert f"C1:{thread.thread}" == sent.provider_id
        await line.room().presses("U2", "Claim")
        await line.channel.send(message("Ada: hello", to=thread, kind="desk"))
        await line.room().presses("U2", "Claim", thread.thread)
        before, after = line.events
        assert before.body == after.body == Pressed(KEY, "claim", sent.provider_id)
        assert [one["text"].startswith("🔴") for one in line.room().roots()] == [True]
        with pytest.raises(Rejected):
            line.channel.thread_of("file:F1")


async def test_a_card_changes_its_face():
    """A change has other facts and buttons under the same key; once more is the same; deleted, the thread is gone."""
    async with a_line() as line:
        sent = await line.channel.send(told(CARD))
        done = Card("K7Q2 · solved", "green")
        change = told(done, [Option("reopen", "Reopen")], key="k0123456789abcdef01234567.card.p0.7", edits=KEY)
        for _ in range(2):
            assert await line.channel.edit(change, sent.provider_id) == sent
        [shown] = line.room().shows()
        assert (shown["text"], shown["buttons"]) == ("🟢 K7Q2 · solved", ["Reopen"])
        await line.room().presses("U2", "Reopen")
        assert line.bodies(Pressed)[-1].question == KEY
        await line.room().takes_down(sent.provider_id.partition(":")[2])
        with pytest.raises(ThreadGone):
            await line.channel.edit(change, sent.provider_id)
        await line.channel.remove(DESK, sent.provider_id)  # gone already
