"""What is read as one: two halves of a message, a message and its change; and the name of a lane."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.messages import Address, Body, Control, Delivery, Edited, Inbound, Pressed, Removed, Said
from bot.rows import Claimed
from bot.runtime.together import together
from tests.bot.runtime.house import ANNA, NOW

REPORT = Delivery("k", "P1", "delivered")


def said(text: str, ref: str = "") -> Said:
    return Said(text, ref=ref)


def groups(bodies: list[Body], apart: int = 0, gather: int = 1_500) -> list[list[str]]:
    """What is read together, each event by its words or its kind."""
    pairs = []
    for number, body in enumerate(bodies):
        at = NOW + number * apart
        pairs.append((Claimed(number, ANNA.lane, at, 0, ""), Inbound(f"e{number}", at, ANNA, body)))
    return [[_name(inbound.body) for _, inbound in group] for group in together(pairs, gather)]


def _name(body: Body) -> str:
    return f"edit {body.text}" if isinstance(body, Edited) else getattr(body, "text", type(body).__name__)


@pytest.mark.parametrize(
    ("bodies", "read"),
    [
        ([], []),
        ([said("a")], [["a"]]),
        ([said("a"), said("b")], [["a", "b"]]),
        ([said("a", "m1"), Edited("m1", "A")], [["A"]]),
        ([said("a", "m1"), Edited("m1", "x"), Edited("m1", "A")], [["A"]]),
        ([said("a", "m1"), said("b", "m2"), Edited("m1", "A")], [["A", "b"]]),
        ([said("a", "m1"), Edited("m1", "A"), said("b", "m2")], [["A", "b"]]),
        ([said("a", "m1"), Pressed("k", "9"), Edited("m1", "A")], [["A"], ["Pressed"]]),
        ([said("a", "m1"), Edited("m2", "A")], [["a"], ["edit A"]]),
        ([Edited("m1", "A"), said("a", "m1")], [["edit A"], ["a"]]),
        ([said("a"), Edited("", "A")], [["a"], ["edit A"]]),
        ([said("a", "m1"), REPORT, Edited("m1", "A")], [["Delivery"], ["A"]]),
        ([said("a", "m1"), Removed("m1")], [["a"], ["Removed"]]),
        ([said("a"), Control("bot"), said("b")], [["a"], ["Control"], ["b"]]),
    ],
)
def test_what_was_changed_before_we_read_it_counts_as_written_like_that(bodies, read):
    assert groups(bodies) == read


def test_a_change_that_comes_later_than_the_window_is_still_in_time_if_nobody_has_read_the_message():
    assert groups([said("a", "m1"), Edited("m1", "A")], apart=60_000) == [["A"]]


@pytest.mark.parametrize(
    ("apart", "read"), [(749, [["a", "b", "c"]]), (750, [["a", "b"], ["c"]]), (1_500, [["a"], ["b"], ["c"]])]
)
def test_the_window_counts_from_the_first_of_them(apart, read):
    assert groups([said("a"), said("b"), said("c")], apart) == read


def test_a_change_leaves_everything_else_of_the_message_as_it_was():
    """Its pictures, its album and what it quotes are still there."""
    before = Inbound("e1", NOW, ANNA, Said("a", (), "m1", "album", "m0"), recipient="+49300")
    pairs = [
        (Claimed(1, ANNA.lane, NOW, 0, ""), before),
        (Claimed(2, ANNA.lane, NOW, 0, ""), replace(before, id="e2", body=Edited("m1", "A"))),
    ]
    [[(claimed, after)]] = together(pairs, 0)
    assert after == replace(before, body=Said("A", (), "m1", "album", "m0"))
    assert claimed.id == 1


names = st.text(st.characters(exclude_characters="/#:", exclude_categories=["Cs"]), min_size=1)
parts = st.text(st.characters(exclude_characters="/#", exclude_categories=["Cs"]))


@given(channel=names, chat=parts.filter(bool), account=parts, thread=parts)
def test_a_lane_names_its_address(channel: str, chat: str, account: str, thread: str):
    """What a timer knows of where it goes is the lane alone."""
    address = Address(channel, chat, account, thread)
    assert Address.of_lane(address.lane) == address


@given(st.lists(st.tuples(names, parts.filter(bool), parts, parts), min_size=2, max_size=2, unique=True))
def test_p6_two_addresses_have_two_lanes(both):
    one, other = (Address(*which) for which in both)
    assert one.lane != other.lane
