"""Scripts: transactions written once, the same on both databases."""

import pytest

from storage.scripts import Ask, Many, Script
from storage.sql import portable


def remember(contact: str) -> Script[int]:
    """Two people, and how many there are."""
    yield Many("try_add_contacts", [(f"{contact}{n}", "nul\0s go", n) for n in range(2)])
    [(count,)] = yield Ask("try_count_contacts", (contact,))
    return int(count)


@pytest.fixture(autouse=True)
def statements(monkeypatch):
    """Statements of this test's own; `:at` occurs three times and gets one number."""
    monkeypatch.setitem(
        portable(),
        "try_add_contacts",
        """
        INSERT INTO contact (id, name, language, zone, zone_source, country, brand, region, segment, agent, attributes,
          created_at, updated_at)
        VALUES (:id, :name, 'de', '', '', '', '', '', '', '', '{}', CAST(:at AS BIGINT), CAST(:at AS BIGINT))""",
    )
    monkeypatch.setitem(
        portable(), "try_count_contacts", "SELECT count(*) FROM contact WHERE id LIKE CAST(:id AS TEXT) || '%'"
    )


async def test_a_script_runs_in_one_transaction_on_either_database(store):
    """What it wrote it reads, and a reader sees it afterwards."""
    assert await store.run(lambda: remember("c")) == 2
    assert await store.read(lambda: _counted("c")) == 2


async def test_a_script_that_fails_leaves_nothing(store):
    """The second of two equal ids rolls the first back."""

    def twice() -> Script[None]:
        yield Many("try_add_contacts", [("x", "", 1), ("x", "", 2)])

    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        await store.run(twice)
    assert await store.read(lambda: _counted("x")) == 0


def _counted(contact: str) -> Script[int]:
    [(count,)] = yield Ask("try_count_contacts", (contact,))
    return int(count)
