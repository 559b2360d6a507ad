"""What a channel shows: options in words where there are no buttons, never more than it takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Capabilities, Option, Prompt
from bot.render import length, render

SMS = Capabilities(max_text=1_600, text_unit="gsm7")
CHAT = Capabilities(max_text=4_096, buttons=True, text_unit="utf16")

SCORE = tuple(Option(str(n), str(n)) for n in range(11))
BANDS = tuple(Option(str(n), f"{n} likely") for n in range(11))
YES_NO = (Option("yes", "Ja"), Option("no", "Nein"))
TOPICS = (Option("delivery", "Lieferung"), Option("price", "Preis"), Option("other", "Etwas anderes"))


@pytest.mark.parametrize(
    ("text", "options", "shown"),
    [
        ("How are you?", (), "How are you?"),
        ("Recommend us?", SCORE, "Recommend us? (0-10)"),
        ("Recommend us?", BANDS, "Recommend us? (0-10)"),
        ("Recommend us, 0-10?", SCORE, "Recommend us, 0-10?"),
        ("Recommend us? 0 = no, 10 = yes", SCORE, "Recommend us? 0 = no, 10 = yes"),
        ("Recommend us? 100 people did", SCORE, "Recommend us? 100 people did (0-10)"),
        ("Rate us from 1 to 5", SCORE[1:6], "Rate us from 1 to 5"),
        ("Solved?", YES_NO, "Solved? (Ja / Nein)"),
        ("Solved? JA oder NEIN", YES_NO, "Solved? JA oder NEIN"),
        ("Meinten Sie 9? Bitte antworten Sie mit Ja.", YES_NO[:1], "Meinten Sie 9? Bitte antworten Sie mit Ja."),
        ("Worum?", TOPICS, "Worum?\n1 Lieferung\n2 Preis\n3 Etwas anderes"),
        ("Lieferung, Preis oder etwas anderes?", TOPICS, "Lieferung, Preis oder etwas anderes?"),
        ("Which?", (Option("1", "one"), Option("3", "three")), "Which? (one / three)"),
        ("Which?", (Option("²", "two"), Option("³", "three")), "Which? (two / three)"),
        ("„Gut“ – oder… ‘nicht’?\u00a0Ja", (), "\"Gut\" - oder... 'nicht'? Ja"),
    ],
)
def test_sms_shows_options_in_words_unless_the_text_has_them(text, options, shown):
    assert render(Prompt(text, options), SMS) == Prompt(shown)


def test_buttons_and_typography_stay_where_a_channel_has_them():
    assert render(Prompt("„Gut“?", TOPICS), CHAT) == Prompt("„Gut“?", TOPICS)


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("one two three", 13, "one two three"),
        ("one two three", 12, "one two..."),
        ("one two three", 10, "one two..."),
        ("one two three", 9, "one tw..."),
        ("onetwothreefour", 9, "onetwo..."),
        ("one two\nthree four", 16, "one two\nthree..."),
        ("o netwothreefour", 12, "o netwoth..."),
        ("a bc def", 7, "a bc..."),
        ("anything", 3, ""),
        ("anything", 4, "a..."),
    ],
)
def test_too_long_a_text_is_cut_behind_a_word(text, limit, shown):
    assert render(Prompt(text), Capabilities(max_text=limit)) == Prompt(shown)


def test_options_are_never_cut_but_the_words_before_them():
    shown = render(Prompt("How likely are you to recommend us?", SCORE), Capabilities(max_text=24))
    assert shown == Prompt("How likely are... (0-10)")
    assert render(Prompt("Why?", TOPICS), Capabilities(max_text=12)) == Prompt("Why?\n1...")


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [("a€[b", "chars", 4), ("a€[b", "gsm7", 6), ("a😀", "chars", 2), ("a😀", "utf16", 3), ("", "gsm7", 0)],
)
def test_length_is_counted_in_the_channels_unit(text, unit, expected):
    assert length(text, unit) == expected


@given(
    text=st.text(max_size=80),
    options=st.sampled_from([(), SCORE, YES_NO, TOPICS]),
    limit=st.integers(1, 60),
    unit=st.sampled_from(["chars", "utf16", "gsm7"]),
    buttons=st.booleans(),
)
def test_no_channel_gets_more_than_it_takes(text, options, limit, unit, buttons):
    shown = render(Prompt(text, options), Capabilities(max_text=limit, buttons=buttons, text_unit=unit))
    assert length(shown.text, unit) <= limit
    assert shown.options == (options if buttons else ())
