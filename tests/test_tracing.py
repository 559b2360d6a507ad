"""Coverage rests where it is told to, also in processes of xdist and in those that a test starts."""

import os
import sys

import pytest
from coverage import Coverage

from tests import tracing

MEASURED = Coverage.current() is not None


def _measures() -> tuple[bool, bool]:
    """Whether this process is measured, and one that it starts."""
    return sys.gettrace() is not None, tracing.CHILDREN in os.environ


@pytest.mark.skipif(not MEASURED, reason="only with --cov is anything measured")
def test_nothing_is_measured_where_coverage_rests() -> None:
    """Neither here nor in what is started; and afterwards everything is again."""
    assert _measures() == (True, True)
    with tracing.untraced():
        assert _measures() == (False, False)
    assert _measures() == (True, True)


def test_a_failure_inside_does_not_end_the_measuring() -> None:
    """It goes on as before."""
    before = _measures()
    with pytest.raises(ZeroDivisionError), tracing.untraced():
        _ = 1 // 0
    assert _measures() == before


@pytest.mark.parametrize("listed", [*tracing.UNTRACED, *tracing.MEASURED])
def test_what_is_listed_is_there(request: pytest.FixtureRequest, listed: str) -> None:
    """A file that was renamed would be measured again, and nobody would notice."""
    assert (request.config.rootpath / listed).exists()
    assert tracing.is_untraced(f"{listed}::test_it") == (listed in tracing.UNTRACED)
