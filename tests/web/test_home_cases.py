"""The cases that press most, on the home page: with their clocks, a way into the inbox, and for agents only."""

from commands.inbox_pages import InboxPages
from tests.web.figures_made import Made, year
from tests.web.inbox_made import Kept
from tests.web.test_home import EVERYBODY, front
from web import inbox
from web.visitors import Grant

AGENT = EVERYBODY._replace(grants=(Grant("agent"),))


async def test_the_most_pressing_cases_have_their_clocks():
    """At most five, each a link; who works on no cases sees none of them."""
    kept = Kept()
    ids = [kept.opens(number) for number in range(1, 8)]
    desk = InboxPages(kept, kept, kept.desks)
    made = Made(year(), cases=7)

    async def page(who):
        return (await front(made, who, waiting=lambda one: inbox.pressing(one, desk)).get("/")).text

    shown = await page(AGENT)
    assert [each in shown for each in ids] == [True] * 5 + [False] * 2
    assert shown.count('class="clock ') == 5
    assert ids[0] not in await page(EVERYBODY._replace(grants=(Grant("viewer"),)))
