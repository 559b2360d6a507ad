"""The API's figures: the same as on the page, with filters, paging, and errors that say what is wrong."""

import pytest

from tests.web.figures_made import TODAY
from web.openapi import document

KEY = {"authorization": "Bearer eck_reader"}
NAMES = ("summary", "trend", "segments", "comments", "comparisons")


async def get(client, path):
    """What a call gives."""
    answer = await client.get(f"/api/v1/insights/{path}", headers=KEY)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The made-up answers end on this day."""
    monkeypatch.setattr("web.filters.datetime", type("Day", (), {"fromtimestamp": lambda *_: Now()}))


class Now:
    """Enough of a time."""

    def date(self):
        return TODAY


async def test_a_summary(client):
    """Counts, score, interval, and what is said about it."""
    found = await get(client, "summary?period=365d&lang=de")
    assert (found["since"], found["until"]) == ("2025-11-21", "2026-11-20")
    assert found["counts"]["asked"] == 2 * found["counts"]["answered"] == 1040
    assert sum(found["counts"]["scores"]) == 520
    assert found["nps"]["low"] < found["nps"]["value"] < found["nps"]["high"]
    assert found["change"] == "few"
    assert "wahrscheinlich zwischen" in found["headline"]
    assert (await get(client, "summary?region=nowhere"))["nps"] is None


async def test_filters_and_periods(client):
    """North and south are all there is; each point of time belongs to the period."""
    whole, north, south = [
        (await get(client, f"summary?period=90d{more}"))["counts"] for more in ("", "&region=Nord", "&region=Süd")
    ]
    assert north["answered"] + south["answered"] == whole["answered"] > 0
    trend = await get(client, "trend?from=2026-01-01&to=2026-03-31")
    assert (trend["step"], [point["start"] for point in trend["points"]]) == (
        "month",
        ["2026-01-01", "2026-02-01", "2026-03-01"],
    )


async def test_segments(client):
    """Each beside the others, with a verdict."""
    found = await get(client, "segments?by=region&period=365d")
    assert [(group["value"], group["verdict"]) for group in found["groups"]] == [("Nord", "more"), ("Süd", "less")]
    assert found["groups"][0]["against_others"]["value"] == -found["groups"][1]["against_others"]["value"]


async def test_comments_page_by_page(client):
    """The newest first, each once."""
    address, seen = "comments?period=365d&limit=20", []
    while address:
        found = await get(client, address)
        seen += [each["id"] for each in found["comments"]]
        address = found["next"] and f"comments?period=365d&limit=20&after={found['next']}"
    assert len(seen) == len(set(seen)) == 52


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wrong", ["period=1y", "from=1", "by=mood", "brand=" + "x" * 201])
async def test_what_is_wrong_is_said(client, name, wrong):
    """As problem+json."""
    answer = await client.get(f"/api/v1/insights/{name}?{wrong}", headers=KEY)
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "wrong", ["limit=0", "limit=x", "limit=1001", "after=x", "after=1", "after=99999999999999999:a"]
)
async def test_pages_that_cannot_be(client, wrong):
    """Neither too many, nor behind nothing."""
    assert (await client.get(f"/api/v1/insights/comments?{wrong}", headers=KEY)).status_code == 422


@pytest.mark.parametrize("name", NAMES)
async def test_figures_need_a_key_that_reads(client, name):
    """No key, or one for something else."""
    assert (await client.get(f"/api/v1/insights/{name}")).status_code == 401
    other = {"authorization": "Bearer eck_inviter"}
    assert (await client.get(f"/api/v1/insights/{name}", headers=other)).status_code == 403


@pytest.mark.parametrize("name", NAMES)
async def test_answers_are_as_they_are_described(client, name):
    """Every field is in the document, and every field of the document is there."""
    described = document()["paths"][f"/api/v1/insights/{name}"]["get"]["responses"]["200"]["content"]
    shape = described["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(await get(client, name)) == set(document()["components"]["schemas"][shape]["properties"])
