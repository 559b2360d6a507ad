"""Prints the table of how well the labelled replies are read below the test results."""

import pytest

TABLE: pytest.StashKey[list[str]] = pytest.StashKey()


@pytest.fixture
def accuracy_table(request):
    return request.config.stash.setdefault(TABLE, [])


def pytest_terminal_summary(terminalreporter, config):
    lines = config.stash.get(TABLE, [])
    if lines:
        terminalreporter.section("reading replies")
        for line in lines:
            terminalreporter.write_line(line)
