"""What holds for any text: bounds, no exceptions, idempotence, linear time."""

import cProfile
import pstats
import re
import unicodedata

import pytest
from hypothesis import example, given, settings, target
from hypothesis import strategies as st

from flows.reading import keyword, read_choice, read_correction, read_score, read_yes_no, wish
from flows.reading.fold import fold
from tests.flows.reading.corpus import rows
from tests.flows.reading.hostile import texts

LANGUAGES = st.sampled_from(
    ["de", "en", "fr", "es", "it", "nl", "pt", "pl", "tr", "ru", "ar", "sw", "de-AT", "", "../x"]
)
PIECES = st.sampled_from(
    [
        "0",
        "1",
        "7",
        "8",
        "9",
        "10",
        "11",
        "42",
        "007",
        "7.5",
        "8/10",
        "4/5",
        "7-8",
        "-1",
        "1_0",
        "²",
        "½",
        "٣",
        "１０",
        "🔟",
        "1️⃣",
        "⑨",
        "seven",
        "acht",
        "zehn",
        "one",
        "null",
        "or",
        "oder",
        "to",
        "bis",
        "and",
        "und",
        "not",
        "nicht",
        "keine",
        "sorry",
        "meinte",
        "about",
        "ca.",
        "?",
        "!",
        ",",
        ".",
        "-",
        "–",
        "/",
        "%",
        "€",
        "#",
        "+",
        "~",
        "*",
        "(",
        ")",
        ":",
        "\n",
        "points",
        "von",
        "out",
        "of",
        "stars",
        "years",
        "Uhr",
        "because",
        "weil",
        "stop",
        "please",
        "call",
        "me",
        "👍",
        ":seven:",
        "&gt;",
        ">",
        "<",
        "xyz",
    ]
)
WORDS_OF_ALL_KINDS = [
    kind.write().split(" 7 ")[k] for kind in texts() if kind.name.endswith("as '{} 7 '") for k in (0, 5, 9)
]
MOST_CALLS = 32_000
MIXED = st.one_of(
    st.text(max_size=80), st.lists(PIECES, max_size=14).map(" ".join), st.lists(PIECES, max_size=8).map("".join)
)
SCORED = [row for name in ("sample.jsonl", "rules.tsv", "trial.tsv") for row in rows(name) if row.action == "accept"]


@settings(max_examples=400, deadline=None)
@given(text=MIXED, language=LANGUAGES)
@example(text="1_0", language="en")
@example(text="²", language="en")
@example(text="\ud800", language="en")
def test_s31_nothing_outside_the_bounds_is_ever_accepted(text: str, language: str):
    """S31: ASCII grammar after NFKC; a value is a whole number of the scale, and there only for accept and confirm."""
    for low, high in ((0, 10), (1, 5), (1, 7)):
        read = read_score(text, language, low, high)
        assert (read.value is not None) == (read.action in {"accept", "confirm"})
        assert read.value is None or low <= read.value <= high
        assert read.comment == "" or (read.action == "accept" and read.comment in text)
        assert read.wants_human or read.action != "human"
        assert read.rule


@settings(max_examples=300, deadline=None)
@given(text=MIXED, language=LANGUAGES)
def test_no_text_raises(text: str, language: str):
    """Whatever customers type, every reader answers."""
    wish(text, language)
    keyword(text, language)
    read_yes_no(text, language)
    read_choice(text, language, [])
    correction = read_correction(text, language)
    assert correction is None or correction.action in {"accept", "confirm"}


@settings(max_examples=300, deadline=None)
@given(
    row=st.sampled_from(SCORED), before=st.sampled_from(["", " ", "\t ", "  "]), after=st.sampled_from(["", "  ", "\n"])
)
def test_white_space_and_case_do_not_matter(row, before: str, after: str):
    """Reading is idempotent under white space and case."""
    read = read_score(row.text, row.language)
    spaced = read_score(before + re.sub(" ", "  ", row.text) + after, row.language)
    assert (spaced.action, spaced.value, spaced.wants_human) == (read.action, read.value, read.wants_human)
    for cased in (row.text.lower(), row.text.upper()):
        if len(cased) == len(row.text):
            again = read_score(cased, row.language)
            assert (again.action, again.value) == (read.action, read.value)


