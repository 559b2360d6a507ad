"""A report as an admin writes it in YAML: what it tells of which answers, how often, to whom; and what it watches."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from msgspec import Struct
from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from flows import source
from flows.described import described
from flows.problems import Finding, Problem, did_you_mean
from flows.schema import Schema, tidy
from flows.shaped import failed, ordered, shaped
from flows.texts import Frozen

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Every = Literal["day", "week", "month", "wave"]
Way = Literal["fall", "rise"]
_ADDRESS = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,190}$"  # nothing that a header could end at


def _zone(value: str) -> str:
    if value not in available_timezones():
        why = f"there is no time zone {value!r}; write it like Europe/Berlin"
        raise PydanticCustomError("zone", "{why}", {"why": why})
    return value


def _time(value: object) -> time:
    text = str(value)
    try:
        if len(text) == len("08:00"):
            return time.fromisoformat(text)
    except ValueError:
        pass
    raise PydanticCustomError("time", "{why}", {"why": f"{text!r} is no time of day; write it like '08:00'"})


def _day(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Clock = Annotated[time, BeforeValidator(_time), WithJsonSchema({"type": "string", "examples": ["08:00"]})]
On = Annotated[
    Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
    | Annotated[int, Field(ge=1, le=31)],
    BeforeValidator(_day),
]


class Receiver(Frozen):
    """Who gets it: a chat, a mailbox or a folder."""

    channel: str = ""
    """The name of a channel of the settings, with `chat`."""
    chat: str = Field("", max_length=100, pattern=r"^[^\s/#:]*$")
    """The channel's own id of the place, such as `C0123` or `-1001234567890`."""
    account: str = Field("", max_length=100, pattern=r"^[^\s/#:]*$")
    """The workspace, for a Slack app that is in several."""
    email: Annotated[str, Field(pattern=_ADDRESS)] | None = None
    """A mailbox; the PDF is attached."""
    folder: str = Field("", max_length=500)
    """A folder of the server, into which the PDF is written."""

    @model_validator(mode="after")
    def _one_way(self) -> "Receiver":
        ways = [bool(self.channel or self.chat), self.email is not None, bool(self.folder)]
        if sum(ways) != 1 or bool(self.channel) != bool(self.chat) or (self.account and not self.chat):
            why = "say where to send it: `channel` and `chat`, or `email`, or `folder`"
            raise PydanticCustomError("receiver", "{why}", {"why": why})
        return self

    @property
    def name(self) -> str:
        """What tells this receiver from every other: a lane, `mailto:…` or `folder:…`."""
        if self.email is not None:
            return f"mailto:{self.email}"
        if self.folder:
            return f"folder:{self.folder}"
        return f"{self.channel}:{self.account}/{self.chat}" if self.account else f"{self.channel}:{self.chat}"


class Alert(Frozen):
    """A move of the score that somebody wants to hear of at once."""

    on: Way
    """`fall` or `rise`."""
    to: tuple[Receiver, ...] = Field((), max_length=20)
    """Who hears of it; without it, whoever gets the report."""


class Report(Frozen):
    """One report."""

    id: Name
    """What it is called in commands and in the API. Another id is another report, which begins anew."""
    title: str = Field("", max_length=200)
    """What stands above it."""
    every: Every
    """`day`, `week` (Monday to Sunday), `month`, or `wave` of a campaign: what it is about, and how often it comes."""
    on: On | None = None
    """Of a weekly report the weekday, of a monthly one the day of the month after (31 is the last); else the first."""
    campaign: Name | None = None
    """Whose waves, with `every: wave`."""
    at: Clock = time(8)
    """The time of day."""
    zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    """On whose clocks."""
    language: Literal["de", "en"] = "en"
    """In which it is written."""
    filters: dict[str, Annotated[str, Field(max_length=200)]] = Field(default_factory=dict)
    """Only these answers, as on the home page: dimension and value; `-` where it is not known."""
    by: str = ""
    """The dimension whose groups are put side by side; without it, the first one of the settings."""
    comments: int = Field(5, ge=0, le=10)
    """How many comments it quotes."""
    to: tuple[Receiver, ...] = Field(min_length=1, max_length=20)
    """Who gets it."""
    alerts: tuple[Alert, ...] = Field((), max_length=2)
    """Moves that somebody hears of at once."""


class ReportFile(Frozen):
    """One YAML file in `reports/`."""

    format: Literal[1]
    """The version of this language."""
    report: Report
    """The report."""


class Checked(Struct, frozen=True):
    """A checked file: its report unless it has errors, and all problems in the order of the file."""

    report: Report | None
    problems: tuple[Problem, ...]
    at: tuple[int, int] = (1, 1)  # line and column of the report's id


class Known(Struct, frozen=True):
    """What reports may name; None: nobody knows, so it is not judged. `mail`: whether e-mail can be sent."""

    channels: frozenset[str] | None = None
    dimensions: tuple[str, ...] | None = None
    campaigns: frozenset[str] | None = None
    mail: bool = True


