"""What `run.py check --forecast` tells: messages, segments and cost of each survey, by channel and language."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from bot.engine.replay import SMS
from bot.forecast import Forecast, Load, Told, forecast
from bot.messages import Capabilities
from bot.prices import Prices, amount
from bot.segments import BASIC, EXTENDED, segments
from channels.slack.outbound import CAPABILITIES as SLACK
from channels.telegram.outbound import CAPABILITIES as TELEGRAM
from flows import source, varied
from flows.library import Source
from flows.model import Flow
from flows.problems import Finding, Path, Problem

CHANNELS: Mapping[str, Capabilities] = {"sms": SMS, "telegram": TELEGRAM, "slack": SLACK}
NAMES = {"gsm7": "GSM-7", "ucs2": "UCS-2"}


def forecasts(flow: Flow) -> Iterator[tuple[str, str, Forecast]]:
    """Every variant ("" where there are none) on every channel with every language of the flow."""
    for variant in flow.shares or [""]:
        for name, capabilities in CHANNELS.items():
            for language in flow.languages:
                yield variant, name, forecast(flow.variant(variant), language, capabilities)


def costly(flow: Flow, text: Source) -> list[Problem]:
    """Messages of the flow's own texts that take more than one SMS segment, and what makes them so long."""
    document = source.read(text.text, text.file)
    wholes = {whole.name: whole for whole in varied.wholes(document.data)}
    found = []
    for language, variant in product(flow.languages, flow.shares or [""]):
        for told in forecast(flow.variant(variant), language, SMS).told:
            counted = told.segments
            if counted is None or len(counted.parts) == 1 or not told.path:
                continue
            path = wholes[variant].place(told.path) if variant in wholes else told.path
            finding = Finding(
                _place(document.data, path, language),
                "costly-text",
                _why(told),
                "shorten it or leave the character out",
                "warning",
            )
            found.append(document.problem(finding))
    return sorted(set(found), key=lambda problem: (problem.line, problem.column))


def _place(data: Any, path: Path, language: str) -> Path:
    """Where in the file the text is: under its language, unless it is the same in all of them."""
    for key in path:
        data = data[key]
    return (*path, language) if isinstance(data, dict) else path


def _why(told: Told) -> str:
    counted = told.segments
    if counted is None:
        return ""
    parts = len(counted.parts)
    if not counted.culprit:
        return f"by SMS this takes {parts} segments: {counted.units} characters, and one holds 160"
    plain = "".join(char for char in told.text if char in BASIC or char in EXTENDED)
    fewer = len(segments(plain).parts)
    return f"'{counted.culprit}' makes it UCS-2: {parts} segments instead of {fewer}"


def as_json(flow: Flow, prices: Prices) -> Iterator[dict[str, Any]]:
    """One object per channel and language, and per variant where there are any."""
    for variant, channel, found in forecasts(flow):
        loads = {"least": found.least, "usual": found.usual, "most": found.most}
        longest = found.longest
        yield {
            "flow": flow.id,
            **({"variant": variant} if variant else {}),
            "channel": channel,
            "language": found.language,
            **{name: _load(load, channel, prices) for name, load in loads.items()},
            "longest": {
                "step": longest.step,
                "purpose": longest.purpose,
                "length": longest.length,
                "limit": CHANNELS[channel].max_text,
            },
            "clipped": sorted({told.step for told in found.told if told.clipped}),
        }


def _load(load: Load, channel: str, prices: Prices) -> dict[str, Any]:
    told: dict[str, Any] = {"messages": load.messages}
    if channel == "sms":
        told["segments"] = load.segments
        if prices:
            told["cost"] = [str(each) for each in prices.span(load.segments)]
            told["currency"] = prices.currency
    return told


def tell(flows: Iterable[tuple[Flow, Source]], prices: Prices) -> None:
    """A table per flow, and below it the texts that cost more than one segment."""
    console = Console(highlight=False)
    for flow, text in flows:
        table = Table(title=f"{flow.id}: what one conversation takes", title_justify="left", title_style="bold")
        for column in ("channel", "language", "messages", "segments", "cost", "longest message"):
            table.add_column(column)
        for variant, channel, found in forecasts(flow):
            where = f"{channel}, {variant}" if variant else channel
            table.add_row(where, found.language, *_shown(found, channel, prices), _longest(found, channel))
        console.print(table)
        for problem in costly(flow, text):
            click.echo(f"{problem.file}:{problem.line}:{problem.column}: note: {problem.message}")
    click.echo("First: everybody answers each question at once. In brackets: at most, with every reminder and try.")
    click.echo("A value that only an invitation brings counts as 12 letters.")


def _shown(found: Forecast, channel: str, prices: Prices) -> tuple[str, str, str]:
    """Messages, segments and cost: on the shortest to the longest way, and at most."""
    least, usual, most = found.least, found.usual, found.most
    messages = _span(least.messages, usual.messages, most.messages)
    if channel != "sms":
        return messages, "", ""
    parts = _span(least.segments, usual.segments, most.segments)
    if not prices:
        return messages, parts, ""
    at_once = amount((prices.span(least.segments)[0], prices.span(usual.segments)[1]), prices.currency)
    return messages, parts, f"{at_once} ({amount(prices.span(most.segments), prices.currency)})"


def _span(least: int, usual: int, most: int) -> str:
    return f"{'–'.join(map(str, dict.fromkeys((least, usual))))} ({most})"


def _longest(found: Forecast, channel: str) -> str:
    longest = found.longest
    encoding = f" {NAMES[longest.segments.encoding]}" if longest.segments else ""
    cut = ", cut" if any(told.clipped for told in found.told) else ""
    return f"{longest.length} of {CHANNELS[channel].max_text}{encoding}: {longest.step or longest.purpose}{cut}"
