"""What must hold in a database after any history (RELIABILITY §4, I1 to I12), read without the store's own code."""

import contextlib
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from bot.cases.case import decide
from bot.cases.desks import Desks
from bot.cases.events import Begun, CaseEvent
from bot.cases.state import Case
from bot.engine.replay import replay
from bot.engine.state import Began, HandedBack, Journaled, Session, Switched, TakenOver
from bot.engine.switching import began_on
from flows import library
from flows.library import Library
from storage.schema import sqlite_path
from tests.durability.networks import Taken

TABLES = {
    "inbox": "id", "address": "lane", "session": "id", "answer": "session, question", "outbox": "id", "timer": "key",
    "journal": "session, turn", "cases": "id", "case_entry": "case_id, turn, n",
    "case_place": "case_id, place", "flow_revision": "revision", "consent_use": "outbox_key",
    "counted": "session", "rollup": "grain, period, start, cell, shard",
}  # fmt: skip
FINAL = frozenset({"sent", "delivered", "undelivered", "read", "failed", "expired", "cancelled", "unknown"})
WENT = frozenset({"sent", "delivered", "undelivered", "read"})
AT_DESKS = frozenset({"desk", "card", "status"})  # what is rather shown twice there than not at all
BLIND = frozenset({"telegram"})  # channels whose provider cannot tell what became of a send
SCORES = tuple(f"s{score}" for score in range(11))
STEPS = ("asked", "answered", "completed", "delivered")

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]


class Broken(AssertionError):
    """An invariant does not hold: which, and by what."""


def broken(invariant: str, what: str, examples: Iterable[object]) -> None:
    """Raise Broken if there is an example."""
    found = list(examples)
    if found:
        raise Broken(f"{invariant}: {len(found)} {what}, such as {found[:3]}")


async def tables(url: str) -> Tables:
    """Every row of a database that nobody writes to."""
    selects = {name: f"SELECT * FROM {name} ORDER BY {order}" for name, order in TABLES.items()}  # noqa: S608
    path = sqlite_path(url)
    if path:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.row_factory = sqlite3.Row
            return {name: [dict(row) for row in connection.execute(select)] for name, select in selects.items()}
    connection = await asyncpg.connect(url)
    try:
        return {name: [dict(row) for row in await connection.fetch(select)] for name, select in selects.items()}
    finally:
        await connection.close()


