"""A world for each kind of database and file of tests; its customers are new for every test."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests import postgres
from tests.live.world import World, a_world


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept_database(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A fresh database that the tests of one file share: they run once on each kind."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("live") / "echolot.db"
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"
        return
    url = postgres.fresh_database()
    yield url
    postgres.recycle(url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(kept_database: str) -> AsyncIterator[World]:
    """A running server with everybody in it."""
    async with a_world(kept_database) as running:
        yield running
