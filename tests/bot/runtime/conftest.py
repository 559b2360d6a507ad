"""The shipped surveys, and a house on each kind of database."""

import pytest

from bot.runtime import dispatcher
from flows import library as flows
from flows.library import Library
from tests.bot.runtime.house import House
from tests.bot.runtime.lanes import Strip


@pytest.fixture(scope="session")
def library() -> Library:
    return flows.load()


@pytest.fixture
def house(store, library) -> House:
    """Every part, on SQLite and on PostgreSQL."""
    return House(store, library)


@pytest.fixture
def quick(monkeypatch):
    """A dispatcher's pauses that a test need not wait for."""
    monkeypatch.setattr(dispatcher, "POLL", 0.004)


@pytest.fixture
def strip(library) -> Strip:
    """A lane that remembers, without a database."""
    return Strip(library)
