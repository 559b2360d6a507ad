"""Group commit: what waits is written together, and everybody learns what became of their own."""

import asyncio

import pytest

from bot.errors import StoreUnavailable
from bot.runtime.group import Group


class Disk:
    """Writes slowly; refuses what `refuses` names."""

    def __init__(self) -> None:
        self.writes, self.open, self.refuses = [], asyncio.Event(), {}
        self.open.set()

    async def __call__(self, items):
        self.writes.append(list(items))
        await self.open.wait()
        for item in items:
            if item in self.refuses:
                raise self.refuses[item]


async def test_what_comes_while_the_disk_is_busy_is_written_together():
    disk = Disk()
    group = Group(disk)
    disk.open.clear()
    callers = [asyncio.create_task(group.add([n])) for n in range(5)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    callers += [asyncio.create_task(group.add([n])) for n in range(5, 9)]
    await asyncio.sleep(0)
    disk.open.set()
    await asyncio.gather(*callers)
    assert disk.writes == [[0, 1, 2, 3, 4], [5, 6, 7, 8]]


async def test_a_group_has_an_end_and_nobody_is_split():
    disk = Disk()
    group = Group(disk, most=4)
    await asyncio.gather(*(group.add([n, n]) for n in range(3)), group.add(list("abcdefg")))
    assert disk.writes == [[0, 0, 1, 1], [2, 2], list("abcdefg")]


async def test_nothing_to_write_needs_no_disk():
    disk = Disk()
    await Group(disk).add([])
    assert disk.writes == []


async def test_p13_while_the_database_is_away_everybody_is_told_and_nobody_tries_alone():
    disk = Disk()
    disk.refuses = {1: StoreUnavailable("away")}
    group = Group(disk)
    told = await asyncio.gather(*(group.add([n]) for n in range(3)), return_exceptions=True)
    assert [type(each) for each in told] == [StoreUnavailable] * 3
    assert disk.writes == [[0, 1, 2]]
    disk.refuses = {}
    await group.add([3])


async def test_who_cannot_be_written_harms_no_neighbour():
    disk = Disk()
    disk.refuses = {1: ValueError("too long")}
    group = Group(disk)
    told = await asyncio.gather(*(group.add([n]) for n in range(3)), return_exceptions=True)
    assert [type(each) for each in told] == [type(None), ValueError, type(None)]
    assert disk.writes[1:] == [[0], [1], [2]]


async def test_p2_a_caller_that_goes_away_takes_nothing_back():
    disk = Disk()
    group = Group(disk)
    disk.open.clear()
    gone = asyncio.create_task(group.add(["a"]))
    stays = asyncio.create_task(group.add(["b"]))
    await asyncio.sleep(0.001)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    disk.open.set()
    await stays
    assert disk.writes == [["a", "b"]]
    await group.add(["c"])
