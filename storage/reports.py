"""Reports as scripts: who gets them since when, one run for each period and receiver, and letters under way."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from storage.scripts import Ask, Script

TEST = "test "  # what the period of a test begins with
DIED = "the server ended while it was handing this over; it may have arrived"


class Run(NamedTuple):
    """One report or alert to one receiver. `state`: handed (to the inbox, as `event`) | queued."""

    id: str
    report: str
    kind: str  # report | fall | rise
    period: str
    first: str  # days, ISO
    last: str
    receiver: str
    channel: str  # "" for a letter
    facts: str
    due_at: int
    state: str


def is_test(kind: str, period: str) -> bool:
    """Whether it went to whoever wanted to see one, and to nobody else."""
    return kind == "report" and period.startswith(TEST)


class Event(NamedTuple):
    """What the inbox gets for a run that goes to a chat: `body` is the JSON of an Inbound."""

    channel: str
    key: str
    lane: str
    body: str


class Letter(NamedTuple):
    """A run that somebody sends now, and only until the lease ends."""

    id: str
    report: str
    kind: str
    period: str
    first: str
    last: str
    receiver: str
    facts: str
    due_at: int
    created_at: int
    attempts: int  # including this one
    epoch: int


class Told(NamedTuple):
    """What became of a run. `state` as of a message, or queued | leased | sending | sent | failed | unknown."""

    report: str
    kind: str
    period: str
    first: str
    last: str
    receiver: str
    due_at: int
    created_at: int
    state: str
    error: str
    settled_at: int


def receivers(wanted: Collection[tuple[str, str]], now: int) -> Script[dict[tuple[str, str], int]]:
    """Since when each of these, a report and a receiver, is known; those that were not yet are from now on."""
    known = yield from known_receivers()
    new = [each for each in wanted if each not in known]
    for report, receiver in new:
        yield Ask("see_receiver", (report, receiver, now))
    return (yield from known_receivers()) if new else known


def known_receivers() -> Script[dict[tuple[str, str], int]]:
    """Since when each receiver of each report is known."""
    rows = yield Ask("receivers")
    return {(report, receiver): seen for report, receiver, seen in rows}


def begun(ids: Sequence[str]) -> Script[set[str]]:
    """Those of these runs that there are."""
    rows = yield Ask("runs_begun", (json.dumps(list(ids)),))
    return {name for (name,) in rows}


def begin(runs: Sequence[tuple[Run, Event | None]], now: int) -> Script[int]:
    """Write down runs that are not there yet, with the events that send them; how many were new."""
    new = 0
    for run, event in runs:
        if (yield Ask("begin_run", (*run, now))):
            new += 1
            if event:
                yield Ask("tell_of_report", (event.channel, event.key, event.lane, now, now, event.body))
    return new


def last_alarm(report: str, kind: str) -> Script[date | None]:
    """The day of the latest alarm of a report."""
    rows = yield Ask("last_alarm", (report, kind))
    return date.fromisoformat(rows[0][0]) if rows else None


def begin_alarm(runs: Sequence[tuple[Run, Event | None]], before: date | None, now: int) -> Script[int]:
    """The same for an alarm, unless there was another one since the one `before`."""
    run = runs[0][0]
    yield Ask("watch_alarms", (run.report, run.kind))
    if (yield from last_alarm(run.report, run.kind)) != before:
        return 0
    return (yield from begin(runs, now))


def lease(owner: str, now: int, until: int) -> Script[tuple[Letter | None, int]]:
    """The next letter to send, and how many were found whose sender had died while it may have arrived."""
    doubted = yield Ask("doubt_runs", (DIED, now, now))
    rows = yield Ask("lease_run", (owner, until, now))
    return (Letter(*rows[0]) if rows else None), len(doubted)


def hand_over(letter: Letter, owner: str, now: int, until: int) -> Script[bool]:
    """Write down that it may arrive from now on; False: the lease has passed on, and it must not."""
    rows = yield Ask("hand_over_run", (until, letter.id, owner, letter.epoch, now))
    return bool(rows)


def settle(letter: Letter, owner: str, state: str, error: str, not_before: int, now: int) -> Script[None]:
    """How it ended: sent | queued (again at `not_before`) | failed | unknown."""
    yield Ask("settle_run", (state, not_before, error, now, letter.id, owner, letter.epoch))


def latest(report: str, limit: int) -> Script[list[Told]]:
    """The latest runs of a report, newest first."""
    rows = yield Ask("latest_runs", (report, limit))
    return [Told(*row) for row in rows]


def alarms(report: str, limit: int) -> Script[list[tuple[str, str, int]]]:
    """The latest alarms of a report, newest first: fall | rise, its facts, when it was told (epoch ms)."""
    rows = yield Ask("latest_alarms", (report, limit))
    return [(kind, facts, at) for kind, facts, at, _ in rows]
