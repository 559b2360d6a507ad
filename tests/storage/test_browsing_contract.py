"""Lists that people leaf through: found by index, in portions, on both databases."""

import re

import pytest

from storage import browsing
from storage.sql import portable
from storage.sqlite import connect
from tests.storage import standings
from tests.storage.standings import person

LISTS = (
    "ledger_before", "ledger_portion_end", "contacts_among", "contacts_portion_end", "surveys_on_lanes", "answers_in",
    "waves_under_way",
)  # fmt: skip
PORTION = re.compile(r"SCAN (d|c|json_each)\b")  # what was taken by index before
ENDS = {"ledger_before": "decision_at", "ledger_portion_end": "decision_at", "surveys_on_lanes": "outbox_lane"}


@pytest.fixture(autouse=True)
def statements():
    standings.install()


@pytest.mark.parametrize("name", LISTS)
def test_no_list_goes_through_a_whole_table(sqlite_url, name):
    connection = connect(sqlite_url.removeprefix("sqlite:///"))
    sql = portable()[name]
    facts = dict.fromkeys(re.findall(r"(?<![:\w]):(\w+)", sql), "[]")
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", facts)]
    connection.close()
    assert not [step for step in plan if step.startswith("SCAN ") and not PORTION.match(step)], plan
    assert any(ENDS.get(name, "USING") in step for step in plan), plan


@pytest.mark.parametrize("portion", [1, 3, 100])
@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        (browsing.Sought(), 12),
        (browsing.Sought(text="ADA"), 12),
        (browsing.Sought(brand="acme"), 4),
        (browsing.Sought(brands={"bolt"}), 8),
        (browsing.Sought(brands={"bolt"}, brand="acme"), 0),
        (browsing.Sought(brands=frozenset()), 0),
        (browsing.Sought(text="%"), 0),
    ],
)
async def test_contacts_portion_by_portion(store, sought, expected, portion):
    """Everybody who fits is on exactly one page, however small portions are."""
    for n in range(12):
        brand = "acme" if n % 3 == 0 else "bolt"
        await store.run(lambda n=n, brand=brand: person(f"c{n:02}", lanes=(f"sms:+49{n}",), brand=brand))
    found, after, looks = [], "", 0
    while True:
        part = await store.read(lambda after=after: browsing.people(sought, after, 2, portion))
        found += [(one.id, len(one.reaches)) for one in part.found]
        after, looks = part.following, looks + 1
        if not after:
            break
    assert len(found) == len(set(found)) == expected
    assert all(reaches == 1 for _, reaches in found)
    assert looks <= 13
