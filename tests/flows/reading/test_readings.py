"""Replies that nobody has labelled are read as they were: a change of the reader shows what else it changes."""

import pytest

from tests.flows.reading.readings import FILE, files, readings

KEPT = FILE.read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", files())
def test_nothing_is_read_differently_unnoticed(name: str):
    """The readings are those in readings.txt; where a change is meant, `readings.py` writes them anew."""
    assert list(readings(name)) == [line for line in KEPT if line.startswith(f"{name}:")]
