"""Short replies are read once; nothing but the time shows it."""

from inspect import unwrap

from flows import reading
from flows.reading.remembered import SHORT, remembered
from tests.flows.reading.peers import labelled


def test_a_short_text_is_read_once_and_a_long_one_every_time():
    """What is long hardly comes again, and would only be kept."""
    seen = []

    @remembered
    def read(text: str, language: str) -> str:
        seen.append(text)
        return text + language

    for text in ("9", "9", "x" * SHORT, "x" * SHORT, "y" * (SHORT + 1), "y" * (SHORT + 1)):
        assert read(text, "de") == text + "de"
    assert read("9", "en") == "9en"
    assert seen == ["9", "x" * SHORT, "y" * (SHORT + 1), "y" * (SHORT + 1), "9"]


def test_what_is_remembered_is_what_would_be_read():
    """All short labelled replies, twice, beside the readers themselves."""
    short = {(row.text, row.language) for row in labelled() if len(row.text) <= SHORT}
    assert len(short) > 300
    for text, language in short:
        for read in (reading.keyword, reading.read_score, reading.read_yes_no, reading.wish):
            assert read(text, language) == read(text, language) == unwrap(read)(text, language), text
