"""People who write surveys, as the tests of versions need them: a folder of files, and one process's library."""

from bot.runtime.drafts import Drafts
from bot.runtime.librarian import Librarian
from flows.library import Library
from tests.bot.runtime.house import NOW

FLOW = """format: 1
id: {id}
kind: transactional
languages: [en]
steps:
  - id: score
    ask: {{type: nps, text: "{words}, 0-10? Reply STOP to opt out"}}
"""


def source(words: str = "How likely", flow: str = "coffee") -> str:
    return FLOW.format(id=flow, words=words)


class Office:
    """One process's library, and the files it looks at."""

    def __init__(self, store, folder, *, by_hand: bool = False) -> None:
        self.library = Library()
        self.librarian = Librarian(store, self.library, lambda: NOW)
        self.drafts = Drafts([folder], None, self.librarian, store, by_hand=by_hand)
        self.folder, self.store = folder, store

    def save(self, text: str, name: str = "coffee.yaml") -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    async def saved(self, text: str, name: str = "coffee.yaml") -> None:
        self.save(text, name)
        await self.drafts.look()

    def asks(self, flow: str = "coffee") -> str:
        return self.library.get(flow).step("score").ask.text.of("en").partition(",")[0]

    async def history(self, flow: str = "coffee") -> list[tuple[int, str]]:
        return [(each.n, each.kind) for each in await self.librarian.versions(flow)]


def revision_of(text: str) -> str:
    library = Library()
    return library.add_source(text).revision
