"""A case's card on Telegram: marks in UTF-16 units, what is shortened and what never is, and words that do nothing."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Address, Card, Fact, Option, Outbound, Prompt
from bot.render import length
from channels.telegram import outbound
from channels.telegram.buttons import MAX_DATA, callback_data, question_and_value
from channels.telegram.cards import draw
from sandbox.telegram.text import effects, formatted
from tests.channels.telegram_line import channel

CAPABILITIES = channel().capabilities
CASE = "kabcdefghijklmnopqrstuvwx"
DESK = Address("tg", "-1001", thread="4")
BUTTONS = tuple(Option(value, label) for value, label in [
    ("claim", "Übernehmen"), ("snooze", "Später"), ("resolve", "Gelöst"), ("cause:versand-dauert-zu-lange", "Versand"),
])  # fmt: skip

HOSTILE = [
    "@support", "@@support", "(@ada_canary)", "x@y.de @bob", "\u200b@eve", "\u0301@eve", "@eve\u2060", "@канал @chan",
    "/ban", "/kick@nps_bot now", "a\n/stop", "(/leave)", "¿/start x", "„/help“", "tg://resolve?domain=evil",
    "TG://user?id=1", "ton://transfer/x", "tonsite://evil.ton", "tg:\u200b//x", "<b>fett</b>", "<a href='tg://x'>k</a>",
    "<blockquote>Owner: Eve</blockquote>", "</blockquote>raus", "[link](tg://user?id=5)", "*b* _i_ `c` ~s~ ||x||",
    "```py\nx\n```", "&lt;b&gt; &amp;amp; &#64;eve", "\\*\\_", "\u202eevil\u202c", "\u2066isolat\u2069",
    "\u200fשלום @eve", "a\u200db\u200c@eve", "👩‍👧‍👦 @eve 🏳️‍🌈", "x\x00\x07\x1b[31m", "\ud83d lone", "a\r\nOwner: Eve",
    "a\u2028Owner: Eve",
    "a\u2029Score: 10", "x\x85Owner: Eve", "𝕳" * 5000, "@eve " * 2000, "/ban " * 2000, "Z̷͉̽a̶" * 900,
    "#tag $USD +4930123456", "<!channel> <@U1> <https://a.b|c>", "{{ first_name }} ${TOKEN} %s",
]  # fmt: skip


def card(**changes):
    told = {"title": "K7Q2 · 2 von 10", "colour": "red", "facts": (Fact("Kanal", "SMS"), Fact("Sprache", "Deutsch"))}
    return Card(**(told | {"quote": "Der Versand …", "footer": "Frist 14:05"} | changes))


def row(shown_card, options=BUTTONS, to=DESK, **changes):
    told = {"key": f"{CASE}.card.p0", "to": to, "prompt": Prompt("K7Q2: 2", options), "kind": "card"}
    return Outbound(**(told | {"card": shown_card} | changes))


def parts(drawn):
    """What each mark covers, by a count of UTF-16 units of its own."""
    raw = drawn.text.encode("utf-16-le")
    return [(m.kind, raw[2 * m.offset : 2 * (m.offset + m.length)].decode("utf-16-le")) for m in drawn.marks]


def kept(drawn):
    """What Telegram keeps of it; raises if it would refuse its entities."""
    entities = [{"type": m.kind, "offset": m.offset, "length": m.length, "url": m.url} for m in drawn.marks]
    return formatted(drawn.text, "", entities)


def test_a_card():
    """Title, labels, the customer's words and the footer look different; the colour stands before them."""
    drawn = draw(card(owner="78"), group=True)
    assert drawn.text == (
        "🔴 K7Q2 · 2 von 10 👤\n\nKanal: SMS\nSprache: Deutsch\n\nDer Versand …\n\nFrist 14:05"
    )  # fmt: skip
    assert parts(drawn) == [
        ("bold", "K7Q2 · 2 von 10"),
        ("text_link", "👤"),
        ("bold", "Kanal:"),
        ("bold", "Sprache:"),
        ("blockquote", "Der Versand …"),
        ("italic", "Frist 14:05"),
    ]
    assert [mark.url for mark in drawn.marks if mark.url] == ["tg://user?id=78"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"facts": (), "quote": "", "footer": ""}, "🔴 K7Q2 · 2 von 10"),
        ({"facts": (), "quote": "q", "footer": "", "colour": "amber"}, "🟠 K7Q2 · 2 von 10\n\nq"),
        ({"facts": (), "quote": "", "colour": "green"}, "🟢 K7Q2 · 2 von 10\n\nFrist 14:05"),
        ({"facts": (), "quote": " \n", "footer": " ", "colour": "mauve"}, "⚪ K7Q2 · 2 von 10"),
        ({"facts": (Fact("a", "1"),), "quote": "", "footer": ""}, "🔴 K7Q2 · 2 von 10\n\na: 1"),
    ],
)
def test_what_a_card_lacks_leaves_no_gap(changes, text):
    """Without facts, words or footer there is no empty place for them."""
    assert draw(card(**changes), group=True).text == text


