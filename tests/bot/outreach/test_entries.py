"""The words of entries: how they are read, and which ones nobody may choose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.outreach.entries import MOST, Entries, Entry, EntrySettings, misfits
from flows import library
from flows.reading import keyword
from flows.reading.lexicon import entries as spellings
from flows.reading.lexicon import keywords

SHOP = Entry("shop-17", "SHOP17", "after-support", (), "", {}, "Text SHOP17.")
FLOWS = {each.id: each for each in library.load().flows}
LISTS = {name: getattr(keywords(), name) for name in ("stop", "start", "help")}
KEYWORDS = sorted({word for lists in LISTS.values() for text in lists.values() for word in spellings(text)})


def entry(word: str = "", **fields) -> EntrySettings:
    """One that is right but for these."""
    return EntrySettings(**{"flow": "after-support", "wording": "Text us.", "word": word, **fields})


def wrong(given=(), channels=("sms",), flows=FLOWS, *, all_known=True, **entries) -> list[tuple[str, str]]:
    """What is said about these entries, with the dotted place."""
    found = misfits(entries, channels, flows, given, all_known=all_known)
    return [(".".join(map(str, loc)), message) for loc, message in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SHOP17", True),
        ("shop17", True),
        ("  Shop17.\n", True),
        ("„ＳＨＯＰ１７!“", True),
        ("(shop17)\u200b", True),
        ("SHOP17 SHOP17", False),
        ("SHOP 17", False),
        ("SHOP17 bitte", False),
        ("SHOP", False),
        ("#", False),
        ("", False),
        ("x" * 10_000, False),
        ("\ud83d", False),
    ],
)
def test_a_word_is_the_whole_message(text, found):
    """Case, width and punctuation around it do not matter, everything else does."""
    assert (Entries([SHOP]).find("sms", text) is SHOP) == found


def test_letters_that_grow_when_they_are_folded_are_still_found():
    """ß is ss, and a Turkish dotted I has two characters then."""
    for word in ("STRASSE1", "İSTANBUL", "ŒUVRE"):
        assert Entries([SHOP._replace(word=word)]).find("sms", word.lower() if word != "STRASSE1" else "Straße1")


@pytest.mark.parametrize(("channels", "on"), [((), "ab"), (("a",), "a"), (("a", "b"), "ab"), (("c",), "")])
def test_an_entry_is_found_on_its_channels(channels, on):
    entries = Entries([SHOP._replace(channels=channels)])
    assert "".join(name for name in "ab" if entries.find(name, "SHOP17")) == on
    assert "".join(name for name in "ab" if entries.named(name, "shop-17")) == on


def test_a_link_names_the_entry_and_not_its_word():
    entries = Entries([SHOP])
    assert [entries.named("sms", name) for name in ("shop-17", "SHOP-17", "shop17", "", "other")] == [SHOP] * 2 + [
        None
    ] * 3
    assert list(entries) == [SHOP]
    assert Entries().find("sms", "SHOP17") is Entries().named("sms", "shop-17") is None


@pytest.mark.parametrize(
    ("opens", "closes", "now", "is_open"),
    [(0, 0, 5, True), (5, 0, 4, False), (5, 0, 5, True), (0, 9, 8, True), (0, 9, 9, False), (5, 9, 7, True)],
)
def test_an_entry_is_open_from_its_first_moment_until_its_last(opens, closes, now, is_open):
    assert SHOP._replace(opens_at=opens, closes_at=closes).is_open(now) == is_open


def test_days_are_those_of_the_zone_and_the_last_one_is_whole():
    """1 July in Berlin begins at 22:00 UTC; without a word the name is it."""
    made = entry(**{"from": "2026-07-01", "until": "2026-07-01", "once_every": "30d"}).made("shop-17", "Europe/Berlin")
    assert (made.opens_at, made.closes_at - made.opens_at) == (1_782_856_800_000, 24 * 3_600_000)
    assert (made.word, made.every, made.purpose) == ("shop-17", 30 * 24 * 3_600_000, "survey:shop-17")


@pytest.mark.parametrize(("word", "is_code"), [("SHOP17", True), ("PIZZA", False), ("店７", True)])
def test_a_word_with_a_digit_is_a_code(word, is_code):
    assert SHOP._replace(word=word).is_code == is_code


# --- what an operator may write ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", KEYWORDS)
def test_no_word_takes_the_place_of_stop_start_or_help(word):
    """In any language that is read: the settings refuse it, and if they did not, it would still not be found."""
    said = [message for _, message in wrong(a=entry(word[:MOST]))]
    assert len(said) == 1
    assert Entries([SHOP._replace(word=word)]).find("sms", word) is None


@given(
    st.sampled_from(KEYWORDS),
    st.sampled_from(["", "!", " ", "„", "\u200b"]),
    st.sampled_from([str.upper, str.title, str]),
)
def test_what_reads_as_a_keyword_is_no_entry_however_it_is_written(word, around, case):
    text = f"{around}{case(word)}{around}"
    found = Entries([SHOP._replace(word=word), SHOP._replace(name="b", word=text)]).find("sms", text)
    assert found is None or not keyword(text, "")


@pytest.mark.parametrize("word", ["0", "7", "10", "１０", "٧", "zehn", "NINE", "diez", "dix", "nul"])
def test_a_number_is_an_answer(word):
    assert [message for _, message in wrong(a=entry(word))] == [
        f"'{word}' is an answer: people write it when they are asked for a number"
    ]


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("Ja", "'Ja' is an answer: yes or no"),
        ("no", "'no' is an answer: yes or no"),
        ("Mitarbeiter", "'Mitarbeiter' is what people write to say HUMAN, in one of the languages that are read"),
        ("x", "a word has at least 2 characters, and no space in it"),
        ("!!!", "a word has at least 2 characters, and no space in it"),
        ("shop 17", "a word has at least 2 characters, and no space in it"),
        ("shop\u200b17", "a word has at least 2 characters, and no space in it"),
    ],
)
def test_what_no_word_can_be(word, says):
    assert wrong(a=entry(word)) == [("entries.a.word", says)]


@pytest.mark.parametrize("word", ["SHOP17", "shop-17", "4711", "11", "Pizza", "Straße", "店舗", "feedback"])
def test_what_a_word_can_be(word):
    assert wrong(a=entry(word)) == []


def test_words_are_shared_by_nobody():
    """Written the same or not, given or taken from the name."""
    assert wrong(shop17=entry(), b=entry("Shop17!"), c=entry("ＳＨＯＰ１７"), d=entry("other")) == [
        ("entries.b.word", "the entry 'shop17' has this word, too"),
        ("entries.c.word", "the entry 'shop17' has this word, too"),
    ]


def test_what_there_is_not_is_named_with_what_comes_close():
    assert wrong(ab=entry(channels=["sms", "smss"], flow="after-suport"), cd=entry(flow="xyz", channels=["xyz"])) == [
        ("entries.ab.channels.1", "no channel is called 'smss'; did you mean 'sms'?"),
        ("entries.ab.flow", "there is no survey 'after-suport'; did you mean 'after-support'?"),
        ("entries.cd.channels.0", "no channel is called 'xyz'; there is 'sms'"),
        ("entries.cd.flow", "there is no survey 'xyz'; there is 'after-support', 'relationship'"),
    ]
    assert wrong(ab=entry(flow="after-suport"), all_known=False) == []


def test_values_and_language_are_those_of_the_survey():
    values = {"firstname": "Ada", "company": "Acme"}
    assert wrong(ab=entry(set=values, language="fr"), cd=entry(language="de-AT", set={"company": "x"})) == [
        ("entries.ab.language", "the survey 'after-support' is not written in 'fr', but in de, en"),
        (
            "entries.ab.set.firstname",
            "the survey 'after-support' has no variable 'firstname'; did you mean 'first_name'?",
        ),
    ]


def test_a_value_that_is_missing_is_told_unless_the_settings_have_it():
    flow = library.Library()
    source = library.SHIPPED.joinpath("after-support.yaml").read_text("utf-8")
    needs = flow.add_source(source.replace("{default: Echolot, about: Who is asking}", "{about: Who is asking}"))
    flows = {needs.id: needs}
    assert wrong(ab=entry(), flows=flows) == [("entries.ab", "flow 'after-support': 'company' needs a value")]
    assert wrong(ab=entry(), flows=flows, given=["company", "other"]) == []
    assert wrong(ab=entry(set={"company": "Acme"}), flows=flows) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"wording": ""},
        {"from": "2026-07-02", "until": "2026-07-01"},
        {"from": "soon"},
        {"once_every": "often"},
        {"word": "x" * 41},
        {"brand": "acme"},
    ],
)
def test_what_is_no_entry_is_refused(fields):
    with pytest.raises(ValidationError):
        entry(**fields)
    with pytest.raises(ValidationError):
        EntrySettings(flow="after-support")
