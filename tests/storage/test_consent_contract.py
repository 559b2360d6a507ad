"""Consent on both databases: chains that show every change, what holds, and suppression that no lease overlooks."""

import asyncio

import pytest
from msgspec.structs import replace

from bot.contacts import place
from bot.messages import Address, Consent, Delivery, Inbound, Said, Started
from bot.outreach.consent import Event
from bot.pseudonyms import Pseudonyms
from bot.runtime.intake import Intake
from bot.runtime.office import Office
from bot.runtime.worker import Worker
from flows import library
from storage.consent import (
    KNOWN,
    RECORDED,
    Suppression,
    chain,
    ends_held,
    lift,
    record,
    standing_of,
    stopped,
    suppress,
    verify,
)
from storage.scripts import Ask
from storage.sql import portable
from tests.storage.builders import LANE, NOW, address, keys, leased, message, session, states, turn

OLD, NEW = Pseudonyms([b"o" * 32]), Pseudonyms([b"n" * 32, b"o" * 32])
ANNA = Address("sms", "+491")
PLACE = place(ANNA, "twilio", OLD)
NAMES = PLACE.names

portable()["chain_change"] = "UPDATE consent_event SET wording = 'No.' WHERE id = :id"
portable()["chain_remove"] = "DELETE FROM consent_event WHERE id = :id"
portable()["chain_contact"] = """
    INSERT INTO contact_address (lane, contact, channel, hmac, key_id, rank, added_at)
    VALUES (:lane, 'c1', :channel, :hmac, 'k', 0, 0)"""


def event(key: str, action: str = "granted", at: int = NOW - 100, **fields) -> Event:
    """An event that counts."""
    usual = {"names": NAMES, "key_id": PLACE.key_id, "channel": "sms", "source": "api", "wording": "Yes\0."}
    return Event(id=key, action=action, at=at, **{**usual, **fields})


def off(reason: str = "manual", channel: str = "sms", **fields) -> Suppression:
    """This address is not to be written to."""
    return Suppression(NAMES, PLACE.key_id, channel, reason, NOW, f"by-hand-{reason}", (LANE,))._replace(**fields)


async def told(store, *events: Event) -> list[str]:
    """Record these."""
    return await store.run(lambda: record(events, NOW))


async def holds(store, names=NAMES) -> dict:
    """Which consents hold, by purpose and channel."""
    found = await store.run(lambda: standing_of(names, NOW))
    return {where: held.event for where, held in found.grants.items() if held.lapsed_at is None}


async def damage(store, statement: str, key: str) -> None:
    """What somebody with the database in hand could do."""

    def change():
        yield Ask(statement, (key,))

    await store.run(change)


async def test_events_are_added_once_and_what_holds_follows(store):
    """Also for the name under another key, and for what proves nothing there is no row."""
    events = [event("a"), event("b", "withdrawn", NOW - 50), event("c", at=NOW - 40, channel="*")]
    assert await told(store, *events, event("d", wording="")) == [*[RECORDED] * 3, "no basis: wording missing"]
    assert await told(store, *events) == [KNOWN] * 3
    assert await holds(store) == {("survey", "*"): "c"}
    assert await told(store, event("e", "objected", NOW - 30)) == [RECORDED]
    assert await holds(store) == {}


async def test_c2_an_address_keeps_its_first_name_when_keys_change(store):
    """What was agreed to under an old key is taken back under a new one."""
    await told(store, event("a"))
    renewed = place(ANNA, "twilio", NEW)
    await told(store, event("b", "withdrawn", NOW - 50, names=renewed.names, key_id=renewed.key_id))
    links = await store.run(lambda: chain(renewed.names))
    assert [(link.n, link.name) for link in links] == [(1, PLACE.hmac), (2, PLACE.hmac)]
    assert verify(links) == []
    assert await holds(store) == {}


async def test_double_opt_in_counts_with_its_confirmation(store):
    """And only the confirmation of this very consent."""
    form = {"source": "web_form"}
    await told(store, event("a", **form), event("x", "confirmed", double_opt_in_of="somebody's"))
    assert await holds(store) == {}
    await told(store, event("b", "confirmed", double_opt_in_of="a"))
    assert await holds(store) == {("survey", "sms"): "b"}


