"""The shipped surveys, and a house on each kind of database."""

import pytest

from flows import library as flows
from flows.library import Library
from tests.bot.runtime.house import House


@pytest.fixture(scope="session")
def library() -> Library:
    return flows.load()


@pytest.fixture
def house(store, library) -> House:
    """Every part, on SQLite and on PostgreSQL."""
    return House(store, library)
