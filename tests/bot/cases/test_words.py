"""What a case says: complete in both languages, filled in once, short where the customer pays for length."""

import re
from pathlib import Path

import pytest

from bot.cases.card import pseudonym
from bot.cases.words import day, moment, shipped, word
from bot.segments import segments
from flows.templates import leftovers, names

TO_CUSTOMERS = ("greeting", "out_of_hours", "is_it_solved", "yes", "no", "thanks_solved", "sorry_reopened", "new_score",
                "thanks_score", "file_refused_customer")  # fmt: skip
CASES = Path(__file__).parents[3] / "bot" / "cases"


def test_every_text_is_there_in_both_languages_with_the_same_placeholders():
    """Nothing is said half, and nothing that looks like a placeholder is none."""
    for name, texts in shipped().items():
        assert set(texts) == {"de", "en"}, name
        assert set(names(texts["de"])) == set(names(texts["en"])), name
        assert all(text.strip() and not list(leftovers(text)) for text in texts.values()), name


@pytest.mark.parametrize("name", TO_CUSTOMERS)
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_customers_read_is_one_cheap_sms(name, language):
    """GSM-7 and one segment, with the longest values that are likely."""
    found = segments(word(name, language, agent="Alexandra Musterfrau", time="Mo 21.09. 14:30"))
    assert (found.encoding, len(found.parts)) == ("gsm7", 1)


def test_every_name_that_the_case_uses_is_there():
    """Read from the code: a forgotten text would fail in the middle of somebody's case."""
    said = re.compile(r'(?:word|say)\(\s*"([a-z_]+)"')
    used = {name for path in CASES.glob("*.py") for name in said.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 50
    assert used <= set(shipped())


def test_no_text_is_there_that_nobody_says():
    """Each name stands in the code; the second half of those that are put together does."""
    product = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("bot", "channels", "commands", "web")
        for path in (CASES.parents[1] / folder).rglob("*.py")
    )
    said = set(re.findall(r"[\"']([a-z_]+)[\"']", product))
    assert [each for each in shipped() if each not in said and each.partition("_")[2] not in said] == []


def test_values_are_put_in_once_and_empty_ones_leave_no_gap():
    """Braces in what a customer wrote stay as they are (S28)."""
    assert word("note_of", "en", who="{{ text }}", text="{{ who }}") == "Note by {{ text }}: {{ who }}"
    assert word("resolved", "en", who="Anna", cause="price", action="") == "Anna has resolved this case. Cause: price."
    assert word("delivery_failed", "de", text="Hallo", reason="") == "Nicht zugestellt: „Hallo“"


@pytest.mark.parametrize(
    ("language", "said"), [("de", "Ja"), ("de-AT", "Ja"), ("de_CH", "Ja"), ("fr", "Yes"), ("", "Yes")]
)
def test_a_language_without_texts_reads_english(language, said):
    """A region's language is its language."""
    assert word("yes", language) == said


def test_moments_are_told_on_the_desks_clocks():
    """In its zone and language, without a word that is wrong tomorrow."""
    at = 1_790_000_000_000
    assert moment(at, "Europe/Berlin", "de") == "Mo 21.09. 16:13"
    assert moment(at, "America/New_York", "en") == "Mon 09/21 10:13"
    assert (day(at, "UTC", "de"), day(at, "UTC", "en")) == ("21.09.2026", "2026-09-21")


def test_c13_a_pseudonym_stays_the_same_and_tells_nothing():
    """The same customer has the same one; there is no part of the number in it."""
    assert pseudonym("sms:+4915112345678", "de") == pseudonym("sms:+4915112345678", "de")
    assert re.fullmatch(r"Kunde \d{5}", pseudonym("sms:+4915112345678", "de"))
    others = {pseudonym(f"sms:+49151{number:08}", "en") for number in range(200)}
    assert len(others) > 190
