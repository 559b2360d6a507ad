"""One conversation on every channel at once: a script is played on sandbox phones, through a whole server.

A script is a Markdown file. Its title says what happens, its list holds the settings, and each heading is what the
customer does: `> words` are typed everywhere, `> [9]` is pressed where there are buttons and typed where not. Below it
stands, by channel, what the bot says then:

    SMS       < said by the bot
    Telegram  ~ said earlier, and reads like this now
              [its] [buttons]
    SMS       * said by the provider itself
    Slack     ! stored
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.channels.contract.provider import Customer, Provider
from tests.channels.contract.server import Server, a_server, until
from tests.channels.contract.slack import Slack
from tests.channels.contract.telegram import Telegram
from tests.channels.contract.twilio import Twilio

CHANNELS = {"SMS": Twilio, "Telegram": Telegram, "Slack": Slack}
FLOWS = Path(__file__).parents[1] / "questions"
START, END = "The survey begins", "What is stored"
SIGNS = "<~*!"
_LINE = re.compile(rf"({'|'.join(CHANNELS)}) +([{SIGNS}]) (.*)")
_BUTTONS = re.compile(r"(\[[^\]]+\] ?)+")
_INDENT = " " * 12


class Line(NamedTuple):
    """Something that is to be seen on a channel."""

    channel: str
    sign: str
    text: str
    buttons: tuple[str, ...] = ()

    def written(self) -> list[str]:
        """As it stands in the file."""
        first, *rest = self.text.split("\n")
        buttons = [" ".join(f"[{label}]" for label in self.buttons)] if self.buttons else []
        return [
            f"{self.channel:<9} {self.sign} {first}".rstrip(),
            *(f"{_INDENT}{line}".rstrip() for line in [*rest, *buttons]),
        ]


class Act(NamedTuple):
    """What the customer does, and what is to be seen after it."""

    heading: str
    lines: tuple[Line, ...] = ()

    def on(self, channel: str, signs: str = SIGNS) -> list[Line]:
        """What is to be seen on one channel."""
        return [line for line in self.lines if line.channel == channel and line.sign in signs]


class Script(NamedTuple):
    """A file, read."""

    title: str
    settings: dict[str, str]
    acts: tuple[Act, ...]

    def written(self) -> str:
        """The file."""
        lines = [f"# {self.title}", "", *(f"- {name}: {value}" for name, value in self.settings.items())]
        for act in self.acts:
            lines += ["", f"## {act.heading}", ""]
            if act.lines:
                lines += ["```text", *(written for line in act.lines for written in line.written()), "```"]
        return "\n".join(lines).rstrip() + "\n"


def read(text: str) -> Script:
    """The script in a file's text."""
    head, *rest = text.split("\n## ")
    title, *listed = [line for line in head.splitlines() if line]
    pairs = (line.removeprefix("- ").partition(": ") for line in listed)
    return Script(title.removeprefix("# "), {name: value for name, _, value in pairs}, tuple(map(_act, rest)))


def _act(part: str) -> Act:
    heading, *lines = part.splitlines()
    fences = [number for number, line in enumerate(lines) if line.startswith("```")]
    seen: list[Line] = []
    for line in lines[fences[0] + 1 : fences[1]] if fences else ():
        found = _LINE.fullmatch(line)
        if found:
            seen.append(Line(found[1], found[2], found[3]))
        else:
            seen[-1] = _continued(seen[-1], line.removeprefix(_INDENT))
    return Act(heading, tuple(seen))


def _continued(line: Line, more: str) -> Line:
    if _BUTTONS.fullmatch(more):
        return line._replace(buttons=tuple(re.findall(r"\[([^\]]+)\]", more)))
    return line._replace(text=f"{line.text}\n{more}")


