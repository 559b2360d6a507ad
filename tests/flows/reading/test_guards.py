"""Guards that spare ordinary replies most of the reading: none changes what a reply is read as."""

from functools import cache
from itertools import product

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.reading import keyword, read_correction, read_score, wish
from flows.reading.fold import fold
from flows.reading.keyword import _look_up, _names_person, asks_for_person
from flows.reading.lexicon import entries, files, keywords, lexicon, word_lists
from flows.reading.score import _read, _read_correction
from flows.reading.tokens import LONGEST_WORD, WORD, tokenise, words_of
from flows.reading.wishes import _wish_in_phrases, may_wish
from tests.flows.reading.corpus import rows

CODES = tuple(sorted(word_lists()))
LANGUAGES = st.sampled_from([*CODES, "de-AT", "sw", "ga", "zh"])
ROWS = [row for name in ("sample.jsonl", "rules.tsv", "trial.tsv") for row in rows(name)]
BETWEEN = [
    " ",
    " ",
    " ",
    ", ",
    "",
    "'",
    "-",
    "_",
    ". ",
    "\n",
    ":",
    "*",
    " ⭐",
    "👍",
    "&amp",
    "&gt;",
    "<",
    " www.",
    "é",
    "\u0301",
]
NUMBERS = ["7", "9", "10", "0", "8/10", "١٠", "🔟", ":nine:", "s e v e n", "siiieben", "aaa", "x" * 41]


@cache
def vocabulary(language: str) -> tuple[str, ...]:
    """Every word of a language's lists and patterns, and the keywords of all languages."""
    lists = msgspec.toml.decode(files("flows.words").joinpath(f"{language}.toml").read_bytes())
    grouped = [text for group in lists.values() if isinstance(group, dict) for text in group.values()]
    parts = " ".join(grouped).replace("|", " ").replace(",", " ").replace("?", " ").replace("*", " ").split()
    words = keywords()
    kinds = (words.stop, words.start, words.help, words.human)
    said = [word for lists in kinds for text in lists.values() for word in entries(text)]
    return (*dict.fromkeys(part.lstrip("@") for part in parts if part != ".."), *said)


@st.composite
def replies(draw: st.DrawFn) -> tuple[str, str]:
    """A language and a text of its own words, numbers and signs, or a labelled reply that is taken apart."""
    if draw(st.booleans()):
        row = draw(st.sampled_from(ROWS))
        words, language = row.text.split(), row.language
    else:
        language = draw(st.sampled_from(CODES))
        words = []
    for _ in range(draw(st.integers(0 if words else 1, 6))):
        words.insert(
            draw(st.integers(0, len(words))), draw(st.sampled_from(vocabulary(language)) | st.sampled_from(NUMBERS))
        )
    seams = draw(st.lists(st.sampled_from(BETWEEN), min_size=3, max_size=3))
    return "".join(word + seams[i % 3] for i, word in enumerate(words)), language


def test_a_bare_number_is_read_as_by_all_stages():
    """Every number with spaces and closing signs around it, in every language and on every scale."""
    numbers = [f"{n}" for n in (*range(13), 42, 99, 100)] + ["00", "07", "010", "1 0", "", "-1", "1_0", "²", "1０"]
    for text, language, bounds in product(numbers, CODES, ((0, 10), (1, 5), (1, 7))):
        for dressing in ("{}", " {} ", "{}!", "{}.", "{}!!!", "{} ...", "{}\n", "\t{}", "{}?", ".{}", "  {}  !  "):
            reply = dressing.format(text)
            assert read_score(reply, language, *bounds) == _read(reply, language, *bounds)[0], (reply, language, bounds)


@settings(max_examples=400, deadline=None)
@given(replies())
@example(("9 instead of 6", "en"))
@example(("*9*", "en"))
@example(("*9", "en"))
@example(("n o t 6", "en"))
@example(("sorry s i x", "en"))
@example(("sorryyyy niiiine", "en"))
@example(("sorry, :nine:", "en"))
@example(("&ampnot 6 but 9", "en"))
@example(("⭐ stop", "en"))
@example(("opt'out", "en"))
@example(("www.stop texting me", "en"))
@example(("not want 2 get texted", "en"))
def test_a_guard_only_spares_work(reply: tuple[str, str]):
    """Corrections, wishes and keywords are found with the guards as without them."""
    text, language = reply
    assert read_correction(text, language) == _read_correction(text, language, 0, 10)
    assert keyword(text, language) == _look_up(text, language)
    assert asks_for_person(text) == _names_person(text)
    spoken = keyword(text, language) or ("human" if asks_for_person(text) else "")
    assert wish(text, language) == (spoken or _wish_in_phrases(text, language))
    tokens = tokenise(fold(text))
    for source in (lexicon(language), lexicon("en")):
        for patterns in (source.wishes, source.not_wishes):
            everything = patterns._find(tokens, set(patterns._patterns))
            assert patterns.find(tokens) == everything
            assert not everything or patterns.possible(set(words_of(text)))
            assert not (everything and patterns is source.wishes) or may_wish(text, language)


@settings(max_examples=250, deadline=None)
@given(st.text(max_size=60) | replies().map(lambda reply: reply[0]))
@example("don't 'tis a8b 8pm ⭐⭐ b4 :dd &ampstop www.foo :smile: it’s http://x.y")
@example("hi <@u1abc> x <")
def test_words_at_a_glance_are_those_of_the_tokens(text: str):
    """The quick way to the words finds those the tokens have."""
    expected = [token.text[:LONGEST_WORD] for token in tokenise(fold(text)) if token.kind == WORD]
    assert list(words_of(text)) == expected


@pytest.mark.parametrize("text", ["7", "9!", "the delivery took two weeks and nobody told me why"])
def test_ordinary_replies_pass_the_guards(text: str):
    """The guards are of use: what most people write gets past them without the stages."""
    assert not may_wish(text, "en")
    assert read_correction(text, "en") is None
