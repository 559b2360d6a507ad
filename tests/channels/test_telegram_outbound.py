"""Buttons within 64 bytes, keyboards that fit a phone, and text that does nothing in our name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Rejected
from bot.messages import Option, Prompt
from bot.render import length
from channels.telegram import outbound
from channels.telegram.buttons import MAX_DATA, callback_data, question_and_value, rows
from tests.channels.telegram_line import SESSION, channel, message, plain

CAPABILITIES = channel().capabilities
KEYS = st.builds(
    "{}.{}.{}".format,
    st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=24, max_size=24),
    st.integers(0, 999),
    st.integers(0, 9),
)
VALUES = st.builds(
    str.__add__,
    st.sampled_from(["", "yes:"]),
    st.from_regex(r"\A[a-z0-9][a-z0-9_-]{0,39}\Z"),
)


@given(KEYS, VALUES)
def test_every_value_of_a_survey_fits_and_comes_back(key, value):
    """Telegram carries 64 bytes; the longest value there can be fits with its key, and nothing is remembered."""
    data = callback_data(key, value)
    assert data is not None
    assert 1 <= len(data.encode()) <= MAX_DATA
    assert data.isprintable()
    assert question_and_value(data) == (key, value)


@given(st.text(max_size=80))
def test_foreign_data_is_a_value_at_most(data):
    """What a changed app may send raises nothing and names no question that it did not write."""
    question, value = question_and_value(data)
    assert question == "" or question in data or data.startswith("~")
    assert value or data == ""


@pytest.mark.parametrize("value", ["Ü" * 40, "x" * 60, "A" * 60])
def test_a_value_that_does_not_fit_goes_out_in_words(value):
    """Better a question without buttons than one that Telegram refuses."""
    options = (Option(value, "Etwas anderes"), Option("b", "Preis"))
    content = outbound.shown(plain("Warum?", prompt=Prompt("Warum?", options)), CAPABILITIES)
    assert content.keyboard == []
    assert "Etwas anderes" in content.text
    assert "Preis" in content.text


@pytest.mark.parametrize(
    ("labels", "lines"),
    [
        ([str(n) for n in range(11)], [6, 5]),
        ([str(n) for n in range(1, 11)], [5, 5]),
        (["1", "2", "3", "4", "5"], [5]),
        (["Ja", "Nein"], [2]),
        (["Preis", "Qualität", "Wartezeit"], [3]),
        (["Freundlichkeit", "Preis"], [2]),
        (["Die Wartezeit am Telefon", "Der Preis", "Die Technik"], [1, 2]),
        (["0 gar nicht wahrscheinlich", *map(str, range(1, 10)), "10 sehr wahrscheinlich"], [1, 5, 4, 1]),
        (["Weiter"], [1]),
        ([], []),
    ],
)
def test_layout(labels, lines):
    """Scales stand in even rows, long words below each other, in the order of the question."""
    laid = rows([Option(str(number), label) for number, label in enumerate(labels)])
    assert [len(line) for line in laid] == lines
    assert [option.label for line in laid for option in line] == labels


def test_the_keyboard_of_an_edit_belongs_to_the_question():
    """A press on it still answers the question that the message asked."""
    content = outbound.shown(message(edits=f"{SESSION}.3.0"), CAPABILITIES)
    assert content.keyboard[0][0].data == f"{SESSION}.3.0|0"


@pytest.mark.parametrize(
    ("text", "to", "sent"),
    [
        ("a\r\nb\rc\td", 77, "a\nb\nc d"),
        ("x\x00y\x1b[31m\ud800", 77, "xy[31m"),
        ("\u202emoc.live\u202c", 77, "moc.live"),
        ("tg://resolve?domain=x TG://y ton://z", 77, "tg:\u2060//resolve?domain=x TG:\u2060//y ton:\u2060//z"),
        ("https://x.example/tg:a", 77, "https://x.example/tg:a"),
        ("frag @support", 77, "frag @support"),
        ("frag @support (@ada) a@b.de @@x", -100, "frag @\u2060support (@\u2060ada) a@b.de @@\u2060x"),
        ("/stop und/oder 5 /10 https://a.b/c </x>", 77, "/stop und/oder 5 /10 https://a.b/c </x>"),
        ("/ban und/oder (/kick@bot) https://a.b/c", -100, "/\u2060ban und/oder (/\u2060kick@bot) https://a.b/c"),
        ("*bold* <b>x</b> [a](b) &amp;", -100, "*bold* <b>x</b> [a](b) &amp;"),
    ],
)
def test_s26_text_is_text(text, to, sent):
    """S26: no markup is read, no app link works, and nobody in a group is called by a customer's words."""
    assert outbound.shown(plain(text, to), CAPABILITIES).text == sent


@pytest.mark.parametrize(
    ("kind", "alias", "sent"),
    [
        ("agent", "Olga", "Olga: hallo"),
        ("agent", "", "hallo"),
        ("desk", "Ada", "Ada: hallo"),
        ("survey", "Olga", "hallo"),
        ("agent", "O\nl", "O l: hallo"),
    ],
)
def test_alias(kind, alias, sent):
    """Telegram lets a bot speak under one name only: an agent's stands before the words."""
    assert outbound.shown(plain("hallo", kind=kind, alias=alias), CAPABILITIES).text == sent


@pytest.mark.parametrize("text", ["", " \n", "\x00\u202e"])
def test_empty_text_is_refused_here(text):
    """What Telegram would refuse does not leave the house."""
    with pytest.raises(Rejected, match="empty"):
        outbound.shown(plain(text), CAPABILITIES)


@given(st.text(max_size=30).map(lambda text: text * 300), st.sampled_from([77, -77]))
def test_s26_length_counts_utf16(text, to):
    """S26: 4096 UTF-16 units at most, whatever has been added on the way."""
    try:
        content = outbound.shown(plain(text, to), CAPABILITIES)
    except Rejected:
        return
    assert length(content.text, "utf16") <= 4096
