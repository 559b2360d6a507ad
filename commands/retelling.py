"""A case's history in another language than its desk's: its journal is played again, for the texts are made from it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from bot.cases.case import decide, open_case
from bot.cases.desks import WEB, Desks
from bot.cases.effects import CaseEffect, Entry, Note
from bot.cases.events import Begun, CaseEvent, Wanted
from bot.cases.state import Case, Customer

Texts = Mapping[tuple[int, int], str]
"""An entry's turn and number in it → its text."""

_decode = msgspec.json.Decoder(Begun | CaseEvent).decode


def speaking(desks: Desks, language: str) -> Desks:
    """The same desks with agents who read this language."""
    return replace(desks, desks={name: replace(desk, language=language) for name, desk in desks.desks.items()})


def retold(journal: Sequence[Mapping[str, Any]], desks: Desks) -> Texts:
    """What is written in a case's history, as these desks would have written it.

    `journal` are the rows of `bot.ports.Reading` for the case; events that mean something else to these desks than to
    those that took them lead to other turns, and their texts are not found.
    """
    case: Case | None = None
    texts: dict[tuple[int, int], str] = {}
    for row in journal:
        event = _decode(row["event"])
        if isinstance(event, Begun):
            case = event.case
            effects = _opening(case, desks)
        elif case is not None:
            turn = decide(case, event, row["at"], desks)
            case, effects = turn.case, turn.effects
        else:
            break
        texts |= {(case.turn, number): text for number, text in _written(effects)}
    return texts


def _opening(case: Case, desks: Desks) -> Sequence[CaseEffect]:
    wanted = Wanted(case.desk, case.priority, case.reason, case.respond_within)
    about = Customer(case.lane, language=case.language, opted_out_at=case.opted_out_at)
    return open_case(case.id, wanted, about, case.opened_at, desks).effects


def _written(effects: Sequence[CaseEffect]) -> Iterator[tuple[int, str]]:
    for number, effect in enumerate(effects):
        if isinstance(effect, Entry) or (isinstance(effect, Note) and effect.place == WEB):
            yield number, effect.text
