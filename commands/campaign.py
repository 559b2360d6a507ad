"""`run.py campaign`: ask many people, in waves: what would it come to, start, how far is it, pause, resume, cancel."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click
import msgspec

from commands.flow import login

if TYPE_CHECKING:  # `--help` should not load the models
    from web.outreach_shapes import CampaignForecast, CampaignPrecision, CampaignState, CampaignWave

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
MOST = 8  # days or cells that are listed one by one


@click.group("campaign")
def command() -> None:
    """Campaigns: a survey for many people, in waves, within the rules of contact."""


@command.command("list")
@JSON
def list_campaigns(*, as_json: bool) -> None:
    """All campaigns, and how far each is."""
    from commands.outreach_calls import look_at  # noqa: PLC0415 — as above

    page = look_at(lambda outreach: outreach.campaigns())
    if as_json:
        _print(page)
        return
    for campaign in page.campaigns:
        _tell(campaign)
    if not page.campaigns:
        click.echo(
            "No campaign was started yet. Write one as docs/howto/campaigns.md shows, then: run.py campaign plan"
        )


@command.command()
@FILE
@JSON
def plan(file: Path, *, as_json: bool) -> None:
    """What the next wave of the campaign in FILE would come to: people, reasons, days, cost. Nothing is sent."""
    from commands.outreach_calls import look_at  # noqa: PLC0415 — as above
    from web.outreach_shapes import CampaignStart  # noqa: PLC0415 — as above

    wanted = CampaignStart(_text(file), file=str(file))
    found = look_at(lambda outreach: outreach.forecast(wanted))
    if as_json:
        _print(found)
        return
    _forecast(found)


@command.command()
@FILE
@JSON
def start(file: Path, *, as_json: bool) -> None:
    """Start the campaign in FILE, or let it go on with what FILE says now; waves that have begun stay as they are."""
    from commands.outreach_calls import change  # noqa: PLC0415 — as above
    from web.outreach_shapes import CampaignStart, CampaignState  # noqa: PLC0415 — as above

    wanted = CampaignStart(_text(file), str(file), login())
    done = change("/api/v1/campaigns", wanted, CampaignState, lambda outreach: outreach.start(wanted, ""))
    _done(done, as_json=as_json)


@command.command()
@click.argument("campaign")
@JSON
def progress(campaign: str, *, as_json: bool) -> None:
    """How far CAMPAIGN is, wave by wave."""
    from commands.outreach_calls import look_at  # noqa: PLC0415 — as above

    _done(look_at(lambda outreach: outreach.campaign(campaign)), as_json=as_json)


@command.command()
@click.argument("campaign")
@JSON
def pause(campaign: str, *, as_json: bool) -> None:
    """Ask nobody else in CAMPAIGN until it is resumed; who was asked can answer."""
    _act(campaign, "pause", as_json=as_json)


@command.command()
@click.argument("campaign")
@JSON
def resume(campaign: str, *, as_json: bool) -> None:
    """Go on with CAMPAIGN; those whose turn has come meanwhile are decided about at once."""
    _act(campaign, "resume", as_json=as_json)


@command.command()
@click.argument("campaign")
@click.confirmation_option(prompt="A cancelled campaign cannot be resumed. Cancel it?")
@JSON
def cancel(campaign: str, *, as_json: bool) -> None:
    """End CAMPAIGN for good; who was asked can answer."""
    _act(campaign, "cancel", as_json=as_json)


def _act(campaign: str, act: str, *, as_json: bool) -> None:
    from commands.outreach_calls import change  # noqa: PLC0415 — as above
    from web.outreach_shapes import CampaignAct, CampaignState  # noqa: PLC0415 — as above

    wanted = CampaignAct(act, login())
    path = f"/api/v1/campaigns/{quote(campaign, safe='')}/acts"
    done = change(path, wanted, CampaignState, lambda outreach: outreach.act(campaign, wanted, ""))
    _done(done, as_json=as_json)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.BadParameter(f"{file} is not UTF-8 text", param_hint="FILE") from error


def _done(campaign: "CampaignState", *, as_json: bool) -> None:
    if as_json:
        _print(campaign)
    else:
        _tell(campaign)


def _tell(campaign: "CampaignState") -> None:
    click.echo(f"{campaign.id}: {campaign.state}, asks {campaign.flow}")
    for wave in campaign.waves:
        click.echo(f"  wave {wave.n}, {wave.first_day} to {wave.last_day}: {_wave(wave)}")


def _wave(wave: "CampaignWave") -> str:
    if wave.state == "planned":
        return "not planned yet; the server does that, from a day before it begins"
    if wave.state == "planning":
        return f"being planned: {wave.looked_at:,} contacts looked at, {wave.members:,} of them in it"
    refused = sum(wave.not_asked.values())
    parts = [f"{wave.asked:,} asked", f"{wave.answered:,} answered", f"{refused:,} not asked"]
    if wave.waiting:
        until = f" until {wave.ready_at[:16].replace('T', ' ')}" if wave.ready_at else ""
        parts.append(f"{wave.waiting:,} to come{until}")
    why = f" ({_listed(wave.not_asked)})" if refused else ""
    return ", ".join(parts) + why


def _forecast(found: "CampaignForecast") -> None:
    waits = sum(found.deferred.values())
    click.echo(f"{found.campaign}, wave {found.wave}, {found.first_day} to {found.last_day}:")
    click.echo(f"  {found.looked_at:,} contacts, {found.members:,} of them in the wave")
    if found.decided_on < found.members:
        click.echo(f"  decided about {found.decided_on:,} of them, drawn by chance; the figures are for all")
    click.echo(f"  {found.asked:,} would be asked: {_listed(found.channels) or 'nobody'}")
    if waits:
        click.echo(f"  {waits:,} would wait: {_listed(found.deferred)}")
    if found.not_asked:
        click.echo(f"  {sum(found.not_asked.values()):,} would not be asked: {_listed(found.not_asked)}")
    click.echo(f"  by day: {_listed(dict(sorted(found.days.items())))}")
    if len(found.cells) > 1:
        click.echo(f"  by cell: {_listed(found.cells)}")
    if found.precision:
        _precision(found.precision)
    if found.segments:
        click.echo(f"  first messages: {found.segments:,} SMS parts{f', {found.cost}' if found.cost else ''}")


def _precision(found: "CampaignPrecision") -> None:
    saved = f", {1 - found.planned / found.uniform:.0%} fewer" if found.uniform > found.planned else ""
    uniform = f", {found.uniform:,} by uniform sampling" if found.uniform else ""
    both = f"{found.planned:,} messages as planned{uniform}"
    click.echo(f"  until every cell is precise: {both}{saved}")
    for cell in found.cells[:MOST]:
        score = f"{cell.score:+.0f} ± {cell.half_width:.0f}" if cell.score is not None else "no answer yet"
        click.echo(f"    {cell.cell or '-'}: {score}, {cell.state}, {cell.needs:,} more messages")


def _listed(counts: Mapping[str, int]) -> str:
    shown = [f"{name} {count:,}" for name, count in list(counts.items())[:MOST]]
    return ", ".join(shown) + (f" and {len(counts) - MOST} more" if len(counts) > MOST else "")


def _print(found: Any) -> None:
    click.echo(msgspec.json.encode(found))
