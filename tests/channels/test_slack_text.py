"""Text both ways: what people wrote in plain words, and foreign words that set nothing off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Rejected
from bot.messages import Address, File, Option, Prompt
from channels.slack import blocks, outbound
from channels.slack.emoji import EMOJI, spelled
from channels.slack.text import clean, clipped, escaped, pieces, readable, unescaped
from tests.channels.slack_line import a_line, config, message

HOSTILE = [
    "<!channel>", "<!here>", "<!everyone>", "<!group>", "<!channel|friendly>", "<!subteam^S012>", "<!subteam^S1|@all>",
    "<@U1>", "<@U1|ada>", "<@W1>", "<#C1>", "<#C1|support>", "<http://x.example|y>",
    "<https://evil.example|bank.example>",
    "<mailto:a@b.example|write>", "<tel:+4930|call>", "<slack://open|x>", "<javascript:alert(1)|x>", "<ftp://x|y>",
    "<!date^1392734382^{date}^https://evil.example|x>", "&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;",
    "&#60;!channel&#62;",
    "<<!channel>>", "<!chan<!channel>nel>", "<\n!channel>", "<! channel>", "< !channel>", "<!channel\u200b>",
    "\u202e<!channel>",
    "@channel", "@here", "@everyone", "@ada", "#support", "<!channel", "!channel>", "https://evil.example/<!here>",
    "*bold* _it_ ~x~ `code` ```<!channel>```", "> quote <@U2>", "<@U1><@U2><!here>", "\u003c!channel\u003e",
]  # fmt: skip


@pytest.mark.parametrize("where", ["text", "label", "alias", "title", "file", "name"])
async def test_s25_hostile_words_arrive_inert(where):
    """S25, T18: as text, button, name, thread title, file comment or file name: no mention, no link of theirs."""
    assert len(HOSTILE) >= 40
    async with a_line() as line:
        to = Address("slack", "C1")
        for words in HOSTILE:
            if where == "title":
                await line.channel.open_thread(to, words)
            elif where in {"file", "name"}:
                text, name = (words, "a.txt") if where == "file" else ("x", words)
                await line.channel.send_files(message(to=to, prompt=Prompt(text)), [File(name, "", b"x")])
            else:
                shown = {
                    "text": Prompt(words),
                    "label": Prompt("x", (Option("1", words), Option("2", "b"))),
                    "alias": Prompt("x"),
                }[where]
                await line.channel.send(message(to=to, prompt=shown, alias=words if where == "alias" else ""))
        shown = line.room().shows()
        assert len(shown) == len(HOSTILE)
        assert [one["mentions"] for one in shown if one["mentions"]] == []
        if where in {"text", "label", "alias", "title"}:
            assert [one["links"] for one in shown if one["links"]] == []
            assert not any(one["unfurls"] for one in shown)
        if where == "text":
            plain = [clean(words) for words in HOSTILE]
            assert [one["text"] for one in shown] == plain  # inert, and word for word


@given(st.text())
def test_what_goes_out_comes_back(text):
    """Escaping is exact: no three characters more or less."""
    assert unescaped(escaped(text)) == text
    assert not set("<>") & set(escaped(text))


@given(st.text(alphabet="ab <>&\n", max_size=300), st.integers(5, 60))
def test_pieces_fit_and_lose_no_word(text, limit):
    """A long text falls into parts that Slack takes, with all of its letters."""
    parts = list(pieces(text, limit))
    assert all(0 < len(part) <= limit for part in parts)
    assert "".join("".join(map(unescaped, parts)).split()) == "".join(text.split())


@given(st.text(alphabet="ab<>&é", max_size=80), st.integers(8, 40))
def test_clipped_fits_and_cuts_no_entity(text, limit):
    """What is too long ends between two characters of the plain text."""
    cut = clipped(text, limit)
    assert len(cut) <= limit
    plain = unescaped(cut).removesuffix("…")
    assert text.startswith(plain) or escaped(text) == cut
    assert escaped(unescaped(cut)) == cut


@given(st.text(max_size=200))
def test_reading_never_fails(text):
    """Whatever somebody writes is read, and has nothing in it that cannot be stored."""
    read = readable(text)
    assert "\x00" not in read
    read.encode()


@pytest.mark.timeout(20)
@pytest.mark.parametrize("text", ["<" * 50_000, "<a" * 30_000, ":" * 50_000, "<@U|" * 20_000, ":a" * 30_000])
def test_t6_reading_is_linear(text):
    """T6: nobody can keep the reader busy."""
    readable(text)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (":nine:", "9️⃣"),
        (":keycap_ten:", "🔟"),
        (":+1:", "👍"),
        (":-1::skin-tone-6:", "👎🏿"),
        (":thumbsup:", "👍"),
        (":zero::one:", "0️⃣1️⃣"),
        (":parrot:", ":parrot:"),
        ("10:30:45", "10:30:45"),
        ("::", "::"),
    ],
)
def test_emoji(typed, read):
    """The names of emoji that people answer with."""
    assert spelled(typed) == read


def test_emoji_names_are_slacks():
    """Names are lower case, and no two digits stand for the same."""
    assert all(name == name.lower() and " " not in name for name in EMOJI)
    assert (
        len(
            {
                EMOJI[name]
                for name in [
                    "zero",
                    "one",
                    "two",
                    "three",
                    "four",
                    "five",
                    "six",
                    "seven",
                    "eight",
                    "nine",
                    "keycap_ten",
                ]
            }
        )
        == 11
    )


def sent(text="x", options=(), **changes):
    return outbound.fields(message(prompt=Prompt(text, options), **changes), config())


def test_a_question_with_eleven_buttons():
    """0-10 is one row; the key is in the block, the value in the button, the text beside the blocks."""
    scores = tuple(Option(str(score), str(score)) for score in range(11))
    out = sent("How likely?", scores, key="session.1.0")
    section, row = out["blocks"]
    assert section["text"] == {"type": "plain_text", "text": "How likely?", "emoji": True}
    assert [button["value"] for button in row["elements"]] == [str(score) for score in range(11)]
    assert blocks.key_of_block(row["block_id"]) == "session.1.0"
    assert out["text"] == "How likely?"
    assert outbound.key_of(out) == "session.1.0"
    assert (out["parse"], out["link_names"], out["unfurl_links"], out["unfurl_media"]) == ("none", False, False, False)
    assert "username" not in out
    assert "thread_ts" not in out


def test_many_buttons_make_rows():
    """25 in a row; each action_id once, each block_id once, one key."""
    out = sent("Which?", tuple(Option(f"v{number}", "x") for number in range(60)))
    rows = out["blocks"][1:]
    assert [len(row["elements"]) for row in rows] == [25, 25, 10]
    assert len({row["block_id"] for row in rows}) == 3
    assert len({blocks.key_of_block(row["block_id"]) for row in rows}) == 1
    assert len({button["action_id"] for row in rows for button in row["elements"]}) == 60


@pytest.mark.parametrize(
    ("text", "sections"), [("a" * 3000, 1), ("word " * 1000, 2), ("&" * 2600, 5), ("a" * 13_001, 0), ("&" * 2601, 0)]
)
async def test_long_texts(text, sections):
    """Sections of 3000; beyond 13,000 characters Slack shows the text alone. It takes each of them."""
    out = sent(text)
    assert len(out["blocks"]) == sections
    assert unescaped(out["text"]) == clean(text)
    async with a_line() as line:
        await line.channel.send(message(prompt=Prompt(text)))
        assert "".join(line.person().shows()[-1]["text"].split()) == "".join(text.split())


@pytest.mark.parametrize("length", [4_000, 4_001, 13_000])
async def test_long_changes(length):
    """chat.update takes a `text` of 4,000 characters; sections hold the rest."""
    async with a_line() as line:
        outbound = message(prompt=Prompt("first"))
        sent = await line.channel.send(outbound)
        changed = message(prompt=Prompt("&" + "a" * (length - 5)), edits=outbound.key)
        await line.channel.edit(changed, sent.provider_id)
        assert line.person().shows()[-1]["text"].replace("\n", "") == changed.prompt.text


@pytest.mark.parametrize("text", ["a" * 45_000, "<" * 20_000])
async def test_longer_than_slack_takes(text):
    """Slack would cut at 40,000 in the middle of anything; we cut between characters."""
    out = sent(text)
    assert len(out["text"]) <= 40_000
    assert out["text"].endswith(("…", "..."))
    async with a_line() as line:
        await line.channel.send(message(prompt=Prompt(text)))


@pytest.mark.parametrize(
    "refused",
    [
        message(prompt=Prompt("x", (Option("v" * 2001, "x"),))),
        message(prompt=Prompt("x" * 13_000, (Option("v", "x"),))),
        message(prompt=Prompt("x", (Option("v", "x"),)), key="k" * 252),
    ],
)
def test_what_does_not_fit_is_refused(refused):
    """Nothing is cut that would change what an answer means."""
    with pytest.raises(Rejected):
        outbound.fields(refused, config())


def test_long_labels_are_cut():
    """75 characters, escaped; a label that has none shows its value."""
    out = sent("x", (Option("1", "&" * 80), Option("2", " \n"), Option("3", "a\nb")))
    labels = [button["text"]["text"] for button in out["blocks"][1]["elements"]]
    assert len(labels[0]) <= 75
    assert labels[0].endswith("&amp;…")
    assert labels[1:] == ["2", "a b"]
