"""Round robin and least loaded."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.assignment import choose
from bot.cases.desks import Agent, Desk

DESK = Desk("support", agents=(Agent("anna"), Agent("ben", active=False), Agent("caro")))


@pytest.mark.parametrize(
    ("assign", "loads", "latest", "chosen"),
    [
        ("", {}, "", ""),
        ("round_robin", {}, "", "anna"),
        ("round_robin", {}, "anna", "caro"),
        ("round_robin", {"caro": 9}, "anna", "caro"),
        ("round_robin", {}, "caro", "anna"),
        ("round_robin", {}, "somebody who left", "anna"),
        ("least_loaded", {"anna": 2, "caro": 1}, "caro", "caro"),
        ("least_loaded", {"anna": 1, "caro": 1}, "anna", "caro"),
        ("least_loaded", {"ben": 0, "anna": 5, "caro": 5}, "caro", "anna"),
    ],
)
def test_who_gets_a_case(assign, loads, latest, chosen):
    """Nobody who is away; among equals it goes round."""
    assert choose(msgspec.structs.replace(DESK, assign=assign), loads, latest) == chosen


@given(st.lists(st.sampled_from(["anna", "caro"]), max_size=40))
def test_least_loaded_keeps_loads_within_one(resolved):
    """However cases end, new ones go where there is least to do."""
    desk, loads, latest = msgspec.structs.replace(DESK, assign="least_loaded"), {"anna": 0, "caro": 0}, ""
    for name in resolved:
        latest = choose(desk, loads, latest)
        loads[latest] += 1
        assert abs(loads["anna"] - loads["caro"]) <= 1 or min(loads.values()) == loads[latest] - 1
        loads[name] = max(0, loads[name] - 1)


def test_nobody_there():
    """A desk without a list, or where all are away, leaves it open."""
    assert choose(Desk("x", assign="round_robin"), {}, "") == ""
    assert choose(Desk("x", assign="least_loaded", agents=(Agent("ben", active=False),)), {}, "") == ""