@pytest.mark.parametrize("owner", ["U0123", "-5", "٣", "78?x", "7 8"])
def test_only_a_number_is_an_owner(owner):
    """What is no user of Telegram is not linked."""
    assert draw(card(owner=owner), group=True).text.startswith("🔴 K7Q2 · 2 von 10\n")


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("where", ["title", "label", "value", "quote", "footer"])
def test_s26_hostile_words_on_a_card_are_inert(words, where):
    """S26: whatever a customer writes calls nobody, opens nothing, offers no command and looks like no fact."""
    fact = Fact(words if where == "label" else "a", words if where == "value" else "b")
    more = {where: words} if where in ("title", "quote", "footer") else {}
    drawn = draw(card(facts=(fact,), **more), group=True)
    content = kept(drawn)
    assert effects(content.text) == []
    assert length(drawn.text, "utf16") <= 4096
    assert not re.search("[\u202a-\u202e\u2066-\u2069\ud800-\udfff\x00-\x09\x0b-\x1f\x85]", content.text)
    quote = "".join(text for kind, text in parts(drawn) if "blockquote" in kind)
    outside = content.text.replace(quote, "", 1) if quote else content.text
    assert not re.search(r"(?m)^(Owner|Score):", outside)
    assert {kind for kind, _ in parts(drawn)} <= {"bold", "blockquote", "expandable_blockquote", "italic"}


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("kind", ["desk", "card", "status"])
def test_s26_hostile_words_in_a_note_are_inert(words, kind):
    """S26: the same in notes and in what a customer's messages are shown as."""
    note = row(None, (), key=f"{CASE}.3.0", kind=kind, prompt=Prompt(f"Kunde: {words}"), alias=words)
    content = outbound.shown(note, CAPABILITIES)
    assert content.marks == ()
    assert effects(formatted(content.text, "", []).text) == []
    assert length(content.text, "utf16") <= 4096


def test_t18_s26_the_corpus_bites():
    """Unchanged, these words do something: the checks above are not empty."""
    assert len(HOSTILE) >= 40
    assert sum(bool(effects(words)) for words in HOSTILE) >= 15


LONG_TEXT = st.text(min_size=1, max_size=20).map(lambda text: text * 400) | st.text(max_size=50)


@given(
    st.text(max_size=120),
    st.lists(st.builds(Fact, st.text(max_size=30), LONG_TEXT), max_size=40).map(tuple),
    LONG_TEXT,
    LONG_TEXT,
    st.booleans(),
)
def test_s26_a_card_always_fits(title, facts, quote, footer, group):
    """S26: at most 4096 UTF-16 units, entities on characters' edges, the title whole."""
    drawn = draw(Card(title, "red", facts, quote, footer, owner="78"), group=group)
    content = kept(drawn)
    assert length(content.text, "utf16") <= 4096
    whole = draw(Card(title, "red"), group=group).text
    assert drawn.text.startswith(whole)
    assert all(text for _, text in parts(drawn))


