"""Consent: what counts as a basis, and what holds after which events (RELIABILITY C14, UWG § 7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.outreach.consent import BY_FORM, Event, Holding, drawn, problem, sealed, touches_all

CUSTOMER = {"collected_at": "2026-01-02", "transaction_ref": "A17", "product_group": "shoes", "notice_at": "2026-01-02"}


def event(action: str = "granted", at: int = 10, **fields) -> Event:
    """An event with everything that it needs."""
    usual = {"names": ("h",), "key_id": "k", "channel": "sms", "source": "api", "wording": "Yes, ask me."}
    return Event(id=f"{action}{at}", action=action, at=at, **{**usual, **fields})


@pytest.mark.parametrize(
    ("fields", "lacks"),
    [
        ({}, ""),
        ({"source": ""}, "source"),
        ({"at": 0}, "at"),
        ({"wording": ""}, "wording"),
        ({"channel": ""}, "channel"),
        ({"at": 21}, "future"),
        ({"basis": "hope"}, "unknown"),
        ({"action": "wished"}, "unknown"),
        ({"basis": "existing_customer"}, "collected_at, transaction_ref, product_group, notice_at"),
        ({"basis": "existing_customer", "evidence": CUSTOMER}, ""),
        ({"basis": "existing_customer", "evidence": {**CUSTOMER, "notice_at": ""}}, "notice_at"),
        ({"basis": "contract"}, "source_ref"),
        ({"basis": "contract", "source_ref": "C9"}, ""),
        ({"action": "confirmed"}, "double_opt_in_of"),
        ({"action": "withdrawn", "wording": ""}, ""),
    ],
)
def test_c14_without_source_time_and_wording_there_is_no_basis(fields, lacks):
    """What is missing is named."""
    found = problem(event(**{"action": "granted", **fields}), now=20)
    assert (lacks in found) if lacks else found == ""


@pytest.mark.parametrize(
    ("events", "holds"),
    [
        ([event()], True),
        ([event(), event("withdrawn", 11)], False),
        ([event(), event("objected", 11)], False),
        ([event(), event("expired", 11)], False),
        ([event(), event("notice_given", 11)], True),
        ([event(), event("withdrawn", 11), event(at=12)], True),
        ([event("withdrawn", 11), event(at=10)], False),
        ([event("withdrawn", 11), event(at=11)], False),
        ([event(at=12), event("withdrawn", 11)], True),
        ([event(at=10), event("withdrawn", 10)], False),
        ([event(source=BY_FORM)], False),
        ([event(source=BY_FORM), event("confirmed", 12, source=BY_FORM)], True),
        ([event(source=BY_FORM), event("confirmed", 12), event("withdrawn", 13)], False),
        ([event(source=BY_FORM, basis="contract", source_ref="C9")], True),
        ([], False),
    ],
)
def test_what_holds_is_what_came_last(events, holds):
    """An old consent that comes to light later revives nothing, and what was typed into a form has to be confirmed."""
    held = None
    for each in events:
        held = drawn(each, held, confirms=True)
    assert bool(held and held.lapsed_at is None) is holds


def test_a_confirmation_of_nothing_confirms_nothing():
    """Somebody confirms what nobody here has asked for."""
    assert drawn(event("confirmed"), None, confirms=False) is None


@given(st.lists(st.tuples(st.sampled_from(["granted", "withdrawn", "objected"]), st.integers(1, 6)), max_size=8))
def test_the_order_in_which_events_come_to_light_does_not_matter(told):
    """Only when they happened does; at the same moment the withdrawal wins."""
    events = [event(action, at) for action, at in told]

    def holds(order: list[Event]) -> bool:
        held: Holding | None = None
        for each in order:
            held = drawn(each, held)
        return bool(held and held.lapsed_at is None)

    latest = max((each.at for each in events), default=0)
    expected = bool(events) and all(each.action == "granted" for each in events if each.at == latest)
    assert holds(events) == holds(events[::-1]) == expected


def test_an_objection_is_about_everything():
    """A withdrawal only about its channel, unless it says so."""
    assert touches_all(event("objected"))
    assert touches_all(event("withdrawn", channel="*"))
    assert not touches_all(event("withdrawn"))
    assert not touches_all(event("granted", channel="*"))


@pytest.mark.parametrize(
    "change",
    [
        {"id": "x"}, {"action": "withdrawn"}, {"at": 11}, {"wording": "No."}, {"source": "agent"}, {"channel": "tg"},
        {"basis": "other"}, {"purpose": "x"}, {"actor": "a"}, {"evidence": {"a": "b"}}, {"double_opt_in_of": "y"},
        {"locale": "de"}, {"source_ref": "z"}, {"wording_version": "2"}, {"key_id": "l"},
    ],
)  # fmt: skip
def test_the_seal_is_of_everything_but_the_contact(change):
    """People turn out to be one, and are erased; nothing else may change."""
    assert sealed(replace(event(), **change), "h", 1, "") != sealed(event(), "h", 1, "")
    assert sealed(replace(event(), contact="c"), "h", 1, "") == sealed(event(), "h", 1, "")
    assert len({sealed(event(), *place) for place in (("h", 1, ""), ("i", 1, ""), ("h", 2, ""), ("h", 1, "x"))}) == 4