def intact(path: Path) -> None:
    """SQLite's own check of a file. Raises Broken."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    if said != ["ok"]:
        raise Broken(f"integrity_check: {said[:3]}")


def check(found: Tables, acked: Collection[str] = (), taken: Sequence[Taken] = ()) -> None:
    """All invariants that a database shows, with what providers were told (`acked` event keys) and what they took.

    Raises Broken.
    """
    i1_what_was_acknowledged_is_in_the_inbox(found, acked)
    p2_every_event_is_there_once_and_done(found)
    i2_one_answer_per_question(found)
    i3_scores_are_from_0_to_10(found)
    i4_every_message_has_a_final_state(found)
    p5_every_message_was_taken_once(found, taken)
    i5_nothing_of_a_survey_went_without_a_basis(found)
    i6_nothing_is_sent_after_a_stop(found, taken)
    i9_the_bot_is_silent_while_a_person_talks(found)
    i10_messages_keep_their_order(found, taken)
    i11_the_journal_replays_to_the_stored_state(found)
    i12_rollups_hold_what_the_answers_say(found)


def i5_nothing_of_a_survey_went_without_a_basis(found: Tables) -> None:
    """C1: every message that was ever leased has its proof."""
    proved = {row["outbox_key"] for row in found["consent_use"]}
    leased = {row["key"] for row in found["outbox"] if row["kind"] == "survey" and row["attempts"]}
    broken("I5", "messages of surveys went without a basis", sorted(leased - proved))


def i1_what_was_acknowledged_is_in_the_inbox(found: Tables, acked: Collection[str]) -> None:
    """P1."""
    kept = {row["event_key"] for row in found["inbox"]}
    broken("I1", "acknowledged events are not in the inbox", sorted(set(acked) - kept))


def p2_every_event_is_there_once_and_done(found: Tables) -> None:
    """P2: no event twice, none forgotten, none that could not be handled."""
    times = Counter((row["channel"], row["event_key"]) for row in found["inbox"])
    broken("P2", "events are in the inbox more than once", [key for key, count in times.items() if count > 1])
    odd = [(row["event_key"], row["state"], row["error"]) for row in found["inbox"] if row["state"] != "done"]
    broken("P2", "events are not done", odd)


def i2_one_answer_per_question(found: Tables) -> None:
    """Also no answer without its session."""
    times = Counter((row["session"], row["question"]) for row in found["answer"])
    broken("I2", "questions have several answers", [key for key, count in times.items() if count > 1])
    sessions = {row["id"] for row in found["session"]}
    broken("I2", "answers have no session", [key for key in times if key[0] not in sessions])


def i3_scores_are_from_0_to_10(found: Tables) -> None:
    """The scores of NPS questions."""
    scores = [row["value"] for row in found["answer"] if row["type"] == "nps"]
    broken("I3", "scores are not from 0 to 10", [score for score in scores if score not in range(11)])


def i4_every_message_has_a_final_state(found: Tables) -> None:
    """Once faults stop."""
    odd = [(row["key"], row["state"], row["error"]) for row in found["outbox"] if row["state"] not in FINAL]
    broken("I4", "messages have no final state", odd)


def i6_nothing_is_sent_after_a_stop(found: Tables, taken: Sequence[Taken]) -> None:
    """No survey is open in a lane that said stop, at most one confirmation, and the provider took nothing after it."""
    stopped = {row["lane"] for row in found["address"] if row["opted_out_at"]}
    open_ones = [row["id"] for row in found["session"] if row["lane"] in stopped and not row["outcome"]]
    broken("I6", "conversations go on after a stop", open_ones)
    rows = [row for row in found["outbox"] if row["lane"] in stopped]
    notices = {row["key"]: row["lane"] for row in rows if row["kind"] == "notice"}
    several = [lane for lane, count in Counter(notices.values()).items() if count > 1]
    broken("I6", "people were told several times that they have opted out", several)
    lanes = {row["key"]: row["lane"] for row in rows}
    quiet: set[str] = set()
    for message in taken:
        lane = lanes.get(message.key, "")
        if lane in quiet:
            raise Broken(f"I6: {message.key} was sent after the confirmation of a stop")
        if message.key in notices:
            quiet.add(lane)


def i9_the_bot_is_silent_while_a_person_talks(found: Tables) -> None:
    """Between TakenOver and HandedBack no turn leads to a survey message."""
    decode = msgspec.json.Decoder(Journaled).decode
    silent: set[str] = set()
    human = False
    for row in journal_of_sessions(found):
        entry = decode(row["event"])
        if isinstance(entry, Began | HandedBack):
            human = False
        if human:
            silent.add(f"{row['session']}.{row['turn']}")
        if isinstance(entry, TakenOver):
            human = True
    said = [
        row["key"] for row in found["outbox"] if row["kind"] == "survey" and row["key"].rpartition(".")[0] in silent
    ]
    broken("I9", "messages of the bot while a person talks", said)


def journal_of_sessions(found: Tables) -> list[Row]:
    """The journal without that of cases, which other rules replay."""
    cases = {row["id"] for row in found["cases"]}
    return [row for row in found["journal"] if row["session"] not in cases]


def i10_messages_keep_their_order(found: Tables, taken: Sequence[Taken]) -> None:
    """The provider took the messages of a lane in the order in which they were decided."""
    place = {row["key"]: (row["lane"], row["id"]) for row in found["outbox"]}
    latest: dict[str, int] = defaultdict(int)
    for message in taken:
        lane, order = place.get(message.key, ("", 0))
        if lane and order < latest[lane]:
            raise Broken(f"I10: {message.key} was overtaken")
        latest[lane] = max(latest[lane], order)


def i11_the_journal_replays_to_the_stored_state(found: Tables) -> None:
    """The pure engine, fed with the journal, comes to the state that is stored."""
    shelf = flows_of(found)
    decode, state = msgspec.json.Decoder(Journaled).decode, msgspec.json.Decoder(Session).decode
    journal: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for row in journal_of_sessions(found):
        journal[row["session"]].append((row["at"], decode(row["event"])))
    for row in found["session"]:
        flow = shelf.revision(row["revision"])
        if flow is None:
            raise Broken(f"I11: the revision of {row['id']} is lost")
        stored = state(row["state"])
        happened = journal[row["id"]]
        later = {each.revision: shelf.revision(each.revision) for _, each in happened if isinstance(each, Switched)}
        again = replay(shelf.revision(began_on(happened, row["revision"])), row["id"], happened, later)
        if again != stored:
            raise Broken(f"I11: the journal of {row['id']} leads to {again}, stored is {stored}")
        if (row["outcome"], row["owner"]) != (stored.outcome, stored.owner):
            raise Broken(f"I11: the columns of {row['id']} differ from its state")
    broken("I11", "journals have no session", set(journal) - {row["id"] for row in found["session"]})


def i11_cases_replay(found: Tables, desks: Desks) -> None:
    """The case machine, fed with a case's journal, comes to the state that is stored. `desks` are the server's."""
    decode, state = msgspec.json.Decoder(Begun | CaseEvent).decode, msgspec.json.Decoder(Case).decode
    again: dict[str, Case] = {}
    stored = {row["id"]: row for row in found["cases"]}
    for row in found["journal"]:
        if row["session"] not in stored:
            continue
        event, name = decode(row["event"]), row["session"]
        again[name] = event.case if isinstance(event, Begun) else decide(again[name], event, row["at"], desks).case
        if again[name].turn != row["turn"]:
            raise Broken(f"I11: turn {row['turn']} of case {name} comes out as {again[name].turn}")
    for name, row in stored.items():
        case = state(row["state"])
        if again.get(name) != case:
            raise Broken(f"I11: the journal of case {name} leads to {again.get(name)}, stored is {case}")
        owner = case.owner.id if case.owner else ""
        if (row["phase"], row["owner"], row["lane"], row["code"]) != (case.phase, owner, case.lane, case.code):
            raise Broken(f"I11: the columns of case {name} differ from its state")


def i12_rollups_hold_what_the_answers_say(found: Tables) -> None:
    """Scores by day, surveys by the day of their question, and how many of them were completed and opened."""
    real = {row["id"]: row for row in found["session"] if row["basis"] != "test"}
    states = {row["key"]: row["state"] for row in found["outbox"]}
    scores: dict[str, Row] = {}
    for row in sorted(found["answer"], key=lambda row: (row["at"], row["question"])):
        if row["type"] == "nps" and row["session"] in real:
            scores.setdefault(row["session"], row)
    due = Counter((row["day"], f"s{row['value']}") for row in scores.values())
    for key, row in real.items():
        asked = datetime.fromtimestamp(row["started_at"] / 1000, UTC).date().isoformat()
        facts = {"asked": True, "answered": key in scores, "completed": row["outcome"] == "completed"}
        facts["delivered"] = key in scores or states.get(f"{key}.1.0") in {"sent", "delivered", "read"}
        due.update((asked, name) for name, true in facts.items() if true)
    held: Counter[tuple[str, str]] = Counter()
    for row in found["rollup"]:
        if row["grain"] == "*" and row["period"] == "day":
            held.update({(row["start"], name): row[name] for name in (*SCORES, *STEPS)})
    odd = [(*key, held[key], due[key]) for key in sorted(due.keys() | held.keys()) if held[key] != due[key]]
    broken("I12", "sums are not what the answers say", odd)


def p5_every_message_was_taken_once(found: Tables, taken: Sequence[Taken]) -> None:
    """P4, P5: no duplicate, nothing that says sent and was not, nothing that nobody decided."""
    if not taken:
        return
    times = Counter(message.key for message in taken)
    broken("P5", "messages were sent more than once", [key for key, count in times.items() if count > 1])
    messages = [row for row in found["outbox"] if not row["edits"] and row["kind"] not in AT_DESKS]
    went = {row["key"] for row in messages if row["state"] in WENT}
    unknown = {row["key"]: row["channel"] for row in messages if row["state"] == "unknown"}
    broken("P4", "messages say sent and never reached the provider", sorted(went - set(times)))
    broken("P4", "messages reached the provider without saying so", sorted(set(times) - went - unknown.keys()))
    broken("P5", "messages could be looked up and are unknown", [k for k, name in unknown.items() if name not in BLIND])


def flows_of(found: Tables) -> Library:
    """The flow revisions that the database holds."""
    shelf: Library = library.load()
    add: Callable[[str], object] = shelf.add_source
    for row in found["flow_revision"]:
        add(row["source"])
    return shelf
