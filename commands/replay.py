"""`run.py replay`: past conversations through another version of their survey, with nothing sent."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

if TYPE_CHECKING:  # `--help` should not load the models
    from bot.engine.rerun import Course
    from flows.model import Flow
    from storage.reading import SqlReading

PAGE = 500
PROGRESS_AFTER = 2.0  # seconds


class Change(msgspec.Struct, frozen=True):
    """What is different in one conversation: [before, now] by what differs."""

    session: str
    changes: dict[str, tuple[Any, Any]]


class Comparison(msgspec.Struct):
    """What became of all conversations. `left` counts where people dropped out, before and now."""

    conversations: int = 0
    unreadable: int = 0  # journals that another format wrote
    new: Counter[str] = msgspec.field(default_factory=Counter)  # by the step that asks something new
    moves: Counter[tuple[str, str, str]] = msgspec.field(default_factory=Counter)  # (what, before, now)
    left: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict)
    messages: tuple[int, int] = (0, 0)
    changed: list[Change] = msgspec.field(default_factory=list)

    def add(self, session: str, before: "Course", now: "Course") -> None:
        """Take in one conversation as it went and as it would go."""
        self.conversations += 1
        self.messages = (self.messages[0] + before.messages, self.messages[1] + now.messages)
        for at, which in ((before.left_at, 0), (now.left_at, 1)):
            if at:
                counts = list(self.left.get(at, (0, 0)))
                counts[which] += 1
                self.left[at] = (counts[0], counts[1])
        if now.new_at:
            self.new[now.new_at] += 1
        changes = {name: pair for name, pair in _pairs(before, now).items() if pair[0] != pair[1]}
        for name, pair in changes.items():
            self.moves[name, str(pair[0]), str(pair[1])] += 1
        if changes:
            self.changed.append(Change(session, changes))


def _pairs(before: "Course", now: "Course") -> dict[str, tuple[Any, Any]]:
    return {
        "outcome": (before.outcome or "running", now.outcome or "running"),
        "segment": (before.segment or "none", now.segment or "none"),
        "cases": (_cases(before), _cases(now)),
    }


def _cases(course: "Course") -> str:
    return ", ".join(f"{desk or 'default desk'} ({priority})" for desk, priority in course.cases) or "none"


@click.command("replay")
@click.argument("flow")
@click.option("--against", default="", metavar="OLD", help="A file or a revision; without it, what each was on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object per conversation that would go differently.")
def command(flow: str, against: str, *, as_json: bool) -> None:
    """Put past conversations to another version of a survey: FLOW is a file, or the id of the version that runs.

    Nothing is sent and nothing is stored. People say what they said then; where the new version asks what nobody was
    asked, a conversation counts as `unknown` from there on.
    """
    asyncio.run(_replay(flow, against, as_json=as_json))


async def _replay(name: str, against: str, *, as_json: bool) -> None:
    import settings as configuration  # noqa: PLC0415 — see above
    from commands import logs  # noqa: PLC0415 — see above
    from storage.looking import look  # noqa: PLC0415 — see above

    settings = configuration.load()
    logs.setup(settings.log, "warning")  # to stderr: stdout is for the changes
    new = flow_of(name, settings.flow_folders)
    async with look(settings.database_url) as reading:
        old = await _old(reading, against) if against else None
        found = await compare(reading, new, old)
    if as_json:
        for change in found.changed:
            click.echo(msgspec.json.encode(change))
    else:
        _tell(new, found)


def flow_of(name: str, folders: Any) -> "Flow":
    """The flow that a file holds, or that has this id. Raises click's errors, which say what is wrong."""
    from flows.library import UnknownFlow, load  # noqa: PLC0415 — see above
    from flows.loader import load as load_file  # noqa: PLC0415 — see above
    from flows.problems import FlowProblems  # noqa: PLC0415 — see above

    try:
        path = Path(name)
        return load_file(path.read_bytes(), name) if path.suffix in {".yaml", ".yml"} else load(folders).get(name)
    except UnknownFlow as error:
        raise click.UsageError(str(error)) from error
    except FileNotFoundError as error:
        raise click.UsageError(f"there is no file {name}") from error
    except FlowProblems as error:
        raise click.ClickException(str(error)) from error


async def _old(reading: "SqlReading", against: str) -> "Flow":
    path = Path(against)
    if path.suffix in {".yaml", ".yml"}:
        return flow_of(against, ())
    flow = await _revision(reading, against)
    if flow is None:
        raise click.UsageError(f"there is no file and no revision {against}")
    return flow


async def _revision(reading: "SqlReading", revision: str) -> "Flow | None":
    from flows import loader  # noqa: PLC0415 — see above

    source = await reading.revision(revision)
    return loader.revive(source, revision) if source else None


async def compare(reading: "SqlReading", new: "Flow", old: "Flow | None" = None) -> Comparison:
    """Every stored conversation of the flow with this id: as it went (or with `old`), and with `new`."""
    from bot.engine.rerun import past, rerun  # noqa: PLC0415 — see above
    from bot.engine.state import Journaled, Switched  # noqa: PLC0415 — see above
    from bot.engine.switching import began_on  # noqa: PLC0415 — see above

    decode = msgspec.json.Decoder(Journaled).decode
    now = time.time_ns() // 1_000_000
    flows: dict[str, Flow | None] = {}
    found, after, told = Comparison(), "", time.monotonic()
    while page := await reading.past_conversations(new.id, after, PAGE):
        for row in page:
            journal = [(at, decode(event)) for at, event in row["journal"]]
            first = began_on(journal, row["revision"])
            for revision in {
                first,
                row["revision"],
                *(each.revision for _, each in journal if isinstance(each, Switched)),
            }:
                if revision not in flows:
                    flows[revision] = await _revision(reading, revision)
            its_own, began = flows[row["revision"]], flows[first]
            what = past(began, journal, now, {name: flow for name, flow in flows.items() if flow}) if began else None
            if its_own is None or what is None:
                found.unreadable += 1
                continue
            found.add(row["session"], rerun(old or its_own, what), rerun(new, what))
        after = page[-1]["cursor"]
        if time.monotonic() - told > PROGRESS_AFTER:
            told = time.monotonic()
            click.echo(f"{found.conversations:,} conversations …", err=True)
    return found


def _tell(flow: "Flow", found: Comparison) -> None:
    click.echo(f"{flow.id}: {found.conversations:,} conversations played, nothing sent")
    if not found.conversations:
        click.echo("There are none yet; `run.py simulate` plays a survey without any.")
        return
    if found.unreadable:
        click.echo(f"{found.unreadable:,} could not be read: they belong to a version that is not stored", err=True)
    same = found.conversations - len(found.changed)
    click.echo(f"{same:,} go as before ({same / found.conversations:.1%})")
    for (what, before, now), count in sorted(found.moves.items(), key=lambda item: (item[0][0], -item[1])):
        click.echo(f"  {what}: {before} → {now}: {count:,}")
    for step, count in found.new.most_common():
        click.echo(f"  '{step}' asks what nobody was asked then: {count:,}")
    _tell_left(found.left)
    then, today = found.messages
    click.echo(f"messages: {then:,} → {today:,}")


def _tell_left(left: Mapping[str, tuple[int, int]]) -> None:
    """Where people dropped out, before and now."""
    for step, (before, now) in sorted(left.items(), key=lambda item: -max(item[1])):
        click.echo(f"  no answer at '{step}': {before:,} → {now:,}")
