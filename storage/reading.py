"""The read side: what pages, exports and the doctor look at, the same on both databases."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import groupby
from typing import Any, TypeVar

import msgspec

from bot.messages import TEST
from bot.rows import Tail
from storage.scripts import Script

Result = TypeVar("Result")

PHASES = ("open", "claimed", "waiting", "resolved", "confirmed")
_WANTED = ("one", "two", "three", "four", "five")  # as many parameters as there are phases

Row = dict[str, Any]


class SqlReading(ABC):
    """bot.ports.Reading over whatever runs a named statement."""

    @abstractmethod
    async def _rows(self, name: str, **facts: Any) -> list[Row]:
        """The rows of a named block of sql/reading.sql."""

    @abstractmethod
    async def read(self, script: Callable[[], Script[Result]]) -> Result:
        """What a script that only looks comes to (`storage.scripts`)."""

    @abstractmethod
    def snapshot(self) -> AbstractAsyncContextManager["SqlReading"]:
        """The read side as it is when it is first asked: all that is read there fits together, whoever writes."""

    async def _row(self, name: str, **facts: Any) -> Row | None:
        rows = await self._rows(name, **facts)
        return rows[0] if rows else None

    async def responses(self, after: str = "", limit: int = 1000, *, tests: bool = False) -> list[Row]:
        """See bot.ports.Reading."""
        at, _, session = after.partition(":")
        window = {"at": int(at or 0), "session": session, "basis": TEST if tests else ""}
        sessions = await self._rows("response_sessions", limit=limit, **window)
        if not sessions:
            return []
        last = sessions[-1]
        answers = await self._rows(
            "response_answers", last_at=last["started_at"], last_session=last["session"], **window
        )
        by_session = {
            key: list(rows) for key, rows in groupby(sorted(answers, key=_by_session), key=lambda row: row["session"])
        }
        return [response(row, by_session.get(row["session"], ())) for row in sessions]

    async def conversation(self, lane: str, limit: int = 200) -> list[Row]:
        """See bot.ports.Reading."""
        said = await self._rows("said", lane=lane, limit=limit)
        told = await self._rows("told", lane=lane, limit=limit)
        lines = [_said(row) for row in said] + [_told(row) for row in told]
        return sorted(lines, key=lambda line: (line["at"], line["from"] == "bot", line["id"]))[-limit:]

    async def sessions(self, limit: int = 100) -> list[Row]:
        """See bot.ports.Reading."""
        return await self._rows("latest_sessions", limit=limit)

    async def outbound(self, key: str) -> Row | None:
        """See bot.ports.Reading."""
        return await self._row("outbox_row", key=key)

    async def event(self, channel: str, event_key: str) -> Row | None:
        """What became of one inbox event."""
        return await self._row("inbox_event", channel=channel, event_key=event_key)

    async def lane(self, lane: str) -> Row | None:
        """What is known about one address."""
        return await self._row("lane_state", lane=lane)

    async def has_stopped(self, lane: str) -> bool:
        """See bot.ports.Store."""
        known = await self.lane(lane)
        return bool(known and known["opted_out_at"])

    async def provider_ids(self, lane: str) -> list[str]:
        """See bot.ports.Store."""
        return [row["provider_id"] for row in await self._rows("provider_ids", lane=lane)]

    async def timer(self, session: str) -> int:
        """When a session's timer is due (epoch ms), or 0."""
        row = await self._row("session_timer", key=session)
        return int(row["due_at"]) if row else 0

    async def journal(self, session: str) -> list[Row]:
        """What happened to a session, turn by turn."""
        return await self._rows("journal", session=session)

    async def past_conversations(self, flow: str, after: str = "", limit: int = 500) -> list[Row]:
        """Conversations of a flow behind a cursor, oldest first: cursor, session, revision, journal of (at, event)."""
        at, _, session = after.partition(":")
        rows = await self._rows("past_conversations", flow=flow, at=int(at or 0), session=session, limit=limit)
        return [
            {
                "cursor": f"{entries[0]['started_at']}:{key}",
                "session": key,
                "revision": entries[0]["revision"],
                "journal": [(entry["at"], entry["event"]) for entry in entries],
            }
            for key, entries in ((key, list(found)) for key, found in groupby(rows, key=lambda row: row["session"]))
        ]

    async def experiment(self, flow: str) -> list[Row]:
        """What became of a flow's conversations, a row for each revision and variant: their counts."""
        return await self._rows("experiment", flow=flow)

    async def link(self, token: str) -> Row | None:
        """See bot.ports.Reading."""
        return next(iter(await self._rows("link", token=token)), None)

    async def file(self, token_hash: str, now: int) -> Row | None:
        """See bot.ports.Reading."""
        return await self._row("file", token_hash=token_hash, now=now)

    async def installation(self, channel: str, account: str) -> str | None:
        """See bot.ports.Reading."""
        rows = await self._rows("installation", channel=channel, account=account)
        return str(rows[0]["sealed"]) if rows else None

    async def installations(self, channel: str) -> list[str]:
        """See bot.ports.Reading."""
        return [str(row["account"]) for row in await self._rows("installations", channel=channel)]

    async def cases(self, desk: str = "", phases: Sequence[str] = (), limit: int = 200) -> list[Row]:
        """See bot.ports.Reading."""
        if desk or phases:
            wanted = dict(zip(_WANTED, [*(phases or PHASES), *[""] * len(PHASES)], strict=False))
            return await self._rows("cases_in", desk=desk, limit=limit, **wanted)
        return await self._rows("latest_cases", limit=limit)

    async def case(self, case_id: str) -> Row | None:
        """See bot.ports.Reading."""
        found = await self._row("case", id=case_id)
        return found and {**found, "entries": await self._rows("case_entries", id=case_id)}

    async def cases_waiting(
        self, phases: Sequence[str], desk: str, owners: Sequence[str], limit: int, offset: int
    ) -> list[Row]:
        """Cases in these phases (at most three), the most pressing first, each with its `state`.

        Of one desk or all (""), with one of these owners (at most two) or any.
        """
        one, two, three = (*phases, "", "")[:3]
        owner, also = (*owners, *owners)[:2] if owners else ("", "")
        facts = {"one": one, "two": two, "three": three, "owner": owner, "also": also}
        return await self._rows("cases_waiting", desk=desk, limit=limit, offset=offset, **facts)

    async def cases_over(self, desk: str, limit: int, offset: int) -> list[Row]:
        """Cases that are over, the latest opened first, each with its `state`; of one desk or all ("")."""
        return await self._rows("cases_over", desk=desk, limit=limit, offset=offset)

    async def live_threads(self, limit: int = 1000) -> list[str]:
        """See bot.ports.Store."""
        return [row["inbound"] for row in await self._rows("live_threads", limit=limit)]

    async def case_by_code(self, code: str) -> list[Row]:
        """See bot.ports.Reading."""
        return await self._rows("cases_by_code", code=code)

    async def place_tail(self, case_id: str, place: str, limit: int) -> Tail:
        """See bot.ports.Store."""
        # All keys of a case begin with `k<case id>.`, and the character behind `.` is `/`.
        where = {"place": place, "first": f"k{case_id}.", "last": f"k{case_id}/"}
        card = await self._row("place_card", **where)
        notes = await self._rows("place_notes", limit=limit, **where)
        return Tail(card["payload"] if card else "", [note["payload"] for note in reversed(notes)])

    async def counts(self) -> dict[str, int]:
        """See bot.ports.Reading."""
        return {row["name"]: row["n"] for row in await self._rows("counts", now=time.time_ns() // 1_000_000)}

    async def stuck_at_desks(self, limit: int = 1000) -> list[Row]:
        """See bot.ports.Reading."""
        return await self._rows("stuck_at_desks", limit=limit)

    async def outbox_states(self) -> list[Row]:
        """How many messages are in which state, by channel."""
        return await self._rows("outbox_states")

    async def poison(self, limit: int = 50) -> list[Row]:
        """See bot.ports.Reading."""
        return await self._rows("poison", limit=limit)

    async def revision(self, revision: str) -> str | None:
        """See bot.ports.Store."""
        found = await self._row("revision", revision=revision)
        return str(found["source"]) if found else None

    async def current_versions(self) -> list[Row]:
        """See bot.versions.Archive."""
        return await self._rows("current_versions")

    async def file_versions(self) -> list[Row]:
        """See bot.versions.Archive."""
        return await self._rows("file_versions")

    async def versions(self, flow: str) -> list[Row]:
        """See bot.versions.Archive."""
        return await self._rows("versions", flow=flow)

    async def flow_revisions(self, flow: str) -> list[str]:
        """The revisions of a flow whose sources are kept, oldest first."""
        return [row["revision"] for row in await self._rows("flow_revisions", flow=flow)]

    async def running_sessions(self, revision: str, after: str, limit: int) -> list[Row]:
        """Running sessions on a revision behind the id `after`: id, lane, state."""
        return await self._rows("running_sessions", revision=revision, after=after, limit=limit)

    async def running_revisions(self) -> list[str]:
        """Flow revisions that running sessions are on."""
        return [row["revision"] for row in await self._rows("running_revisions")]


def response(session: Mapping[str, Any], answers: Iterable[Mapping[str, Any]]) -> Row:
    """One response: the session's score and the reason given for it, wherever in the conversation it was given."""
    answers = list(answers)
    score = next((answer for answer in answers if answer["type"] == "nps"), None)
    score = score or next((answer for answer in answers if answer["value"] is not None), None)
    comment = score["comment"] if score else ""
    if not comment:
        comment = next((answer["text"] for answer in answers if answer["type"] == "text"), "")
    return {
        "cursor": f"{session['started_at']}:{session['session']}",
        "session": session["session"],
        "flow": session["flow"],
        "revision": session["revision"],
        "variant": session["variant"],
        "channel": session["lane"].partition(":")[0],
        "language": session["language"],
        "score": score["value"] if score else None,
        "segment": score["segment"] if score else "",
        "comment": comment,
        "at": score["at"] if score else session["started_at"],
        "outcome": session["outcome"],
        "answers": [
            {
                key: answer[key]
                for key in ("question", "type", "value", "text", "segment", "comment", "at", "corrections")
            }
            for answer in answers
        ],
    }


def _by_session(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["session"], row["at"]


def _said(row: Row) -> Row:
    body = msgspec.json.decode(row["body"])["body"]
    text = body.get("text", "") if row["kind"] != "pressed" else body["value"]
    media = [item.get("mime", "") for item in body.get("media", ())]
    return {
        "from": "customer",
        "id": row["id"],
        "at": row["at"],
        "kind": row["kind"],
        "text": text,
        "media": media,
    }


def _told(row: Row) -> Row:
    prompt = msgspec.json.decode(row["payload"])["prompt"]
    facts = {key: row[key] for key in ("id", "key", "at", "kind", "state", "attempts", "code", "error", "parts")}
    return {"from": "bot", **facts, "text": prompt["text"], "options": prompt.get("options", [])}
