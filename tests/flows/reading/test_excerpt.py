"""Long texts: what is looked at of them, and that a score, a wish or a doubt in any part of them still counts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.reading import read_correction, read_score, wish
from flows.reading.excerpt import LONGEST, excerpt
from flows.reading.fold import fold
from flows.reading.tokens import tokenise
from tests.flows.reading.peers import labelled

STORY = {
    "en": "The delivery came late and the driver could not find the house. I rang the shop, nobody knew about it. ",
    "de": "Die Lieferung kam zu spät und der Fahrer fand das Haus nicht. Im Laden wusste niemand davon. ",
}


def told(language: str, times: int) -> str:
    return STORY[language] * times


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("before", "behind"), [(0, 40), (40, 0), (20, 20), (3, 37), (35, 5)])
def test_a_score_is_found_in_any_part_of_a_long_text(language: str, before: int, behind: int):
    """At the beginning, at the end and in between; the comment is the whole story all the same."""
    text = f"{told(language, before)}\n7\n{told(language, behind)}"
    read = read_score(text, language)
    assert (read.action, read.value, read.rule) == ("accept", 7, "whole")
    assert read.comment == text.strip("7\n ") if not (before and behind) else text.strip()


@pytest.mark.parametrize(
    ("language", "words", "kind"),
    [
        ("en", "Stop texting me.", "stop"),
        ("de", "Ich will keine Nachrichten mehr von euch.", "stop"),
        ("en", "Please call me.", "human"),
        ("de", "Rufen Sie mich bitte an.", "human"),
    ],
)
@pytest.mark.parametrize("behind", [1, 18, 30])
def test_a_wish_is_heard_in_any_part_of_a_long_text(language: str, words: str, kind: str, behind: int):
    """C7: a demand for no more messages counts wherever it stands, beside a score and with numbers around it."""
    text = f"9. {told(language, 31 - behind)}{words} {told(language, behind)}"
    assert wish(text, language) == kind
    read = read_score(text, language)
    assert (read.action, read.wants_human) == (("stop", False) if kind == "stop" else ("accept", True))


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_score_beside_numbers_that_were_not_looked_at_is_asked_about(language: str):
    """Between beginning and end only a few numbers are looked at; who writes more of them is asked what he meant."""
    counted = told(language, 1) + {"en": "I waited 3 weeks. ", "de": "Ich habe 3 Wochen gewartet. "}[language]
    few, many = (f"9. {told(language, 12)}{counted * times}{told(language, 12)}" for times in (2, 12))
    assert read_score(few, language).action == "accept"
    read = read_score(many, language)
    assert (read.action, read.value, read.rule) == ("confirm", 9, "long")


def test_a_second_score_in_the_middle_of_a_long_text_is_seen():
    """Two values left standing are asked about, however far apart they stand."""
    assert read_score(f"9. {told('en', 15)}I'd give you a 3. {told('en', 15)}", "en").rule == "two values"


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_correction_with_a_long_story_is_one(language: str):
    """Where the words of a correction stand at the beginning or at the end of the story."""
    said = {"en": "Sorry, I meant 9 not 6.", "de": "Sorry, ich meinte 9 nicht 6."}[language]
    for text in (f"{said} {told(language, 40)}", f"{told(language, 40)}{said}"):
        read = read_correction(text, language)
        assert read is not None
        assert read.value == 9


def test_no_labelled_reply_is_near_so_long():
    """What is cut out of a long text changes no reading that anybody has labelled."""
    lengths = [len(tokenise(fold(row.text))) for row in labelled()]
    assert len(lengths) > 10_000
    assert max(lengths) < LONGEST // 2


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["7", "ten", "a", "stop", "text me", "…", "\n", ".", "www.x", "ﷺ", "don't"]), max_size=900)
)
def test_what_is_looked_at_is_a_part_of_the_text_in_order(pieces: list[str]):
    """All of a short text; of a long one at most so many tokens, and one word for each piece between them."""
    text = " ".join(pieces)
    folded = fold(text)
    tokens, everything = excerpt(text, "en").tokens, tokenise(folded)
    if len(everything) <= LONGEST:
        assert list(tokens) == everything
    assert sum(token.text != "…" for token in tokens) <= LONGEST
    assert all(token.text in {"…", ">", folded.text[token.start : token.end]} for token in tokens)
    ends = [0]
    for token in tokens:
        assert ends[-1] <= token.start < token.end
        assert token.text == "…" or not folded.text[ends[-1] : token.start].strip(" ")
        ends.append(token.end)
    assert not folded.text[ends[-1] :].strip(" ")
