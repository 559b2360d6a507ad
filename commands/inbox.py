"""The inbox on the web: cases as people see them, and what people do about them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from bot.cases.canned import shown
from bot.cases.card import draw
from bot.cases.desks import WEB, Desk, Desks
from bot.cases.draft import cause_label, name_of
from bot.cases.state import Case, Held, Line
from bot.cases.words import word
from bot.messages import TEST, Pressed, Said
from bot.runtime.office import Office
from commands.retelling import Texts, retold, speaking
from storage.reading import SqlReading
from web.shapes import (
    CaseAct,
    CaseCard,
    CaseDetail,
    CaseEntry,
    CaseFact,
    CasePrompt,
    CaseSummary,
    Choice,
    iso,
)

AGAIN = ("failed", "unknown", "cancelled", "expired")  # states of a message after which a person may send it again
Row = Mapping[str, Any]
Retold = dict[tuple[str, str], tuple[int, Texts]]  # case and language → version and its texts

_decode = msgspec.json.Decoder(Case).decode


class Inbox:
    """web.cases.Inbox over the running parts."""

    def __init__(self, reading: SqlReading, office: Office, desks: Desks, retold: Retold | None = None) -> None:
        """`retold` is what it remembers of histories in other languages."""
        self._reading = reading
        self._office = office
        self._desks = desks
        self._retold: Retold = {} if retold is None else retold

    def over(self, reading: SqlReading) -> "Inbox":
        """The same inbox, looked at through another read side."""
        return Inbox(reading, self._office, self._desks, self._retold)

    async def page(self, desk: str, phases: Sequence[str], limit: int) -> list[CaseSummary]:
        """See web.cases.Inbox."""
        return [_summary(row) for row in await self._reading.cases(desk, phases, limit)]

    async def case(self, case_id: str, language: str = "") -> CaseDetail | None:
        """See web.cases.Inbox. With `language`, all that is ours to say is in it, else in the desk's own."""
        row = await self._reading.case(case_id)
        if row is None:
            return None
        case, entries = _decode(row["state"]), row["entries"]
        desk = msgspec.structs.replace(self._desks.get(case.desk), name=case.desk)
        if language and language != desk.language:
            texts = await self._retell(case_id, row["version"], language)
            entries = [{**entry, "text": texts.get((entry["turn"], entry["n"]), entry["text"])} for entry in entries]
            desk = msgspec.structs.replace(desk, language=language)
        return CaseDetail(
            _summary(row),
            _card(case, desk),
            name_of(case.owner) if case.owner else "",
            [_entry(entry) for entry in entries],
            list(_prompts(case, desk, entries)),
        )

    async def _retell(self, case_id: str, version: int, language: str) -> Texts:
        """The history's texts in another language; made anew once the case has changed."""
        known, texts = self._retold.get((case_id, language), (0, {}))
        if known != version:
            texts = retold(await self._reading.journal(case_id), speaking(self._desks, language))
            self._retold[case_id, language] = version, texts
        return texts

    async def act(self, case_id: str, act: CaseAct, key: str) -> bool:
        """See web.cases.Inbox. Raises StoreUnavailable."""
        body = Pressed("", act.press) if act.press else Said(act.text)
        return await self._office.act(case_id, act.login, body, key, name=act.name)


def _summary(row: Row) -> CaseSummary:
    times: dict[str, Any] = {
        name: iso(row[name]) if row[name] else None
        for name in ("due_at", "responded_at", "resolved_at", "confirmed_at")
    }
    names = ("id", "code", "desk", "phase", "priority", "owner", "channel", "language", "score", "score_after", "cause")
    return CaseSummary(
        opened_at=iso(row["opened_at"]),
        version=row["version"],
        test=row["basis"] == TEST,
        **times,
        **{name: row[name] for name in names},
    )


def _entry(row: Row) -> CaseEntry:
    return CaseEntry(
        iso(row["at"]), row["kind"], row["by"], row["text"], row["delivery"], row["code"], row["error"], row["media"]
    )


def _card(case: Case, desk: Desk) -> CaseCard:
    card, prompt = draw(case, desk, WEB)
    facts = [CaseFact(fact.label, fact.value) for fact in card.facts]
    return CaseCard(
        card.title, card.colour, card.quote, facts, [Choice(option.value, option.label) for option in prompt.options]
    )


def _prompts(case: Case, desk: Desk, entries: Sequence[Row]) -> Iterator[CasePrompt]:
    """What waits for somebody: messages that are held, the cause of what is being resolved, what did not arrive."""
    for held in case.held:
        yield _held(case, desk, held, entries)
    for line in case.lines:
        if line.side == "agent" and line.state in AGAIN and not (case.closed or case.opted_out_at):
            why = next(
                (entry["text"] for entry in entries if entry["kind"] == "failed" and entry["key"] == line.key), ""
            )
            text = shown(line.text, line.voucher, desk.language)
            yield CasePrompt("failed", "", line.by, text, why, [_retry(desk, line)])
    if case.resolving:
        by, cause = case.resolving.by, case.resolving.cause
        cancel = _choice(desk, "cancel")
        if cause:
            why = word("what_done", desk.language, cause=cause_label(desk, cause), code=case.code, desk=desk.name)
            yield CasePrompt("action", by.id, name_of(by), "", why, [_choice(desk, "skip"), cancel])
        else:
            why = word("which_cause", desk.language, code=case.code, desk=desk.name)
            causes = [Choice(f"cause:{each.id}", cause_label(desk, each.id)) for each in desk.causes]
            yield CasePrompt("cause", by.id, name_of(by), "", why, [*causes, cancel])


def _held(case: Case, desk: Desk, held: Held, entries: Sequence[Row]) -> CasePrompt:
    """A message that is held. Its id is the turn in which it came; on the web, its author was told why in that turn."""
    owner = case.owner
    choices = (
        ("take", "note") if owner is None else ("send", "note") if owner.id == held.by.id else ("take", "send", "note")
    )
    why = next((entry["text"] for entry in entries if entry["kind"] == "answer" and str(entry["turn"]) == held.id), "")
    why = why or word("held" if owner else "claim_first", desk.language, who=name_of(owner) if owner else "")
    text = shown(held.text, held.voucher, desk.language)
    options = [_choice(desk, name, held.id) for name in choices]
    return CasePrompt("held", held.by.id, name_of(held.by), text, why, options)


def _retry(desk: Desk, line: Line) -> Choice:
    return _choice(desk, "retry", line.key)


def _choice(desk: Desk, name: str, of: str = "") -> Choice:
    return Choice(f"{name}:{of}" if of else name, word(f"button_{name}", desk.language))
