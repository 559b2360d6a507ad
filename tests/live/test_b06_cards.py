"""Behaviour 6, every surface shows the same: cards follow whatever is done, wherever it is done."""

import pytest

from tests.live.world import soon

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_b06_every_surface_shows_the_same(world):
    """Claimed at Slack, released by SMS, assigned at Telegram, resolved on the web: all cards follow."""
    live = await world.detractor("sms", "everywhere")
    slack, tg, web = (live.seat("anna", surface) for surface in ("slack", "tg", "web"))

    async def all_show(text: str) -> None:
        for seat in (slack, tg):
            await soon(lambda seat=seat: text in seat.card(live.ticket), lambda: (text, slack.card(live.ticket)))

    await slack.claims(live.ticket)
    await all_show("claimed")
    await live.owned_by("anna")
    await live.seat("anna", "sms").presses("Release", live.ticket)
    await all_show("nobody yet")
    await tg.says("!claim", live.ticket)
    await live.owned_by("anna")
    await all_show("claimed")
    await web.types("!resolve shipping sent a new one", live.ticket)
    await all_show("resolved")
    assert (await live.now()).cause == "shipping"