def check(text: str | bytes, file: str, known: Known | None = None) -> Checked:
    """Read a report and find everything wrong with it."""
    document = source.read(text, file)
    content, problems = shaped(document, ReportFile)
    if document.complete:
        problems += map(document.problem, _lint(document.data, known or Known()))
    report = content.report if content and not failed(problems) else None
    place = document.problem(Finding(("report", "id"), "", ""))
    return Checked(report, ordered(problems), (place.line, place.column))


def check_all(
    files: Iterable[tuple[str, str | bytes]], known: Known | None = None
) -> tuple[dict[str, Report], list[Problem]]:
    """The reports of several files (name, text) by file, and all that is wrong; an id counts where it is first."""
    first: dict[str, str] = {}
    reports: dict[str, Report] = {}
    problems: list[Problem] = []
    for file, text in files:
        checked = check(text, file, known)
        problems += checked.problems
        if checked.report is None:
            continue
        other = first.setdefault(checked.report.id, file)
        if other == file:
            reports[file] = checked.report
        else:
            message, hint = f"the report '{checked.report.id}' is also in {other}", "give one of them another id"
            problems.append(Problem(file, *checked.at, "duplicate-report", message, hint))
    return reports, problems


@cache
def json_schema() -> Schema:
    """JSON Schema 2020-12 of a report, for editors."""
    schema: Schema = tidy(described(ReportFile))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Echolot report"}


def _lint(data: Any, known: Known) -> Iterator[Finding]:
    """What does not fit together in plain data that need not be valid."""
    report = data.get("report") if isinstance(data, dict) else None
    if not isinstance(report, dict):
        return
    yield from _times(report, known)
    yield from _dimensions(report, known)
    yield from _receivers(("report",), report, known)
    alerts, ways = report.get("alerts"), set[str]()
    for n, alert in enumerate(alerts if isinstance(alerts, list) else ()):
        if not isinstance(alert, dict):
            continue
        if str(alert.get("on")) in ways:
            yield Finding(("report", "alerts", n, "on"), "duplicate-alert", f"'{alert.get('on')}' is there twice")
        ways.add(str(alert.get("on")))
        yield from _receivers(("report", "alerts", n), alert, known)


def _times(report: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    every, on, campaign = report.get("every"), report.get("on"), report.get("campaign")
    place = ("report", "on")
    if every == "week" and on is not None and not isinstance(on, str):
        yield Finding(place, "wrong-day", "a weekly report comes on a weekday", "write it like `on: monday`")
    elif every == "month" and on is not None and not isinstance(on, int):
        yield Finding(place, "wrong-day", "a monthly report comes on a day of the month", "write it like `on: 1`")
    elif every in ("day", "wave") and on is not None:
        yield Finding(place, "wrong-day", f"with `every: {every}` there is no `on`", "leave it out", at_key=True)
    if every == "wave" and not campaign:
        yield Finding(("report", "every"), "no-campaign", "whose waves?", "add `campaign: ID`")
    elif every != "wave" and campaign:
        hint = "write `every: wave`, or filter by campaign"
        yield Finding(("report", "campaign"), "no-wave", "only a report of waves has a campaign", hint, at_key=True)
    elif isinstance(campaign, str) and known.campaigns is not None and campaign not in known.campaigns:
        hint = did_you_mean(campaign, known.campaigns)
        message = f"there is no campaign '{campaign}'"
        yield Finding(("report", "campaign"), "unknown-campaign", message, hint, "warning")


def _dimensions(report: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    if known.dimensions is None:
        return
    filters, by = report.get("filters"), report.get("by")
    named: list[tuple[tuple[str, ...], str, bool]] = [
        (("report", "filters", name), str(name), True) for name in (filters if isinstance(filters, dict) else ())
    ]
    if by:
        named.append((("report", "by"), str(by), False))
    for place, name, at_key in named:
        if name not in known.dimensions:
            message = f"answers are not counted by '{name}'"
            hint = did_you_mean(name, known.dimensions) or f"there are {', '.join(known.dimensions)}"
            yield Finding(place, "unknown-dimension", message, hint, at_key=at_key)


def _receivers(place: tuple[str | int, ...], part: Mapping[str, Any], known: Known) -> Iterator[Finding]:
    to, seen = part.get("to"), set[str]()
    for n, each in enumerate(to if isinstance(to, list) else ()):
        if not isinstance(each, dict):
            continue
        channel = each.get("channel")
        if channel and known.channels is not None and str(channel) not in known.channels:
            message, hint = f"the settings have no channel '{channel}'", did_you_mean(str(channel), known.channels)
            yield Finding((*place, "to", n, "channel"), "unknown-channel", message, hint)
        if "email" in each and not known.mail:
            message, hint = "the settings do not say how e-mail is sent", "add `mail` to the settings"
            yield Finding((*place, "to", n, "email"), "no-mail", message, hint)
        if repr(sorted(each.items(), key=str)) in seen:
            yield Finding((*place, "to", n), "duplicate-receiver", "this receiver is there twice", "leave one out")
        seen.add(repr(sorted(each.items(), key=str)))
