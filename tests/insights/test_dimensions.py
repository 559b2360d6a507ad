"""The settings' `insights`: by what the numbers can be told apart."""

import pytest
from pydantic import ValidationError

from insights.dimensions import DIMENSIONS, InsightsSettings


def test_without_a_word_there_are_five():
    """Those that contacts and triggers usually have."""
    assert DIMENSIONS == ("brand", "region", "touchpoint", "agent", "segment")


@pytest.mark.parametrize("names", [(), ("plan",), tuple(f"d{n}" for n in range(8)), ("campaign", "wave", "a-b_c")])
def test_up_to_eight_may_be_named(names):
    """Any attribute will do."""
    assert InsightsSettings(dimensions=names).dimensions == names


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (tuple(f"d{n}" for n in range(9)), "at most 8"),
        (("flow",), "'flow' is there already"),
        (("month",), "'month' is there already"),
        (("plan", "brand", "plan"), "'plan' is there already"),
        (("Brand",), "pattern"),
        (("a:b",), "pattern"),
    ],
)
def test_what_does_not_tell_apart_is_refused(names, why):
    """Too many, twice the same, or a name that means something else."""
    with pytest.raises(ValidationError, match=why):
        InsightsSettings(dimensions=names)
