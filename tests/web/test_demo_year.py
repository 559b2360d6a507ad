"""The demo's sample data: the same every time, called so, quick, and beside what the phones answer."""

import time

from commands.demo_year import DIMENSIONS, SampleYear, Together
from tests.web.figures_made import NOW, Given, Made
from web import filters
from web.figures import figures


def asked(**query):
    """A window of the sample's."""
    return filters.read(query, DIMENSIONS, NOW)


async def test_a_year_of_answers_is_made_at_once():
    """In less than two seconds, the same each time, with something to see in every chart."""
    began = time.process_time()
    year = SampleYear(NOW)
    assert time.process_time() - began < 2
    found = await figures(year, asked(period="365d", by="region"))
    again = await figures(SampleYear(NOW), asked(period="365d", by="region"))
    assert found.version == again.version
    assert found.now.asked > 2000 > found.now.answered > 800
    assert found.headline("en").enough
    assert len(found.points) >= 12
    assert [name for name, _ in found.groups] == ["Nord", "Ost", "Süd", "West"]
    assert len(found.comments) == 8


async def test_comments_page_by_page_and_their_conversations():
    """Each once, the newest first."""
    year, after, seen = SampleYear(NOW), "", []
    while page := await year.comments(asked(period="90d").window, after, 20):
        seen += page
        after = page[-1].cursor
    assert len(seen) == len({each.session for each in seen}) > 40
    assert [each.at for each in seen] == sorted((each.at for each in seen), reverse=True)
    talk = await year.conversation_of(seen[0].session)
    assert talk["lines"][-1][2] == seen[0].text
    assert await year.conversation_of("sample-1") is None


async def test_what_the_phones_answer_is_added():
    """So that the page moves while somebody plays with them."""
    real = Made([Given(0, 0, "real words")] * 3, cases=2)
    one, both = await figures(SampleYear(NOW), asked()), await figures(Together(SampleYear(NOW), real), asked())
    assert both.now.answered == one.now.answered + 3
    assert both.now.scores[0] == one.now.scores[0] + 3
    assert both.cases == 2
    assert "real words" in {each.text for each in both.comments}
    assert await Together(SampleYear(NOW), real).conversation_of("s0")