@pytest.mark.parametrize(
    ("statement", "key", "found"),
    [
        ("chain_change", "b", ["event 2 (b) has been changed"]),
        ("chain_remove", "b", ["event 2 of {} is missing"]),
        ("chain_remove", "a", ["event 1 of {} is missing"]),
        ("chain_remove", "c", ["the event c is missing"]),
    ],
)
async def test_a_changed_or_missing_event_is_found(store, statement, key, found):
    """Also at the end of a chain, by what holds because of it."""
    await told(store, event("a"), event("b", at=NOW - 50), event("c", at=NOW - 40))
    await damage(store, statement, key)
    links = await store.run(lambda: chain(NAMES))
    held = (await store.run(lambda: standing_of(NAMES, NOW))).grants.values()
    assert verify(links) + ends_held(links, held) == [each.format(PLACE.hmac[:8] + "…") for each in found]


async def test_many_at_once_make_one_chain(store):
    """Who is overtaken goes behind."""
    await asyncio.gather(*(told(store, event(f"e{n}", at=NOW - 100 + n)) for n in range(20)))
    links = await store.run(lambda: chain(NAMES))
    assert [link.n for link in links] == list(range(1, 21))
    assert verify(links) == []
    assert await holds(store) == {("survey", "sms"): "e19"}


@pytest.mark.parametrize("known", ["contact", "address", "inbox"])
async def test_i6_a_suppressed_address_gets_nothing_more(store, known):
    """Whatever we know of it; the lane hears of it as well, so that its survey ends."""
    if known == "contact":
        await store.run(lambda: (yield Ask("chain_contact", (LANE, "sms", PLACE.hmac))))
    if known == "address":
        await turn(store, addresses=[address()], sessions=[session()], outbox=[message("m")])
    if known == "inbox":
        await store.accept([(await arrival(Said("hello")))])
    assert await store.run(lambda: suppress(off(lanes=() if known == "contact" else (LANE,)), NOW)) == [LANE]
    await turn(store, LANE, addresses=[address()], sessions=[session("s9")], outbox=[message("later", session="s9")])
    assert await leased(store) == []
    assert set(await states(store, "later")) == {"cancelled"}
    assert await store.run(lambda: stopped(NAMES, "sms", NOW)) == "manual"


async def arrival(body):
    """An inbox row of hers."""
    from bot.runtime.intake import arrival as row  # noqa: PLC0415 - one use

    return row(Inbound("in", NOW, ANNA, body), NOW)


async def test_a_stop_counts_for_its_channel_and_an_erasure_for_all(store):
    """Two senders of ours are two channels with the same number."""
    await store.run(lambda: suppress(off("stop"), NOW))
    assert [await store.run(lambda c=c: stopped(NAMES, c, NOW)) for c in ("sms", "brand-b")] == ["stop", ""]
    await store.run(lambda: suppress(off("erasure", "*"), NOW))
    assert await store.run(lambda: stopped(NAMES, "brand-b", NOW)) == "erasure"
    await store.run(lambda: suppress(off("stop", "*"), NOW))
    assert await store.run(lambda: stopped(NAMES, "brand-b", NOW)) == "erasure"


async def test_a_suppression_that_is_lifted_lets_messages_go_again(store):
    """As far as nothing else is against it."""
    await turn(store, addresses=[address()], sessions=[session()])
    await store.run(lambda: suppress(off("stop"), NOW))
    await store.run(lambda: suppress(off("manual", "*"), NOW))
    await store.run(lambda: lift(NAMES, "sms", [LANE], ["stop"], NOW))
    await turn(store, outbox=[message("m")])
    assert await leased(store) == []
    await store.run(lambda: lift(NAMES, "*", [LANE], ["manual"], NOW))
    await turn(store, outbox=[message("n")])
    assert keys(await leased(store)) == ["n"]


