"""Watching a folder of flows: every way in which editors and deployments change files, within about a second."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.errors import StoreUnavailable
from commands.watching import LONGEST, SETTLE, state, watch

SOON = 3.0  # s; about one on a machine that has nothing else to do


class Watched:
    """A folder that is watched; `seen` is what its files said at each look."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: list[dict[str, str]] = []
        self.down = 0  # looks that fail

    async def look(self) -> None:
        if self.down:
            self.down -= 1
            raise StoreUnavailable("down")
        files = self.folder.glob("*.y*ml") if self.folder.is_dir() else ()
        self.seen.append({path.name: path.read_text() for path in files})

    async def until(self, **files: str) -> None:
        """Until the latest look has found these files, and no others."""
        wanted = {f"{name}.yaml": text for name, text in files.items()}
        async with asyncio.timeout(SOON):
            while not self.seen or self.seen[-1] != wanted:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)


@pytest.fixture
async def watched(tmp_path):
    """A folder with one file; it has been looked at."""
    folder = tmp_path / "surveys"
    folder.mkdir()
    (folder / "a.yaml").write_text("1")
    here = Watched(folder)
    task = asyncio.create_task(watch(folder, here.look))
    await here.until(a="1")
    yield here
    task.cancel()
    async with asyncio.timeout(1):
        await asyncio.gather(task, return_exceptions=True)


def in_place(folder: Path) -> None:
    (folder / "a.yaml").write_text("2")


def by_rename(folder: Path) -> None:
    (folder / ".a.yaml.swp").write_text("2")
    (folder / ".a.yaml.swp").replace(folder / "a.yaml")


def with_a_backup(folder: Path) -> None:
    (folder / "a.yaml").rename(folder / "a.yaml~")
    (folder / "a.yaml").write_text("2")


def of_the_same_size_and_time(folder: Path) -> None:
    about = (folder / "a.yaml").stat()
    by_rename(folder)
    os.utime(folder / "a.yaml", ns=(about.st_atime_ns, about.st_mtime_ns))


@pytest.mark.parametrize("save", [in_place, by_rename, with_a_backup, of_the_same_size_and_time])
async def test_a_file_is_saved(watched, save: Callable[[Path], None]):
    """However the editor does it."""
    save(watched.folder)
    await watched.until(a="2")


async def test_files_come_and_go(watched):
    """Several at once are one look, or two if it came in between; others than YAML none at all."""
    before = len(watched.seen)
    for name in "bcdefgh":
        (watched.folder / f"{name}.yaml").write_text(name)
    (watched.folder / "a.yaml").unlink()
    await watched.until(**{name: name for name in "bcdefgh"})
    assert len(watched.seen) <= before + 2
    before = len(watched.seen)
    (watched.folder / "notes.txt").write_text("nothing")
    await asyncio.sleep(1.5)
    assert len(watched.seen) == before


async def test_a_file_in_pieces_is_looked_at_when_it_is_whole(watched):
    """As long as the pieces come close together."""
    with (watched.folder / "a.yaml").open("w") as file:
        for piece in "whole":
            file.write(piece)
            file.flush()
            await asyncio.sleep(SETTLE / 4)
    await watched.until(a="whole")
    assert [each["a.yaml"] for each in watched.seen] == ["1", "whole"]


async def test_a_file_that_never_rests_is_looked_at_all_the_same(watched):
    """After two seconds."""
    before = len(watched.seen)
    async with asyncio.timeout(LONGEST + SOON):
        while len(watched.seen) == before:
            (watched.folder / "a.yaml").write_text(str(asyncio.get_running_loop().time()))
            await asyncio.sleep(SETTLE / 4)


async def test_the_whole_folder_is_replaced(watched, tmp_path):
    """By another one of the same name, as deployments do; the new one is watched, too."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "b.yaml").write_text("1")
    watched.folder.rename(tmp_path / "old")
    (tmp_path / "new").rename(watched.folder)
    await watched.until(b="1")
    await asyncio.sleep(1.2)
    (watched.folder / "b.yaml").write_text("2")
    await watched.until(b="2")


async def test_a_link_that_leads_elsewhere(tmp_path):
    """A release that is switched by its link."""
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.yaml").write_text(name)
    link = tmp_path / "surveys"
    link.symlink_to("a")
    here = Watched(link)
    task = asyncio.create_task(watch(link, here.look))
    await here.until(x="a")
    (tmp_path / "next").symlink_to("b")
    (tmp_path / "next").rename(link)
    await here.until(x="b")
    task.cancel()


async def test_a_folder_that_is_not_there_yet(tmp_path):
    """It is watched as soon as it is."""
    here = Watched(tmp_path / "surveys")
    task = asyncio.create_task(watch(here.folder, here.look))
    await here.until()
    here.folder.mkdir()
    (here.folder / "a.yaml").write_text("1")
    await here.until(a="1")
    task.cancel()


async def test_what_the_database_could_not_take_is_looked_at_again(watched):
    """Without another change."""
    watched.down = 2
    (watched.folder / "a.yaml").write_text("2")
    async with asyncio.timeout(SOON * 2):
        while watched.seen[-1] != {"a.yaml": "2"}:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)
    assert watched.down == 0


def test_a_file_that_cannot_be_looked_at_has_a_state(tmp_path):
    """A link that leads nowhere."""
    (tmp_path / "a.yaml").symlink_to("nowhere")
    assert state(tmp_path) == (("a.yaml", 0, 0, 0),)
    assert state(tmp_path / "missing") == ()
