"""Durations: what people write is whole milliseconds inside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.durations import parse, write


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("250ms", 250), ("5s", 5_000), ("15m", 900_000), ("1h30m", 5_400_000), ("1d", 86_400_000), ("1w", 604_800_000)],
)
def test_parse(text, milliseconds):
    assert parse(text) == milliseconds


@pytest.mark.parametrize(
    "text", ["", "5", "d", "1 d", "-1d", "1.5h", "1y", "١d", 5, None, True, "1d" * 7, "9" * 10 + "s"]
)
def test_refused(text):
    with pytest.raises(ValueError, match="is not a duration; write a number and a unit"):
        parse(text)


@given(st.integers(0, 10**10))
def test_round_trip(milliseconds):
    assert parse(write(milliseconds)) == milliseconds
