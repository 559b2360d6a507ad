"""Single-use codes: each goes with one message, on both databases."""

import asyncio

from tests.storage.builders import NOW

CODES = ("A1", "B2", "C3")


async def test_a_message_has_one_code_and_a_code_one_message(store):
    async def code(key: str, codes=CODES, desk="support", name="goodwill") -> str:
        return str(await store.voucher(desk, name, key, codes, NOW))

    assert [await code("m1"), await code("m2"), await code("m1")] == ["A1", "B2", "A1"]
    assert [await code("m3"), await code("m4"), await code("m4", (*CODES, "D4"))] == ["C3", "", "D4"]
    assert await code("m1", ()) == "A1"  # also when it is no longer in the desk's file
    assert [await code("m5", desk="billing"), await code("m6", name="sorry")] == ["A1", "A1"]


async def test_p7_who_asks_at_the_same_time_gets_different_ones(store):
    codes = [f"C{number}" for number in range(20)]
    asked = [store.voucher("support", "goodwill", f"m{number % 25}", codes, NOW) for number in range(50)]
    found = await asyncio.gather(*asked)
    assert found[:25] == found[25:]
    assert sorted(code for code in found[:25] if code) == sorted(codes)
