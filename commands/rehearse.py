"""`run.py rehearse`: a survey with made-up people, before anybody is asked."""

import time
from typing import TYPE_CHECKING, Any

import click
import msgspec

if TYPE_CHECKING:  # `--help` should not load the models
    from bot.prices import Prices
    from bot.rehearsal import Habits, Outlook
    from flows.model import Flow

PROGRESS_AFTER = 2.0  # seconds


@click.command("rehearse")
@click.argument("flow")
@click.option("--people", default=10_000, show_default=True, type=click.IntRange(1, 1_000_000), help="How many.")
@click.option("--per-hour", default=600, show_default=True, type=click.IntRange(1), help="How many are asked an hour.")
@click.option("--channel", default="sms", show_default=True, type=click.Choice(["sms", "telegram", "slack"]))
@click.option("--responds", type=click.FloatRange(0, 1), help="The share that answers at all.  [default: 0.35]")
@click.option("--seed", default=1, show_default=True, help="Other people.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    flow: str, people: int, per_hour: int, channel: str, responds: float | None, seed: int, *, as_json: bool
) -> None:
    """Ask people who do not exist: FLOW is a file, or the id of a survey.

    They type, mistype, take their time, split messages, opt out and want a person, as the assumptions below the result
    say. Nothing is sent. The same seed gives the same people.
    """
    import settings  # noqa: PLC0415 — see above
    from bot.rehearsal import Habits, Outlook, rehearse  # noqa: PLC0415 — see above
    from commands.forecasting import CHANNELS  # noqa: PLC0415 — see above
    from commands.replay import flow_of  # noqa: PLC0415 — see above

    configured = settings.load()
    habits = Habits() if responds is None else Habits(responds=responds)
    found, outlook = flow_of(flow, configured.flow_folders), Outlook()
    told = time.monotonic()
    for outlook in rehearse(
        found, people, CHANNELS[channel], seed=seed, per_hour=per_hour, habits=habits, channel=channel
    ):
        if time.monotonic() - told > PROGRESS_AFTER:
            told = time.monotonic()
            click.echo(f"{outlook.asked:,} people …", err=True)
    if as_json:
        click.echo(msgspec.json.encode(_facts(found, outlook, configured.prices, channel)))
        return
    click.echo(f"{found.id}: {people:,} made-up people by {channel}, {per_hour:,} an hour, seed {seed}; nothing sent")
    _tell(outlook, configured.prices, channel)
    _tell_assumptions(habits)


def _facts(flow: "Flow", outlook: "Outlook", prices: "Prices", channel: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "flow": flow.id,
        "channel": channel,
        "asked": outlook.asked,
        "outcomes": dict(outlook.outcomes),
        "scored": outlook.scored,
        "nps": outlook.nps,
        "messages": outlook.messages,
        "most_messages": outlook.most_messages,
        "replies": outlook.replies,
        "reasks": outlook.reasks,
        "cases": {desk: {"all": len(at), "busiest_hour": outlook.busiest(desk)} for desk, at in outlook.cases.items()},
    }
    if outlook.variants:
        facts["variants"] = {name: _own(own) for name, own in outlook.variants.items()}
    if channel == "sms":
        facts["segments"] = outlook.segments
        if prices:
            facts["cost"] = [str(each) for each in prices.span(outlook.segments)]
            facts["currency"] = prices.currency
    return facts


def _own(outlook: "Outlook") -> dict[str, Any]:
    """What is told of one variant."""
    return {
        "asked": outlook.asked,
        "outcomes": dict(outlook.outcomes),
        "scored": outlook.scored,
        "nps": outlook.nps,
        "messages": outlook.messages,
        "replies": outlook.replies,
        "cases": sum(map(len, outlook.cases.values())),
    }


def _tell_variants(outlook: "Outlook") -> None:
    for name, own in outlook.variants.items():
        if not own.asked:
            click.echo(f"  variant {name}: nobody was drawn")
            continue
        completed = own.outcomes["completed"] / own.asked
        nps = "" if own.nps is None else f", NPS {own.nps:+.0f}"
        shares = f"{own.scored / own.asked:.1%} give a score, {completed:.1%} complete"
        each = own.messages / own.asked
        click.echo(f"  variant {name}: {own.asked:,} people, {shares}, {each:.1f} messages each{nps}")


def _tell(outlook: "Outlook", prices: "Prices", channel: str) -> None:
    from bot.prices import amount  # noqa: PLC0415 — see above

    shares = {name: count / outlook.asked for name, count in outlook.outcomes.items()}
    outcomes = ", ".join(f"{name.replace('_', ' ')} {share:.1%}" for name, share in sorted(shares.items()))
    click.echo(f"  {outlook.scored:,} give a score ({outlook.scored / outlook.asked:.1%}); {outcomes}")
    if outlook.nps is not None:
        click.echo(f"  NPS {outlook.nps:+.0f}, as the scores are assumed")
    each = f"{outlook.messages / outlook.asked:.1f} each, at most {outlook.most_messages}"
    money = f", {amount(prices.span(outlook.segments), prices.currency)}" if channel == "sms" and prices else ""
    parts = f", {outlook.segments:,} segments{money}" if channel == "sms" else ""
    click.echo(f"  {outlook.messages:,} messages ({each}){parts}")
    again = outlook.reasks / outlook.replies if outlook.replies else 0
    click.echo(f"  {outlook.replies:,} replies, {outlook.reasks:,} of them asked about ({again:.1%})")
    for desk, opened in sorted(outlook.cases.items()):
        busiest = outlook.busiest(desk)
        click.echo(f"  desk {desk or '(default)'}: {len(opened):,} cases, at most {busiest:,} within an hour")
    _tell_variants(outlook)


def _tell_assumptions(habits: "Habits") -> None:
    told = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in msgspec.structs.asdict(habits).items())
    click.echo(f"Assumed, not measured: {told}")
