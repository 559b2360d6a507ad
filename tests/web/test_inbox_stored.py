"""The inbox's pages over both databases and the real rules, between two looks of the worker."""

from commands.inbox_pages import InboxPages
from flows import library
from tests.bot.runtime.floor import DESKS
from tests.bot.runtime.house import people
from tests.bot.runtime.rooms import Rooms
from web.shapes import CaseAct


async def codes(cases, view, login="mia", desk=""):
    """The ids of a view."""
    return [each.id for each in await cases.rows(view, desk, login, 10, 0)]


async def test_a_case_goes_from_view_to_view(store):
    """Unclaimed, mine, solved; each act once, as the person whom the settings know by this login."""
    rooms = Rooms(store, library.load())
    case_id = await rooms.opened()
    cases = InboxPages(store, rooms.office, DESKS)
    assert await codes(cases, "unclaimed") == await codes(cases, "open") == [case_id]
    assert await codes(cases, "open", desk="billing") == []
    before = await cases.mark(case_id)
    for _ in range(2):
        assert await cases.act(case_id, CaseAct("mia", press="claim"), "page:1")
    await rooms.works()
    assert await cases.mark(case_id) > before
    assert await codes(cases, "mine") == [case_id]
    assert await codes(cases, "mine", "tom") == await codes(cases, "unclaimed") == []
    seen = await cases.seen(case_id, "de", "mia", "Mia M.")
    assert (seen.allowed, seen.called, seen.listed.owner_name, seen.listed.score) == (True, "Mia", "Mia", 2)
    assert [each.kind for each in seen.detail.entries].count("event") >= 1
    assert "Mia hat den Fall übernommen." in [each.text for each in seen.detail.entries]
    assert (await cases.seen(case_id, "en", "eve", "Eve")).allowed is False
    await cases.act(case_id, CaseAct("mia", text="!resolve shipping: sent again"), "page:2")
    await rooms.works()
    assert await codes(cases, "solved") == [case_id]
    assert await codes(cases, "open") == []
    assert not await cases.act("nix", CaseAct("mia", text="x"), "page:3")
    assert (await cases.seen("nix", "en", "mia", "Mia"), await cases.mark("nix")) == (None, 0)


async def test_a_case_has_the_brand_that_its_survey_is_counted_under(store):
    """None for a survey that names no brand, and for none at all."""
    known = library.load()
    rooms = Rooms(store, known)
    plain = known.source(known.get("after-support").revision)
    branded = plain.replace("  first_name:", "  brand: {optional: true, about: Whose customer it is}\n  first_name:")
    assert branded != plain
    cases = InboxPages(store, rooms.office, DESKS)
    for to, how in zip(people(2), ({}, {"source": branded, "variables": {"brand": "acme"}}), strict=True):
        await rooms.asks(to, **how)
        await rooms.gets("2", to)
        await rooms.waits()
    found = await cases.rows("open", "", "mia", 10, 0)
    assert sorted([await cases.brand(each.session) for each in found]) == ["", "acme"]
    assert sorted([await cases.brand(each.session) for each in found]) == ["", "acme"]  # as it is remembered
    assert await cases.brand("nix") == ""