class Shop:
    """A worker that keeps consent, and people who write."""

    def __init__(self, store, *, names: bool = True) -> None:
        self.store, self.now = store, NOW
        shelf = library.load()
        self.intake = Intake(store, self.clock)
        self.office = Office(store, shelf, self.intake, self.clock)
        self.worker = Worker(store, shelf, self.clock)
        if names:
            self.worker.names = lambda to: ("twilio", place(to, "twilio", OLD))

    def clock(self) -> int:
        self.now += 1
        return self.now

    async def hears(self, body, key: str) -> None:
        await self.intake.accept([Inbound(key, self.now, ANNA, body)])
        while await self.worker.step():
            pass

    async def events(self) -> list[tuple[str, str, str]]:
        links = await self.store.run(lambda: chain(NAMES))
        assert verify(links) == []
        return [(link.event.action, link.event.source, link.event.wording) for link in links]

    async def against(self) -> list[str]:
        found = await self.store.run(lambda: standing_of(NAMES, self.now))
        return [f"{channel}:{reason}" for channel, reason, *_ in found.suppressions]


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(
    ("body", "source", "wording", "reason"),
    [
        (Said("Stop!"), "twilio_keyword", "Stop!", "stop"),
        (Consent("stop"), "twilio_keyword", "twilio_keyword", "stop"),
        (Consent("stop", answered=True), "provider_optout", "provider_optout", "stop"),
        (Consent("stop", phrased=True), "message", "message", "stop"),
        (Consent("stop", answered=True, silent=True), "provider_optout", "provider_optout", "blocked_bot"),
        (Consent("stop", answered=True, silent=True, source="21610"), "provider_optout", "provider_optout", "21610"),
        (Delivery("k", "SM1", "failed", "21610", opted_out=True), "provider_optout", "provider_optout", "21610"),
    ],
)
async def test_c6_a_stop_is_written_down_with_its_source_and_a_start_takes_it_back(
    store, body, source, wording, reason, asked
):
    """In the transaction of the turn, in the middle of a survey or not."""
    shop = Shop(store)
    if asked:
        await shop.office.invite("after-support", ANNA, language="en")
    await shop.hears(body, "stop")
    assert await shop.events() == [("withdrawn", source, wording)]
    assert await shop.against() == [f"sms:{reason}"]
    await shop.hears(Said("START"), "start")
    assert (await shop.events())[1:] == [("granted", "twilio_keyword", "START")]
    assert await shop.against() == []
    assert await holds(store) != {}


async def test_c6_who_opens_the_conversation_anew_wants_messages_again(store):
    """Telegram's Start after a block."""
    shop = Shop(store)
    await shop.hears(Consent("stop", answered=True, silent=True), "blocked")
    await shop.hears(Started(), "started")
    assert [source for _, source, _ in await shop.events()] == ["provider_optout", "twilio_start"]
    assert await shop.against() == []


async def test_what_somebody_of_ours_has_suppressed_is_not_lifted_by_a_start(store):
    """And its lane writes nothing down a second time."""
    shop = Shop(store)
    await shop.office.invite("after-support", ANNA, language="en")
    while await shop.worker.step():
        pass
    await store.run(lambda: suppress(off("complaint", "*"), NOW))
    while await shop.worker.step():
        pass
    assert await shop.events() == []
    assert (await store.counts())["sessions_running"] == 0
    await shop.hears(Said("START"), "start")
    assert await shop.against() == ["*:complaint"]


async def test_without_keys_a_stop_is_a_stop(store):
    """Nothing is written down where there is no name for the address."""
    shop = Shop(store, names=False)
    await shop.hears(Said("STOP"), "stop")
    assert await shop.events() == []
    assert (await store.lane(LANE))["opted_out_at"]


def test_names_differ_between_kinds_and_keys():
    """C2: the same number under another key, or of another kind, is another name."""
    assert len({PLACE.hmac, place(ANNA, "telegram", OLD).hmac, place(ANNA, "twilio", NEW).hmac}) == 3
    assert replace(PLACE).hmac == PLACE.hmac
