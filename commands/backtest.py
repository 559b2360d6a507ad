"""`run.py backtest`: the decisions of a while taken again with other rules; nothing is written or sent."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

if TYPE_CHECKING:  # `--help` should not load the models
    from bot.outreach.backtest import Tally
    from bot.outreach.policy import Policy
    from commands.outreach import Outreach

PORTION = 500  # contacts at a time
DAY = click.DateTime(["%Y-%m-%d"])
MOST = 12  # kinds of changes that are listed


@click.command()
@click.option(
    "--rules",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file with what would stand under `outreach:`.  [default: the settings as they are]",
)
@click.option("--from", "since", type=DAY, help="The first day, UTC.  [default: 91 days ago]")
@click.option("--to", "until", type=DAY, help="The day after the last one, UTC.  [default: now]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def command(rules: Path | None, since: datetime | None, until: datetime | None, *, as_json: bool) -> None:
    """What the decisions of the last quarter would have been with other rules. Nothing is written or sent."""
    import settings as configuration  # noqa: PLC0415 — as above
    from commands.outreach_calls import look_at  # noqa: PLC0415 — as above

    policy = _policy(rules) if rules else configuration.load().outreach.policy()
    ends = until.replace(tzinfo=UTC) if until else datetime.now(UTC)
    begins = since.replace(tzinfo=UTC) if since else ends - timedelta(days=91)
    if begins >= ends:
        raise click.BadParameter("the first day lies behind the last one", param_hint="--from")
    span = [round(each.timestamp() * 1000) for each in (begins, ends)]
    tally = look_at(lambda outreach: _retaken(outreach, policy, *span))
    if as_json:
        click.echo(msgspec.json.encode(_figures(tally)))
    else:
        _tell(tally)


async def _retaken(outreach: "Outreach", policy: "Policy", since: int, until: int) -> "Tally":
    """Contact by contact, so that memory does not grow with how many there are."""
    from rich.console import Console  # noqa: PLC0415 — as above

    from bot.outreach.backtest import Tally, retake  # noqa: PLC0415 — as above
    from storage.past import cases_between, pasts  # noqa: PLC0415 — as above

    tally = Tally()
    cases = await outreach.store.read(lambda: cases_between(since - policy.memory, until))
    after = ""
    with Console(stderr=True).status("deciding again …") as status:
        while True:
            script = partial(pasts, after, since, until, PORTION, cases, outreach.kind_of)
            after, some = await outreach.store.read(script)
            for past, recorded in some:
                tally.add(retake(past, recorded, policy))
            status.update(f"deciding again … {tally.contacts:,} contacts")
            if not after:
                return tally


def _policy(file: Path) -> "Policy":
    """The rules in a file. Raises click.ClickException with every problem."""
    from pydantic import ValidationError  # noqa: PLC0415 — as above

    from bot.outreach.policy import OutreachSettings  # noqa: PLC0415 — as above
    from flows import source  # noqa: PLC0415 — as above
    from flows.problems import Finding  # noqa: PLC0415 — as above

    document = source.read(file.read_bytes(), str(file))
    problems = [str(each) for each in document.problems]
    if not problems:
        data: Any = document.data or {}
        try:
            return OutreachSettings.model_validate(
                data.get("outreach", data) if isinstance(data, dict) else data
            ).policy()
        except ValidationError as error:
            inside = ("outreach",) if isinstance(data, dict) and "outreach" in data else ()
            for each in error.errors(include_url=False, include_input=False):
                finding = Finding((*inside, *each["loc"]), "setting", each["msg"])
                problems.append(str(document.problem(finding)))
    raise click.ClickException("\n".join(["These rules have errors:", *problems]))


def _tell(tally: "Tally") -> None:
    click.echo(f"{tally.contacts:,} contacts, {tally.same + sum(tally.moves.values()):,} decisions")
    click.echo(f"  asked: {tally.before:,} as it was, {tally.after:,} with these rules")
    click.echo(f"  the most that one contact was asked: {tally.most_before}, with these rules {tally.most_after}")
    click.echo(f"  {tally.same:,} decisions are the same")
    moves = sorted(tally.moves.items(), key=lambda each: -each[1])
    for (was, rule, becomes, other), count in moves[:MOST]:
        click.echo(f"  {count:,} × {was} ({rule or '-'}) becomes {becomes} ({other})")


def _figures(tally: "Tally") -> dict[str, Any]:
    moves = [
        {"was": was, "rule": rule, "becomes": becomes, "because": other, "count": count}
        for (was, rule, becomes, other), count in sorted(tally.moves.items(), key=lambda each: -each[1])
    ]
    return {
        "contacts": tally.contacts, "asked_before": tally.before, "asked_after": tally.after, "same": tally.same,
        "most_before": tally.most_before, "most_after": tally.most_after, "changes": moves,
    }  # fmt: skip
