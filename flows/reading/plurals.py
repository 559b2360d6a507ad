"""What a language shows of number: which nouns can stand behind "2" or "5", and which verbs go with one thing only.

`[counting]` of a language's file: `plural` the endings of which a noun counted by two or more has one, `single`
endings that only look so; `never`, `few` (2 to 4) and `many` (from 5 on) endings that a counted noun has not;
`definite` what a noun with its article begins with; `singular` and `singular_endings` the verbs that go with one
thing only, `reflexive` endings of such verbs that take no object, `adjectives` the endings of theirs; `verbs` endings
of verbs, where a noun may stand in front of another ("3 course dinner"); `words` plurals that show no ending, and
what only looks like a noun that cannot be counted; `kept` endings of plurals that look like `never`, `few`, `many` or
`one`; `one` endings that what is counted by one has not; `numbered` beginnings of nouns that a number in front of
them may put in order ("2 этаж"); `turns` what has such a number with a point in front ("2. gang"); `verbal` endings
of verbs that a story begins with; `titles` what stands behind the name of one person ("doktor bey"); `joined` what a
noun and its verb are written together with ("website's slow"); `taken` endings of verbs whose object stands in front
("2 ürün aldım").
"""

from collections.abc import Mapping

from msgspec import Struct

from flows.reading.fold import fold_word

_LONGEST_ENDING = 4
NOTHING = "\0"
"""No word begins or ends so: what an empty list of endings stands for."""


class Counting(Struct, frozen=True):
    """What a language shows of number: endings and words, folded."""

    plural: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    few: tuple[str, ...] = ()
    many: tuple[str, ...] = ()
    definite: tuple[str, ...] = ()
    singular: frozenset[str] = frozenset()
    singular_endings: tuple[str, ...] = ()
    reflexive: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    one: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    numbered: tuple[str, ...] = ()
    verbal: tuple[str, ...] = ()
    titles: frozenset[str] = frozenset()
    turns: frozenset[str] = frozenset()
    joined: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()

    def ends(self, word: str, endings: tuple[str, ...]) -> bool:
        """Whether the folded word has one of the endings and is none of the plurals that only look so."""
        return bool(endings) and word.endswith(endings) and not word.endswith(self.kept or NOTHING)

    def is_numbered(self, word: str) -> bool:
        """Whether the folded word is one of the `numbered`, with a short ending at most ("kasa", not "kasjerka")."""
        return word.startswith(self.numbered or NOTHING) and any(
            word.startswith(begin) and len(word) - len(begin) <= _LONGEST_ENDING for begin in self.numbered
        )

    def is_plural(self, word: str) -> bool:
        """Whether the folded word looks like several things."""
        return word in self.words or (word.endswith(self.plural) and not word.endswith(self.single or NOTHING))


def counting(lists: Mapping[str, str]) -> Counting:
    """What the lists of a language's file say; an unknown list raises TypeError."""
    folded = {
        name: tuple(fold_word(entry.strip()) for entry in text.replace("\n", ",").split(",") if entry.strip())
        for name, text in lists.items()
    }
    sets = {name: frozenset(folded.pop(name, ())) for name in ("singular", "words", "titles", "turns")}
    return Counting(**folded, **sets)  # type: ignore[arg-type]  # the sets are not among the endings
