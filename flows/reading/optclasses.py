"""What a word can do in a demand for no more messages: its classes, and the phrases that have them.

In `flows/words/optout/<language>.toml` each class is a list of words:

contact contacted send   writing to somebody: by itself ("text", "bother"), done to one, or with an object
message advert asking    what is written; what is a message if nothing else is spoken of, or if it is "your questions"
me my these              who is written to, whose number it is, what is spoken of ("this", "such", "your")
not more want please     denial, "again", "any", wish and courtesy; a Turkish verb may be `send` and `not` in one word
get                      receiving, hearing, taking part
cease enough             ending, being fed up
remove removed spare     taking off, with `record` (number, name, data) or `list`; what is taken off; sparing somebody
unsub away               unsubscribing, "lâchez-moi": demands by themselves; `lost` ("get lost") only beside a message
leave peace              "leave me" and "alone"
consent withdraw object law keep   permission and its end, objection, data protection, storing a number
threat if                lawyers and authorities; "if", "otherwise", "next time"
last final often         "the last" beside a message, "the last time", "how often do I have to say"
how                      what a question for the way out begins with
subject cannot past back what tells of a report instead: somebody else, "could not", "received", "reply"
ago kin why             another time or firm ("last year", "your rival"), somebody else ("my sister"), a question
waiting                  a list of another kind: who waits, who is invited
but that                 where a clause begins, and where it goes on behind a comma
idle                     phrases of which no word does anything: "au plus vite" has no "ne … plus", "message received"
light                    words that speak of nothing; so do those that the reader knows as fillers, pronouns and such

In a phrase ".." stands for up to five words ("hou .. op"). `clitics` and `them` hang on verbs and mean me and it
(Spanish "escribirme"), `denying` and `prefixes` stand in front.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from flows.reading.units import tags

CLASSES = tags(
    "me not more please want get contact contacted send message advert these cease enough remove removed my record "
    "list unsub withdraw consent object leave peace away lost law threat keep if how subject cannot spare past back "
    "but that light asking last final often ago kin why waiting idle"
)
BIT = {name: 1 << place for place, name in enumerate(sorted(CLASSES))}
_NO_REPORT = ~sum(BIT[name] for name in ("cannot", "past", "subject", "back", "but"))
_NO_ORDER = ~(BIT["cease"] | BIT["remove"] | BIT["list"] | BIT["lost"])  # "full stop", "waiting list"
_ASKED = BIT["please"] | BIT["how"]
_GAP, _MOST_BETWEEN = "..", 5


class OptPhrase(Struct, frozen=True, gc=False):
    """What follows the first word of a phrase, before a gap and after it; `needs`: its words that are no stems."""

    rest: list[str]
    later: list[str]
    classes: int
    needs: frozenset[str]

    def stands(self, words: Sequence[str], place: int) -> bool:
        """Whether the rest of the phrase stands at a place of the words."""
        if self.rest and not _stand(self.rest, words, place):
            return False
        place += len(self.rest)
        between = range(_MOST_BETWEEN + 1) if self.later else range(1)
        gaps = (place + gap for gap in between if "|" not in words[place : place + gap])
        return any(_stand(self.later, words, later) for later in gaps)

    def masks(self, own: int) -> int:
        """What the first word of the phrase is, which by itself has the classes `own`."""
        if self.classes in {BIT["light"], BIT["idle"]}:
            return self.classes
        return self.within(own) | self.classes

    def within(self, own: int) -> int:
        """What a word inside the phrase still is: no report, no "but"; what asks does not deny ("can't you stop")."""
        if self.classes == BIT["idle"]:
            return 0
        if self.classes == BIT["light"]:
            own &= _NO_ORDER
        return own & _NO_REPORT & (~BIT["not"] if self.classes & _ASKED else -1)


def _stand(wanted: Sequence[str], words: Sequence[str], place: int) -> bool:
    said = words[place : place + len(wanted)]
    return len(said) == len(wanted) and all(map(_alike, wanted, said))


def _alike(wanted: str, said: str) -> bool:
    return said.startswith(wanted[:-1]) if wanted.endswith("*") else said == wanted


def phrases(begun: Mapping[tuple[str, ...], int]) -> list[OptPhrase]:
    """The phrases that begin with one word, longest first."""
    return [
        OptPhrase(*_parted(rest), classes, frozenset(word for word in rest if word != _GAP and not word.endswith("*")))
        for rest, classes in sorted(begun.items(), key=lambda item: -len(item[0]))
    ]


def longer(begun: Mapping[tuple[str, ...], int]) -> Mapping[tuple[str, ...], int]:
    """The phrases of one first word, each with what shorter ones that it begins with are; what is light stays so."""
    light, idle = BIT["light"], BIT["idle"]
    found = {rest: classes if classes != light | idle else idle for rest, classes in begun.items()}
    for rest, classes in begun.items():
        if not classes & idle and classes != light and _GAP not in rest:
            for size in range(1, len(rest)):
                shorter = begun.get(rest[:size], 0)
                found[rest] |= shorter if shorter not in {light, idle} else 0
    return found


def _parted(rest: tuple[str, ...]) -> tuple[list[str], list[str]]:
    gap = rest.index(_GAP) if _GAP in rest else len(rest)
    return list(rest[:gap]), list(rest[gap + 1 :])
