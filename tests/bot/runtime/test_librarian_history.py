"""Versions over time: whatever several processes do, the history is what was done."""

import random

import pytest

from bot.versions import FILE, PUBLISHED, ROLLED_BACK, NoVersion
from tests.bot.runtime.authors import Office, revision_of, source


class Doing:
    """Two processes that do things by chance, and what their history has to be: (content, kind), oldest first."""

    def __init__(self, store, folder, seed: int) -> None:
        self.chance = random.Random(seed)
        self.offices = [Office(store, folder), Office(store, folder)]
        self.done: list[tuple[str, str]] = []
        self.file = ""

    async def something(self) -> None:
        office = self.chance.choice(self.offices)
        acts = [self.edit, self.break_it, self.publish, self.start, *([self.back] if self.done else [])]
        await self.chance.choice(acts)(office, self.chance.choice("ABCD"))

    async def edit(self, office: Office, words: str) -> None:
        await office.saved(source(words))
        if words != self.file:
            self.done.append((words, FILE))
        self.file = words

    async def break_it(self, office: Office, words: str) -> None:
        await office.saved(source(words) + "    next: nowhere\n")

    async def publish(self, office: Office, words: str) -> None:
        await office.librarian.publish(source(words), "handed in", "ada")
        if not self.done or self.done[-1][0] != words:
            self.done.append((words, PUBLISHED))

    async def back(self, office: Office, _: str) -> None:
        to = self.chance.randrange(len(self.done))
        if self.done[to][0] == self.done[-1][0]:
            with pytest.raises(NoVersion):
                await office.librarian.roll_back("coffee", "ada", to=to + 1)
        else:
            await office.librarian.roll_back("coffee", "ada", to=to + 1)
            self.done.append((self.done[to][0], ROLLED_BACK))

    async def start(self, office: Office, _: str) -> None:
        anew = Office(office.store, office.folder)
        await anew.drafts.look()
        self.offices[self.offices.index(office)] = anew


@pytest.mark.parametrize("seed", range(3))
async def test_the_history_is_what_was_done(store, tmp_path, seed):
    """Whatever two processes do in turns: the history says it, and both begin with its latest version."""
    doing = Doing(store, tmp_path, seed)
    for _ in range(30):
        await doing.something()
    told = [(each.revision, each.kind) for each in await doing.offices[0].librarian.versions("coffee")]
    assert told[::-1] == [(revision_of(source(words)), kind) for words, kind in doing.done]
    for office in doing.offices:
        await office.librarian.refresh()
        assert office.asks() == doing.done[-1][0]
