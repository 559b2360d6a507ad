"""What many tests ask for: a fresh database of each kind, and the store on it."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import nullcontext
from functools import cache
from pathlib import Path

import httpx
import pytest
import structlog

from storage import migrate
from storage.opening import open_store
from storage.postgres import PostgresStore
from storage.sqlite import SqliteStore
from tests import postgres, tracing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, or one process would be left with it at the end: these are not measured either."""
    items.sort(key=lambda item: not tracing.is_untraced(item.nodeid))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Coverage rests while a test runs, with all that it sets up, whose lines other tests cover."""
    with tracing.untraced() if tracing.is_untraced(item.nodeid) else nullcontext():
        return (yield)


@pytest.fixture(autouse=True, scope="session")
def certificates_read_once() -> Iterator[None]:
    """Every client of httpx reads the list of authorities, a third of the start of a server; here nothing has TLS."""
    with pytest.MonkeyPatch.context() as patch:
        once = cache(httpx.create_ssl_context)
        for where in ("httpx", "httpx._transports.default"):
            patch.setattr(f"{where}.create_ssl_context", once)
        yield


@pytest.fixture(autouse=True)
def own_logs() -> Iterator[None]:
    """A test that sets up logging, for a terminal that ends with it, does so for itself only."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the current schema, to be copied."""
    path = tmp_path_factory.mktemp("template") / "echolot.db"
    asyncio.run(migrate.upgrade(f"sqlite:///{path}"))
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database."""
    path = tmp_path / "echolot.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of a fresh PostgreSQL database."""
    url = postgres.fresh_database()
    yield url
    postgres.recycle(url)


@pytest.fixture
def bare_postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL database with nothing in it."""
    url = postgres.bare_database()
    yield url
    postgres.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database: the test runs once on each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[SqliteStore | PostgresStore]:
    """The store on a fresh database: the test runs once on each kind."""
    opened = await open_store(database_url)
    yield opened
    await opened.close()
