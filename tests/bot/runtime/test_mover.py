"""Running conversations on to another version, through the inbox, on both databases."""

import pytest

from bot.messages import Address, Invite, Switch
from bot.runtime.mover import Mover
from flows.library import Library, Source
from tests.bot.runtime.house import ANNA, BEN, House

CLARA = Address("sms", "+4915112340003")
FLOW = """format: 1
id: coffee
kind: transactional
languages: [en]
steps:
  - id: score
    ask: {type: nps, text: "Acme, 0-10? Reply STOP to opt out"}
  - id: NAME
    ask: {type: text, text: "WHY"}
"""


def source(why: str, name: str = "why") -> str:
    return FLOW.replace("WHY", why).replace("NAME", name)


class Cafe(House):
    """Three people who are asked: Anna has not answered, Ben has, Clara is done."""

    async def opens(self) -> "Cafe":
        for person in (ANNA, BEN, CLARA):
            await self.office.invite("coffee", person)
        await self.waits()
        for person, replies in ((BEN, "9"), (CLARA, "8so")):
            for reply in (replies[:1], replies[1:]):
                if reply:
                    await self.gets(reply, person)
                    await self.waits()
        return self

    async def publishes(self, text: str) -> str:
        flow = self.library.add_source(text)
        await self.store.save_revision(flow.revision, flow.id, text, self.clock())
        return flow.revision

    async def moves(self, revision: str, *, dry_run: bool = False):
        return await Mover(self.store, self.library, self.intake, self.clock).move("coffee", revision, dry_run=dry_run)

    async def revisions(self) -> dict[str, str]:
        return {row["lane"]: row["revision"] for row in await self.store.sessions()}


@pytest.fixture
async def cafe(store) -> Cafe:
    return await Cafe(store, Library([Source("coffee.yaml", source("Why?"))])).opens()


async def test_those_that_can_go_on_do_and_nobody_hears_of_it(cafe):
    """Clara is done and stays; what is asked next comes from the new version."""
    first = cafe.library.get("coffee").revision
    new = await cafe.publishes(source("And why?"))
    said = len(cafe.line.taken)
    assert await cafe.moves(new, dry_run=True) == (2, {})
    assert set((await cafe.revisions()).values()) == {first}
    assert await cafe.moves(new) == (2, {})
    assert await cafe.moves(new) == (2, {})  # before anybody has worked: the same events
    await cafe.waits()
    assert await cafe.revisions() == {ANNA.lane: new, BEN.lane: new, CLARA.lane: first}
    assert len(cafe.line.taken) == said
    assert await cafe.moves(new) == (0, {})
    await cafe.gets("9", ANNA)
    await cafe.waits()
    assert cafe.line.taken[-1].prompt.text == "And why?"


async def test_others_stay_and_it_says_why(cafe):
    """Ben's question is not there any more."""
    new = await cafe.publishes(source("Reason?", "reason"))
    assert await cafe.moves(new) == (1, {"question": 1})
    await cafe.waits()
    assert (await cafe.revisions())[ANNA.lane] == new
    assert await cafe.moves(new) == (0, {"question": 1})
    await cafe.gets("so", BEN)
    await cafe.waits()
    assert {row["outcome"] for row in await cafe.store.sessions() if row["lane"] == BEN.lane} == {"completed"}


async def test_there_and_back_again(cafe):
    """A switch that was done once can be done once more after the way back."""
    first = cafe.library.get("coffee").revision
    new = await cafe.publishes(source("And why?"))
    for revision in (new, first, new):
        assert (await cafe.moves(revision)).moving == 2
        await cafe.waits()
        assert (await cafe.revisions())[ANNA.lane] == revision


async def test_an_answer_that_comes_first_decides(cafe):
    """What was possible when it was looked at may not be any more when its turn comes."""
    new = await cafe.publishes(source("Reason?", "reason"))
    await cafe.gets("9", ANNA)
    cafe.clock.passes(2_000)
    assert (await cafe.moves(new)).moving == 1
    await cafe.waits()
    assert (await cafe.revisions())[ANNA.lane] != new


async def test_a_process_that_has_never_seen_the_versions(cafe):
    """It reads them from the database; one whose source cannot be read any more stays."""
    new = await cafe.publishes(source("And why?"))
    other = Cafe(cafe.store, Library(), cafe.line)
    assert (await other.moves(new, dry_run=True)).moving == 2
    assert await other.moves("f" * 32, dry_run=True) == (0, {"lost": 2})
    other.clock.now = cafe.clock.now
    assert (await other.moves(new)).moving == 2
    await other.waits()
    assert (await other.revisions())[BEN.lane] == new


async def test_a_switch_of_another_conversation_has_no_effect(cafe):
    """Nor one for somebody without any, nor one to where it is."""
    before = await cafe.revisions()
    new = await cafe.publishes(source("And why?"))
    await cafe.gets(Switch("another", new), ANNA)
    await cafe.gets(Switch("none", new), Address("sms", "+4915112340009"))
    [session] = [row["id"] for row in await cafe.store.sessions() if row["lane"] == ANNA.lane]
    await cafe.gets(Switch(session, before[ANNA.lane]), ANNA)
    await cafe.waits()
    assert await cafe.revisions() == before


async def test_many_in_portions(cafe, monkeypatch):
    """However many there are."""
    monkeypatch.setattr("bot.runtime.mover.PORTION", 3)
    flow = cafe.library.get("coffee")
    for number in range(10):
        await cafe.gets(Invite("coffee", flow.revision, "en", "operator"), Address("sms", f"+49151000000{number:02}"))
    await cafe.waits()
    new = await cafe.publishes(source("And why?"))
    assert await cafe.moves(new) == (12, {})
    await cafe.waits()
    assert list((await cafe.revisions()).values()).count(new) == 12
