"""Words of entries where the customer has a case: while it is open people read them, afterwards they begin a survey."""

import pytest

from bot.messages import NotEntered, Said, Started
from bot.outreach.entries import Entries, EntrySettings
from bot.runtime.entering import Doors
from flows.phrases import phrase
from tests.bot.runtime.floor import ANNA, Floor

USED = [Said("SHOP17"), Started("shop-17")]


@pytest.fixture
def floor(library) -> Floor:
    """With one entry, for the other survey."""
    floor = Floor(library)
    entry = EntrySettings(word="SHOP17", flow="relationship", wording="Text SHOP17.").made("shop-17", "UTC")
    floor.doors = Doors(Entries([entry]), {each.id: each for each in library.flows}.get, {})
    return floor


@pytest.fixture
def resolved(floor) -> Floor:
    """Anna's case is over, and so is her survey."""
    floor.opened()
    floor.take("It was slow")
    floor.claimed()
    floor.at_desk("!resolve price done")
    floor.take("yes")
    assert floor.case.closed
    assert floor.case.asked == ""
    return floor


@pytest.mark.parametrize("used", USED, ids=["word", "link"])
def test_while_a_person_talks_the_word_is_theirs(floor, used):
    """The agent sees it, and no survey begins."""
    floor.opened()
    floor.claimed()
    rows = floor.take(used)
    assert rows.entered == []
    [said] = floor.sent("desk", floor.thread())
    assert said.endswith(getattr(used, "text", "") or used.token)


def test_a_link_that_is_nobodys_entry_is_no_word(floor):
    """It may be a one-time link, which the store knows."""
    floor.opened()
    floor.claimed()
    assert [opened.language for opened in floor.take(Started("other", "de")).opened] == ["de"]


@pytest.mark.parametrize("used", USED, ids=["word", "link"])
def test_before_anybody_talks_the_word_begins_its_survey(floor, used):
    """The case goes on without it: an open survey is replaced, which is what the customer wants."""
    floor.opened()
    [entered] = floor.take(used).entered
    assert (entered.entry, entered.invite.flow, entered.invite.language) == ("shop-17", "relationship", "en")


@pytest.mark.parametrize("used", USED, ids=["word", "link"])
def test_a_case_that_is_over_is_not_opened_anew_by_it(resolved, used):
    """Weeks later somebody scans a poster: that is a survey, and no complaint."""
    phase = resolved.case.phase
    rows = resolved.take(used)
    assert [one.entry for one in rows.entered] == ["shop-17"]
    assert (resolved.case.phase, rows.reactions) == (phase, [])
    assert resolved.sent("desk", resolved.thread()) == []


def test_while_the_customer_is_asked_whether_it_is_solved_that_comes_first(floor):
    """What they say next is about that; a survey beside it would get the wrong answers."""
    floor.opened()
    floor.claimed()
    floor.at_desk("!resolve price done")
    assert floor.case.asked == "solved"
    assert floor.take("SHOP17").entered == []


def test_other_words_still_open_it_anew(resolved):
    rows = resolved.take("SHOP17 is broken again")
    assert rows.entered == []
    assert not resolved.case.closed


@pytest.mark.parametrize("why", ["again", "stopped"])
def test_who_is_not_asked_is_told_beside_a_case_too(resolved, why):
    resolved.take(NotEntered(why))
    assert resolved.sent("notice", ANNA.lane) == [phrase(f"entry_{why}", "en")]