REASONS = {
    "de": ["die Lieferung kam zu spät", "Fahrer war freundlich", "weil der Kaffee kalt war", "seit 3 Wochen gewartet"],
    "en": ["the delivery came late", "driver was friendly", "because the coffee was cold", "waited 3 weeks"],
}


@settings(max_examples=200, deadline=None)
@given(
    score=st.sampled_from(["9", "zwei", "8/10", "10", "0", "4 Punkte", "two", "ten", "7 out of 10"]),
    separator=st.sampled_from([", ", " - ", ". ", " – ", "; ", "! ", "\n", ": "]),
    data=st.data(),
)
def test_a_reason_behind_the_score_never_changes_it(score: str, separator: str, data: st.DataObject):
    """Adding a trailing reason never changes an accepted score, and the reason is the comment."""
    language = data.draw(st.sampled_from(["de", "en"]))
    reason = data.draw(st.sampled_from(REASONS[language]))
    alone = read_score(score, language)
    if alone.action == "accept":
        read = read_score(f"{score}{separator}{reason}", language)
        assert (read.action, read.value, read.comment) == ("accept", alone.value, reason)


@given(st.text())
def test_folding_keeps_the_way_back(text: str):
    """Every folded character knows the original character it came from; digits are ASCII or gone."""
    folded = fold(text)
    assert len(folded.at) == len(folded.text)
    assert all(0 <= i < len(text) for i in folded.at)
    assert all(char.isascii() for char in folded.text if unicodedata.category(char) == "Nd")


@pytest.mark.parametrize(
    "piece",
    [
        "1 ",
        "1/",
        "1.",
        "a ",
        "a. ",
        "a",
        "ich gebe ",
        "nicht mehr ",
        "don't ",
        "stop ",
        "7 oder ",
        "> 8\n",
        "<@",
        ":a",
        "((",
        "www.",
        "aaab",
        "hallo, ",
        "9, nein, ",
        "call me ",
        "und ich will ",
        "s i e b e n ",
        "👍",
        "if ",
        "no no ",
        "lg, ",
        "sent ",
        "how likely are you ",
    ],
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_work_grows_with_length_and_no_faster(piece: str, language: str):
    """Eight times the text is at most about eight times the function calls, whatever is repeated."""
    short, long = ((piece * 4000)[:size] for size in (1000, 8000))
    read_score(long, language)  # word lists loaded, look-ups cached
    assert calls(long, language) < 11 * calls(short, language) + 3000


@settings(max_examples=80, deadline=None, print_blob=True)
@given(
    pieces=st.lists(PIECES | st.sampled_from(WORDS_OF_ALL_KINDS), min_size=1, max_size=6),
    between=st.sampled_from(["", " ", ", ", "\n", ". ", "-", " 7 "]),
    language=st.sampled_from(["de", "en", "fr", "tr"]),
)
def test_a_search_for_slow_texts_finds_none(pieces: list[str], between: str, language: str):
    """Hypothesis looks for what costs most: no 4,000 characters of anything take more function calls than this."""
    text = (between.join(pieces) + between) * 4000
    text = text[:4000]
    read_score(text, language)  # look-ups cached
    cost = calls(text, language)
    target(float(cost), label="function calls")
    assert cost < MOST_CALLS


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_kind_of_hostile_text_takes_more_calls(language: str):
    """Every list of words, whole, cut and misspelt, with numbers between; every sign; words that are new each time."""
    read_score("about 7, call me", language)  # word lists loaded
    kinds = list(texts((language,)))[::3]
    costs = {kind.name: calls(kind.write(), language) for kind in kinds}
    assert len(costs) > 250
    assert {name: cost for name, cost in costs.items() if cost > MOST_CALLS} == {}


def calls(text: str, language: str) -> int:
    profile = cProfile.Profile()
    profile.runcall(read_score, text, language)
    return pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
