"""`run.py experiment`: what became of a survey's variants, and which differ by more than chance."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
import msgspec

if TYPE_CHECKING:  # `--help` should not load the models
    from flows.model import Flow
    from insights.estimates import Estimate
    from insights.experiment import Arm, Comparison, Counts
    from storage.reading import SqlReading

WORDS = {"answered": "answered the score", "completed": "completed", "opted_out": "opted out", "nps": "NPS"}
VERDICTS = {
    "more": "higher, by more than chance",
    "less": "lower, by more than chance",
    "chance": "may be chance",
    "too few": "too few answers to say",
}


@click.command("experiment")
@click.argument("flow")
@click.option("--revision", default="", help="Conversations of this revision; without it, of the current one.")
@click.option("--all", "together", is_flag=True, help="Also of other revisions with the same variants and shares.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(flow: str, revision: str, *, together: bool, as_json: bool) -> None:
    """Compare the variants of a survey, FLOW being its id: each with its figures and how sure they are.

    Surveys that were only tried out do not count.
    """
    asyncio.run(_experiment(flow, revision, together=together, as_json=as_json))


async def _experiment(name: str, revision: str, *, together: bool, as_json: bool) -> None:
    import settings as configuration  # noqa: PLC0415 — see above
    from commands import logs  # noqa: PLC0415 — see above
    from insights.experiment import examine  # noqa: PLC0415 — see above
    from storage.looking import look  # noqa: PLC0415 — see above

    settings = configuration.load()
    logs.setup(settings.log, "warning")  # to stderr: stdout is for the figures
    async with look(settings.database_url) as reading:
        flow = await _chosen(reading, name, revision, settings.flow_folders)
        rows = await reading.experiment(name)
        revisions = await _alike(reading, flow, {row["revision"] for row in rows}) if together else {flow.revision}
    if not flow.shares:
        raise click.UsageError(f"the flow '{name}' has no variants in revision {flow.revision}")
    found = examine(_counts(flow, [row for row in rows if row["revision"] in revisions]), next(iter(flow.shares)))
    if as_json:
        told = {"flow": name, "revisions": sorted(revisions), "variants": _facts(flow, found)}
        click.echo(msgspec.json.encode(told))
    else:
        _tell(flow, found, len(revisions))


async def _chosen(reading: "SqlReading", name: str, revision: str, folders: Any) -> "Flow":
    """The revision that is asked for, the one that is published, or the file's."""
    from commands.replay import flow_of  # noqa: PLC0415 — see above

    if not revision:
        revision = next((row["revision"] for row in await reading.current_versions() if row["flow"] == name), "")
        if not revision:
            return flow_of(name, folders)
    flow = await _stored(reading, revision)
    if flow is None or flow.id != name:
        raise click.UsageError(f"there is no revision {revision} of the flow '{name}'")
    return flow


async def _stored(reading: "SqlReading", revision: str) -> "Flow | None":
    from flows.loader import revive  # noqa: PLC0415 — see above

    source = await reading.revision(revision)
    return revive(source, revision) if source else None


async def _alike(reading: "SqlReading", flow: "Flow", revisions: set[str]) -> set[str]:
    """Those with the same variants and shares: people were drawn alike, whatever the texts were."""
    others = [await _stored(reading, revision) for revision in revisions - {flow.revision}]
    return {flow.revision} | {other.revision for other in others if other and other.shares == flow.shares}


def _counts(flow: "Flow", rows: Sequence[Mapping[str, Any]]) -> dict[str, "Counts"]:
    """By variant, in the order of the flow, also where nobody was asked yet."""
    from insights.experiment import Counts  # noqa: PLC0415 — see above

    found = {name: Counts() for name in flow.shares}
    for row in rows:
        if row["variant"] in found:
            found[row["variant"]] += Counts(**{name: row[name] for name in Counts.__struct_fields__})
    return found


def _facts(flow: "Flow", found: Mapping[str, "Arm"]) -> list[dict[str, Any]]:
    odd = _odd(flow, found)
    return [
        {
            "variant": name,
            "share": flow.shares[name],
            "oddly_drawn": name in odd,
            **msgspec.structs.asdict(arm.counts),
            "measures": arm.measures,
            "against_base": arm.against,
        }
        for name, arm in found.items()
    ]


def _odd(flow: "Flow", found: Mapping[str, "Arm"]) -> list[str]:
    from insights.experiment import oddly_drawn  # noqa: PLC0415 — see above

    return oddly_drawn({name: arm.counts for name, arm in found.items()}, flow.shares)


def _tell(flow: "Flow", found: Mapping[str, "Arm"], revisions: int) -> None:
    from rich.console import Console  # noqa: PLC0415 — see above
    from rich.table import Table  # noqa: PLC0415 — see above

    asked = sum(arm.counts.asked for arm in found.values())
    where = f"revision {flow.revision}" + (f" and {revisions - 1} with the same variants" if revisions > 1 else "")
    click.echo(f"{flow.id}, {where}: {asked:,} conversations")
    if not asked:
        click.echo("Nobody has been asked yet; `run.py rehearse` shows what made-up people would do.")
        return
    table = Table()
    for heading in ("variant", "share", "asked", *WORDS.values()):
        table.add_column(heading)
    for name, arm in found.items():
        cells = [_cell(measure, arm.measures[measure]) for measure in WORDS]
        table.add_row(name, f"{flow.shares[name]} %", f"{arm.counts.asked:,}", *cells)
    Console(highlight=False).print(table)
    for name, arm in found.items():
        if arm.against:
            click.echo(f"{name}, compared with base:")
        for measure, comparison in arm.against.items():
            click.echo(f"  {WORDS[measure]}: {_compared(measure, comparison)}")
    for name in _odd(flow, found):
        drawn, share = found[name].counts.asked / asked, flow.shares[name]
        click.echo(f"Careful: '{name}' was drawn for {drawn:.1%} and not for {share} %, which chance hardly does.")
        click.echo("Were some people asked several times?")
    many = f", corrected for {len(found) - 1} variants (Holm)" if len(found) > 2 else ""
    click.echo(f"In brackets what is likely, at 95 %. More than chance: p below 0.05{many}.")


def _cell(measure: str, estimate: "Estimate | None") -> str:
    if estimate is None:
        return "–"
    if measure == "nps":
        return f"{estimate.value:+.0f} ({estimate.low:+.0f} to {estimate.high:+.0f})"
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


def _compared(measure: str, comparison: "Comparison") -> str:
    between, words = comparison.difference, VERDICTS[comparison.verdict]
    if between is None or comparison.p is None:
        return words
    points = 1 if measure == "nps" else 100
    value, low, high = (f"{points * each:+.1f}" for each in (between.value, between.low, between.high))
    p = "p below 0.001" if comparison.p < 0.001 else f"p {comparison.p:.3f}"
    return f"{value} points ({low} to {high}): {words} ({p})"