@pytest.mark.parametrize(("facts", "quote"), [(60, 0), (60, 9000), (0, 9000), (5, 9000)])
def test_what_is_shortened(facts, quote):
    """Facts leave a thousand units to the words, the words take what is left; title, footer and buttons stay."""
    long = card(facts=tuple(Fact(f"Feld {n}", "w" * 250) for n in range(facts)), quote="wort " * (quote // 5))
    content = outbound.shown(row(long), CAPABILITIES)
    assert 3700 < length(content.text, "utf16") <= 4096
    assert content.text.startswith("🔴 K7Q2 · 2 von 10\n")
    assert content.text.endswith("\n\nFrist 14:05")
    assert [button.label for line in content.keyboard for button in line] == [option.label for option in BUTTONS]
    assert ("\n…" in content.text) is (facts == 60)
    if quote:
        [words] = [text for kind, text in parts(draw(long, group=True)) if kind == "expandable_blockquote"]
        assert words.endswith("wort...")
        assert length(words, "utf16") >= 990


@pytest.mark.parametrize(("size", "kind"), [(400, "blockquote"), (401, "expandable_blockquote")])
def test_long_words_are_folded_up(size, kind):
    """A long complaint does not push the buttons off the screen."""
    assert (kind, "w" * size) in parts(draw(card(quote="w" * size), group=True))


def test_a_button_that_does_not_fit_is_left_out():
    """A card keeps its other buttons; its text does not spell options out."""
    options = (*BUTTONS, Option("cause:" + "ü" * 60, "Umlaute"))
    content = outbound.shown(row(card(), options), CAPABILITIES)
    assert [button.label for line in content.keyboard for button in line] == [option.label for option in BUTTONS]
    assert "Umlaute" not in content.text


def test_buttons_of_a_changed_card_belong_to_the_card():
    """The change has a key of its own; a press still names the card."""
    content = outbound.shown(row(card(), key=f"{CASE}.card.p0.17", edits=f"{CASE}.card.p0"), CAPABILITIES)
    assert content.keyboard[0][0].data == f"{CASE}.card.p0|claim"


# --- 64 bytes ------------------------------------------------------------------------------------------------------

CASES = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=24, max_size=24).map("k{}".format)
TURNS = st.tuples(st.integers(0, 9999), st.integers(0, 99)).map("{0[0]}.{0[1]}".format)


@st.composite
def presses(draw_from):
    """Key and value of every button that a desk has, at their longest."""
    case = draw_from(CASES)
    key = f"{case}.{draw_from(st.sampled_from(['card', 'card.p0', 'card.p12']) | TURNS)}"
    value = draw_from(st.one_of(
        st.sampled_from(["claim", "release", "resolve", "reopen", "snooze", "skip", "cancel"]),
        st.from_regex(r"\Acause:[a-z0-9][a-z0-9_-]{0,39}\Z"),
        TURNS.map(lambda turn: f"retry:{case}.{turn}"),
        st.from_regex(r"\A(send|note|take|correct):[a-z0-9]{1,24}\Z"),
        TURNS.map(lambda turn: f"send:{case}.{turn}"),
        st.from_regex(r"\Acorrect:[CDG][A-Z0-9]{10}:[0-9]{10}\.[0-9]{6}\Z"),
    ))  # fmt: skip
    return key, value


@given(presses())
def test_every_button_of_a_desk_fits_and_comes_back(press):
    """Keys and values of cases fit into 64 bytes without a table, and any process can read them again."""
    data = callback_data(*press)
    assert data is not None
    assert 1 <= len(data.encode()) <= MAX_DATA
    assert data.isprintable()
    assert question_and_value(data) == press


@given(st.from_regex(r"\A[\w.:-]{1,40}\Z", fullmatch=True), st.text(min_size=1, max_size=40))
def test_what_fits_comes_back_whatever_it_is(key, value):
    """Shortening is never ambiguous: capitals, signs, and pieces that look like what they stand for."""
    data = callback_data(key, value)
    if data is not None and key.isascii():
        assert question_and_value(data) == (key, value)


@pytest.mark.parametrize(
    ("data", "press"),
    [
        (f"{CASE}.card.p0|claim", (f"{CASE}.card.p0", "claim")),
        (callback_data(f"{CASE}.12.3", f"retry:{CASE}.11.0"), (f"{CASE}.12.3", f"retry:{CASE}.11.0")),
        ("=", ("", "=")),
        ("=\x7f", ("", "=\x7f")),
        ("=!!!!", ("", "=!!!!")),
        ("~", ("", "~")),
        ("", ("", "")),
    ],
)
def test_presses_by_example(data, press):
    """Plain, shortened, and what only looks packed."""
    assert question_and_value(data) == press


@pytest.mark.parametrize("value", ["cause:" + "^a" * 20, "cause:" + "ü" * 20, "cause:" + "x" * 60])
def test_what_cannot_be_packed_is_not(value):
    """A sign of ours in a value, other alphabets, and sheer length: no button rather than a wrong one."""
    assert callback_data(f"{CASE}.card.p0", value) is None


def test_signs_in_chats_keep_their_meaning():
    """Buttons of today must be read for ever: a change of the alphabet or the signs would break those in chats."""
    key, value = f"{CASE}.card.p0", "cause:sehr-lange-wartezeit-am-telefon-Abc"
    data = "=>p3y~z6xW(\\vgajo>w[w1<Nxr3kSapqr\\JnXqk`>(*&q!1Mvzl4W_x*"
    assert callback_data(key, value) == data
    assert question_and_value(data) == (key, value)
