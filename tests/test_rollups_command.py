"""`run.py db rebuild-rollups`, and what `run.py db upgrade` counts, on both databases."""

import asyncio

import pytest
from click.testing import CliRunner

from commands.db import command
from storage import migrate
from storage.opening import open_store
from storage.schema import HEAD
from tests.storage import counts
from tests.storage.builders import LANE, address, answer, session, turn
from tests.storage.counts import asked, held, known


@pytest.fixture(autouse=True)
def _settings(monkeypatch, tmp_path, database_url):
    """Settings without a file, but for a dimension."""
    counts.install()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECHOLOT_CONFIG", raising=False)
    monkeypatch.setenv("ECHOLOT_DATABASE_URL", database_url)
    monkeypatch.setenv("ECHOLOT_INSIGHTS__DIMENSIONS", '["plan"]')


async def run(*arguments: str) -> str:
    result = await asyncio.to_thread(CliRunner(env={"COLUMNS": "200"}).invoke, command, list(arguments))
    assert result.exit_code == 0, result.output
    return result.output


async def answered(url: str, *damage: str) -> dict:
    """One answer of a customer with a plan; what is counted after the damage."""
    store = await open_store(url)
    store.counting = store.counting._replace(dimensions=("plan",))
    await store.run(lambda: known(LANE, plan="gold"))
    await turn(store, sessions=[session()], addresses=[address()], answers=[answer()])
    found = await held(store)
    for name in damage:
        await store.run(lambda name=name: asked(name))
    await store.close()
    return found


async def now_held(url: str) -> dict:
    store = await open_store(url)
    try:
        return await held(store)
    finally:
        await store.close()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ((), "Surveys 1, of them counted anew 0; sums corrected 0."),
        (("counts_lose",), "Surveys 1, of them counted anew 0; sums corrected 12."),
        (("counts_lose", "counts_lose_surveys"), "Surveys 1, of them counted anew 1; sums corrected 0."),
    ],
)
async def test_a_rebuild_says_what_was_wrong(database_url, damage, said):
    """By the dimensions that the settings name; afterwards the sums are what they were."""
    before = await answered(database_url, *damage)
    assert said in await run("rebuild-rollups")
    assert await now_held(database_url) == before


async def test_an_upgrade_counts_what_was_there_before(database_url, monkeypatch):
    """A database from before the rollups is complete when the upgrade is done."""
    before = await answered(database_url, "counts_lose", "counts_lose_surveys")

    async def upgraded(_url: str) -> migrate.Status:
        return migrate.Status("0006", HEAD)

    monkeypatch.setattr(migrate, "upgrade", upgraded)
    assert f"now has schema {HEAD}" in await run("upgrade")
    assert await now_held(database_url) == before
