"""Emoji on a message at a desk: the store knows whose message it is, by the provider's id and the group."""

import msgspec
import pytest

from bot.messages import Address, FromDesk, Inbound, Reacted
from bot.rows import ReactionRow
from tests.storage.builders import CASE, LANE, NOW, OTHER, Seen, case, leased, message, settled, turn

HERE = ["slack", "telegram"]
TOPIC = "telegram:-100#@"


def reaction(ref: str, lane: str, event: str = "desk:r1") -> ReactionRow:
    """Somebody's emoji on a message in a group."""
    source = Address.of_lane(lane)
    act = Inbound(event, NOW, source, FromDesk("", lane, "U1", Reacted(ref, "👍")))
    return ReactionRow(event, source.channel, lane, ref, NOW, msgspec.json.encode(act).decode())


async def sent(store, key: str, lane: str, provider_id: str, kind: str = "desk", state: str = "sent") -> None:
    """A message that a provider has taken under this id."""
    await turn(store, outbox=[message(key, lane, channel=lane.partition(":")[0], kind=kind)])
    [lease] = [one for one in await leased(store, channels=HERE) if one.key == key]
    await store.settle([settled(lease, state, provider_id=provider_id)])


async def heard(store) -> list[tuple[str, str, tuple[str, ...]]]:
    """What has come to customers' lanes: the event, its case, and the keys that it is about."""
    seen = Seen()
    while await store.work(100, NOW, seen):
        pass
    events = [each.body for batch in seen for each in batch.events if each.lane in (LANE, "sms:+492")]
    acts = [msgspec.json.decode(body, type=Inbound) for body in events]
    for act in acts:
        assert isinstance(act.body, FromDesk)
        assert (act.body.author, act.body.body.emoji) == ("U1", "👍")
    return [(act.id, act.body.case, act.body.shown) for act in acts]


async def two_cases(store) -> None:
    """Each with a topic of its own in one group, and notes there and elsewhere."""
    await turn(store, cases=[case(), case(id=OTHER, lane="sms:+492")])


async def test_an_emoji_comes_to_the_case_whose_message_it_is_on(store):
    """With the keys of what stands there; told a second time it counts once."""
    await two_cases(store)
    await sent(store, f"k{CASE}.2.0.p0", f"{TOPIC}{CASE}", "17")
    await sent(store, f"k{OTHER}.3.0.p0", f"{TOPIC}{OTHER}", "18")
    await turn(store, reactions=[reaction("18", "telegram:-100"), reaction("17", "telegram:-100", "desk:r2")])
    assert sorted(await heard(store)) == [
        ("desk:r1", OTHER, (f"k{OTHER}.3.0.p0",)),
        ("desk:r2", CASE, (f"k{CASE}.2.0.p0",)),
    ]
    await turn(store, reactions=[reaction("18", "telegram:-100")])
    assert await heard(store) == []


async def test_lf15_ids_that_other_groups_have_too_are_not_mixed_up(store):
    """LF15: Telegram counts messages in each group by itself: the same number is another message there."""
    await two_cases(store)
    await sent(store, f"k{CASE}.2.0.p0", f"{TOPIC}{CASE}", "17")
    await sent(store, f"k{OTHER}.3.0.p1", f"telegram:-1002#@{OTHER}", "17")
    await sent(store, f"k{OTHER}.3.1", "telegram:100", "17", kind="desk")
    await turn(store, reactions=[reaction("17", "telegram:-100"), reaction("17", "telegram:-10", "desk:r2")])
    assert await heard(store) == [("desk:r1", CASE, (f"k{CASE}.2.0.p0",))]
    await turn(store, reactions=[reaction("17", "telegram:-1002", "desk:r3"), reaction("17", "slack:-100", "desk:r4")])
    assert await heard(store) == [("desk:r3", OTHER, (f"k{OTHER}.3.0.p1",))]


async def test_several_notes_that_went_out_as_one_are_all_meant(store):
    """The newest first: which of them an emoji is for, the case decides."""
    await two_cases(store)
    lane = f"slack:T1/C1#@{CASE}"
    notes = [message(f"k{CASE}.{n}.0.p0", lane, channel="slack", kind="desk") for n in range(3)]
    await turn(store, outbox=notes)
    [head] = await leased(store, channels=HERE)
    assert len(await store.take_along(head, "w1", NOW, NOW + 30_000, lambda _: True)) == 2
    await store.settle([settled(head, provider_id="C1:17.5", shared=True)])
    await turn(store, reactions=[reaction("C1:17.5", "slack:T1/C1")])
    assert await heard(store) == [("desk:r1", CASE, tuple(f"k{CASE}.{n}.0.p0" for n in (2, 1, 0)))]


@pytest.mark.parametrize(
    ("key", "lane", "ref", "kind", "state"),
    [
        (f"k{CASE}.2.0.p0", f"{TOPIC}{CASE}", "", "desk", "unknown"),  # nobody knows what it is called there
        (f"k{CASE}.card.pabcd", f"{TOPIC}{CASE}", "17", "card", "sent"),
        (f"k{CASE}.2.0.p0", "telegram:-100", "17", "desk", "sent"),  # in no case's thread
        ("queued:1", f"{TOPIC}{CASE}", "17", "desk", "sent"),  # no case's message
        (f"k{'e' * 24}.2.0.p0", f"{TOPIC}{'e' * 24}", "17", "desk", "sent"),  # a case that is not there
    ],
)
async def test_what_is_no_note_of_a_case_is_nobodys(store, key, lane, ref, kind, state):
    """The card, an alarm in the group, a message without an id: nothing follows."""
    await two_cases(store)
    await sent(store, key, lane, ref, kind, state)
    await turn(store, reactions=[reaction(ref, "telegram:-100"), reaction("99", "telegram:-100", "desk:r2")])
    assert await heard(store) == []
