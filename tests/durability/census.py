"""What a kill -9 test counts at the end: everybody's answers and messages, and what is in doubt."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from bot.messages import Outbound
from tests.durability.customers import Customer, Town
from tests.durability.invariants import BLIND, WENT, Row, Tables, broken
from tests.durability.networks import Taken

_outbound = msgspec.json.Decoder(Outbound).decode


def keyed(found: Tables, taken: Sequence[Taken]) -> list[Taken]:
    """With our key where the provider has not seen it: no two messages to one person read the same."""
    keys = {(row["lane"], _outbound(row["payload"]).prompt.text): row["key"] for row in _messages(found)}
    return [each if each.key else each._replace(key=keys.get((each.lane, each.body), "?")) for each in taken]


def figures(found: Tables, town: Town, taken: Sequence[Taken]) -> dict[str, Any]:
    """What there was to lose."""
    arrived = {message.key for message in taken}
    unknown = [row["key"] for row in found["outbox"] if row["state"] == "unknown"]
    return {
        "people": len(town.customers),
        "acknowledged": len(town.acked),
        "sent": dict(Counter(message.lane.partition(":")[0] for message in taken)),
        "choices shown": sum(row["kind"] == "mark" and row["state"] == "sent" for row in found["outbox"]),
        "looked up or repeated": sum(row["unknown_since"] > 0 or row["attempts"] > 1 for row in found["outbox"]),
        "unknown": len(unknown),
        "of these arrived": len(arrived.intersection(unknown)),
    }


def check(found: Tables, town: Town, marked: set[str], kills: int) -> None:
    """Everybody's answers are there, everybody heard everything, and hardly anything is in doubt. Raises Broken."""
    _doubts_are_few(found, town, kills)
    _answers_are_what_people_said(found, town)
    _choices_are_shown(found, marked)


def _answers_are_what_people_said(found: Tables, town: Town) -> None:
    """Score and reason are there, once, as people said them; everybody was asked, asked why and thanked.

    Whoever waits for a message in doubt has at least answered what they did answer.
    """
    scores = {row["lane"]: row["value"] for row in found["answer"] if row["type"] == "nps"}
    reasons = {row["lane"]: row["text"] for row in found["answer"] if row["type"] == "text"}
    stopped = {row["lane"] for row in found["address"] if row["opted_out_at"]}
    people = town.customers
    answering = {lane: who for lane, who in people.items() if who.habit == "answers"}
    lost = [who for lane, who in answering.items() if not _kept(who, scores.get(lane), reasons.get(lane))]
    broken("P1", "people's answers are missing or wrong", lost)
    said_stop = {lane for lane, who in people.items() if who.habit != "answers" and who.acked}
    broken("P8", "people said STOP and were not heard", said_stop - stopped)
    broken("P2", "people answered who did not", (scores.keys() | reasons.keys()) - answering.keys())
    broken("P4", "people were not sent all messages", [who for who in people.values() if not (who.done or who.stuck)])
    broken("P2", "people were sent too much", [who for who in answering.values() if len(who.heard) > 3])


def _kept(who: Customer, score: int | None, reason: str | None) -> bool:
    return (who.acked < 1 or score == who.score) and (who.acked < 2 or reason == who.reason)


def _doubts_are_few(found: Tables, town: Town, kills: int) -> None:
    """P5: what nobody can look up is in doubt at most once per kill, and not once it was pressed."""
    asked: dict[str, Row] = {}
    for row in _messages(found):
        asked.setdefault(row["lane"], row)
    pressing = [who for who in town.customers.values() if who.presses and who.habit == "answers" and who.acked]
    silent = [
        {name: asked[who.lane][name] for name in ("key", "state", "error", "attempts", "provider_id", "rank")}
        | {"who": who}
        for who in pressing
        if who.channel in BLIND and asked[who.lane]["state"] not in WENT
    ]
    broken("P5", "questions were pressed and do not count as sent", silent)
    unknown = [row for row in found["outbox"] if row["state"] == "unknown"]
    broken("P5", "messages are in doubt, more than kills", unknown[kills:])


def _choices_are_shown(found: Tables, marked: set[str]) -> None:
    """P4: what says that a question shows its answer is true."""
    ids = {row["key"]: f"{row['lane']}/{row['provider_id']}" for row in found["outbox"]}
    said = {ids[row["edits"]] for row in found["outbox"] if row["edits"] and row["state"] in WENT}
    broken("P4", "choices say that they are shown and are not", said - marked)


def _messages(found: Tables) -> list[Row]:
    return [row for row in found["outbox"] if not row["edits"]]