class _Phone:
    """One channel's customer, and what has been seen there."""

    def __init__(self, channel: str, server: Server, provider: Provider) -> None:
        self.channel = channel
        self.customer: Customer = provider.customer(0)
        self.session = ""
        self._server = server
        self._provider = provider
        self._before: list[Line] = []

    async def begins(self, settings: dict[str, str]) -> None:
        """The survey is sent, or its link is opened where people have to write first."""
        office, provider = self._server.parts.office, self._provider
        variables = {name.removeprefix("set "): value for name, value in settings.items() if name.startswith("set ")}
        told = {"language": settings["language"], "variables": variables}
        if isinstance(provider, Telegram):
            secret = await office.offer(settings["flow"], provider.name, **told)
            provider.sandbox.phone(int(self.customer.address.chat)).start(provider.bot, secret)
        else:
            await office.invite(settings["flow"], self.customer.address, **told)

    async def does(self, heading: str) -> None:
        """Press or type."""
        what = heading.removeprefix("> ")
        label = what[1:-1] if what.startswith("[") else ""
        if label and any(label in buttons for buttons in self.customer.buttons()):
            shown = [label in buttons for buttons in self.customer.buttons()]
            await self.customer.presses(label, len(shown) - 1 - shown[::-1].index(True))
        else:
            await self.customer.says(label or what)

    def news(self) -> list[Line]:
        """What has appeared or changed since the last time."""
        now, before = self._screen(), self._before
        self._before = now
        changed = [line._replace(sign="~") for line, was in zip(now, before, strict=False) if line != was]
        return changed + now[len(before) :]

    async def stored(self) -> list[Line]:
        """What became of the survey."""
        responses = await self._server.parts.reading.responses()
        [response] = [each for each in responses if each["channel"] == self._provider.name]
        lines = []
        for answer in response["answers"]:
            corrected = f", corrected {answer['corrections']}" if answer["corrections"] else ""
            lines.append(f"{answer['question']} = {answer['text']}{corrected}")
        lane = await self._server.parts.reading.lane(self.customer.address.lane)
        opted_out = "opted out" if lane and lane["opted_out_at"] else ""
        lines.append(", ".join(filter(None, (response["segment"], response["outcome"], opted_out))))
        return [Line(self.channel, "!", line) for line in lines]

    def _screen(self) -> list[Line]:
        heard, buttons = self.customer.heard(), self.customer.buttons()
        signs = ["<"] * len(heard)
        if isinstance(self._provider, Twilio):
            sent = [one for one in self._provider.sandbox.network.messages.values() if one.direction != "inbound"]
            signs = ["*" if one.direction == "outbound-reply" else "<" for one in sent]
        return [Line(self.channel, *seen) for seen in zip(signs, heard, map(tuple, buttons), strict=True)]


async def play(database: str, script: Script) -> Script:
    """The script with everything that is to be seen when it is played now."""
    providers = {channel: make() for channel, make in CHANNELS.items()}
    async with a_server(database, *providers.values(), flows=FLOWS) as server:
        phones = [_Phone(channel, server, provider) for channel, provider in providers.items()]
        for phone in phones:
            await phone.begins(script.settings)
        acts = [Act(START, await _seen(server, providers.values(), phones))]
        for act in script.acts:
            if act.heading in (START, END):
                continue
            for phone in phones:
                await phone.does(act.heading)
            acts.append(Act(act.heading, await _seen(server, providers.values(), phones)))
        acts.append(Act(END, tuple([line for phone in phones for line in await phone.stored()])))
    return script._replace(acts=tuple(acts))


async def _seen(server: Server, providers: Iterable[Provider], phones: Iterable[_Phone]) -> tuple[Line, ...]:
    """What is new on the phones when everything that came in has been worked on and sent."""
    for provider in providers:
        if isinstance(provider, Slack | Telegram):
            await provider.sandbox.settled()

    async def done() -> bool:
        counts = await server.parts.reading.counts()
        return not counts["inbox_new"] and not counts["outbox_open"]

    await until(done, 30)
    return tuple(line for phone in phones for line in phone.news())
