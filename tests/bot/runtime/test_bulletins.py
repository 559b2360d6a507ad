"""P4: a report that is told in a chat is one message of its own, whoever is there."""

import msgspec

from bot.messages import Address, Bulletin, Inbound, Outbound
from bot.runtime.intake import arrival
from bot.runtime.worker import Worker
from flows import library
from tests.storage.builders import NOW

PLACE = Address("slack", "C1")
_outbound = msgspec.json.Decoder(Outbound).decode


async def test_p4_a_bulletin_is_told_once(store):
    """The same event again has no effect; nobody has a session or a case from it."""
    worker = Worker(store, library.load(), lambda: NOW)
    told = arrival(Inbound("report:1", NOW, PLACE, Bulletin("All is <well>.", "en")), NOW)
    for _ in range(2):
        await store.accept([told])
        while await worker.step():
            pass
    [row] = await store.lease("w", 9, NOW, NOW + 1000, ["slack"])
    message = _outbound(row.payload)
    assert (row.key, message.kind, message.prompt.text, message.to) == ("report:1", "report", "All is <well>.", PLACE)
    assert await store.sessions() == []
    assert await store.cases() == []
