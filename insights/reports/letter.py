"""What a report and an alert say: a title and short paragraphs, the same for chats, e-mail and PDF."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from insights.alert import RATE
from insights.charts.numbers import count, day, score, share
from insights.charts.sentences import headline
from insights.charts.trend import Step
from insights.charts.words import WORDS
from insights.estimates import FEWEST
from insights.funnel import funnel
from insights.reports.alarm import SETTLED, Alarm
from insights.reports.words import REPORT
from insights.segments import by_attribute
from insights.tally import PASSIVE, PROMOTER, Tally

MOST_TEXT = 240  # characters of a comment, MOST_NAME of any other name
MOST_NAME = 80
TELLING = 15  # characters; what is shorter tells little
NONE = "-"  # as in filters: where it is not known


class Comment(Struct, frozen=True):
    """What somebody wrote beside their score."""

    score: int
    text: str


class Facts(Struct, frozen=True, kw_only=True):
    """Everything that a report tells about a period. `cases` are those of now, open and overdue."""

    title: str
    company: str
    language: str
    first: date
    last: date
    now: Tally
    answered: int  # of those who were asked in the period
    before: Tally
    step: Step
    points: Sequence[tuple[date, Tally]]
    by: str  # what readers call the dimension
    groups: Sequence[tuple[str, Tally]]
    comments: Sequence[Comment]
    cases: tuple[int, int]
    filters: Mapping[str, str]  # by what readers call them

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    @property
    def empty(self) -> bool:
        """Whether nobody was asked and nobody answered."""
        return not (self.now.asked or self.now.answered)


class Section(Struct, frozen=True):
    """A heading, "" for none, and the lines below it."""

    heading: str
    lines: tuple[str, ...]


class Letter(Struct, frozen=True):
    """What is sent. `title` has one line."""

    title: str
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """All of it as plain text."""
        parts = [self.title]
        for section in self.sections:
            mark = "• " if section.heading else ""
            lines = [f"{mark}{line}" for line in section.lines]
            parts.append("\n".join([section.heading, *lines] if section.heading else lines))
        return "\n\n".join(parts)


def letter(facts: Facts) -> Letter:
    """A report."""
    words = REPORT[facts.language]
    return Letter(_title(facts), tuple(section for section in _sections(facts, words) if section.lines))


def alert(found: Alarm, title: str, company: str, language: str, filters: Mapping[str, str]) -> Letter:
    """What is said of a move."""
    words = REPORT[language]
    since, before = found.since, found.before
    moved = words["moved"].format(
        first=day(found.first, language),
        last=day(found.day, language),
        since=score(since.value),
        low=score(since.low),
        high=score(since.high),
        n=count(since.n, language),
    )
    usual = words["from"].format(before=score(before.value), low=score(before.low), high=score(before.high))
    again = day(found.day + timedelta(days=SETTLED + 1), language)
    lines = [moved, usual, words["false"].format(rate=round(100 * RATE)), words["once"].format(again=again)]
    named = " · ".join(filter(None, [words[found.way], one_line(title), one_line(company)]))
    return Letter(named, (Section("", (*_only(filters, words), *lines)),))


def quoted(comments: Sequence[Comment], most: int) -> list[Comment]:
    """The newest comments that tell something, of those who are unhappy and those who are happy in turn.

    `comments` are the newest first. Nothing ranks them but their score and whether they are more than a word or two.
    """
    long = [each for each in comments if len(each.text.strip()) >= TELLING]
    short = [each for each in comments if each not in long and each.text.strip()]
    low = [each for each in long if each.score < PASSIVE]
    high = [each for each in long if each.score >= PROMOTER]
    middle = [each for each in long if PASSIVE <= each.score < PROMOTER]
    turns = [each for pair in zip(low, high, strict=False) for each in pair]
    both = min(len(low), len(high))
    return [*turns, *low[both:], *high[both:], *middle, *short][:most]


def one_line(text: str, most: int = MOST_NAME) -> str:
    """Somebody's words as part of a line: no breaks, no control or direction characters, not too long."""
    seen = " ".join("".join(" " if _strange(char) else char for char in text).split())
    return seen if len(seen) <= most else seen[: most - 1].rstrip() + "…"


def _strange(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")


def _title(facts: Facts) -> str:
    words = REPORT[facts.language]
    first, last = day(facts.first, facts.language), day(facts.last, facts.language)
    days = words["days"].format(first=first, last=last) if first != last else first
    return " · ".join(filter(None, [one_line(facts.title) or words["report"], one_line(facts.company), days]))


def _sections(facts: Facts, words: Mapping[str, str]) -> Iterator[Section]:
    yield Section("", (*_only(facts.filters, words), *_told(facts, words)))
    if facts.now.answered >= FEWEST:
        yield Section(words["groups"].format(dimension=one_line(facts.by)), tuple(_groups(facts, words)))
    lines = (words["quoted"].format(score=each.score, text=one_line(each.text, MOST_TEXT)) for each in facts.comments)
    yield Section(words["reasons"], tuple(lines))
    if facts.now.asked:
        yield Section(words["way"], tuple(_way(facts, words)))
    waiting, overdue = (count(number, facts.language) for number in facts.cases)
    cases = words["open_cases"].format(open=waiting, overdue=overdue) if facts.cases[0] else words["no_cases"]
    yield Section(words["cases"], (cases, *([words["all_cases"]] if facts.filters and facts.cases[0] else [])))


def _only(filters: Mapping[str, str], words: Mapping[str, str]) -> list[str]:
    named = ", ".join(f"{one_line(name)}: {one_line(value)}" for name, value in filters.items())
    return [words["only"].format(filters=named)] if named else []


def _told(facts: Facts, words: Mapping[str, str]) -> Iterator[str]:
    """The score, how sure it is, and whether it moved; kindly, where there is little to say."""
    n = facts.now.answered
    if facts.empty:
        yield words["empty"]
    elif not n:
        yield words["silent"].format(asked=count(facts.now.asked, facts.language))
    elif n < FEWEST:
        yield words["one" if n == 1 else "few"].format(n=n, enough=FEWEST)
    else:
        said = headline(facts.now, facts.before, facts.days, facts.language)
        yield words["score"].format(score=said.score, text=said.text)
        yield words["compared"].format(told=said.compared)


def _groups(facts: Facts, words: Mapping[str, str]) -> Iterator[str]:
    """Groups that differ from the others by more than chance, corrected for being looked at together."""
    rows = by_attribute(dict(facts.groups))
    found = [row for row in rows if row.verdict in ("more", "less") and row.score]
    unknown = WORDS[facts.language]["unknown"]
    for row in found:
        if row.score:
            name = one_line(row.key) or unknown
            low, high = score(row.score.low), score(row.score.high)
            yield words[row.verdict].format(name=name, score=score(row.score.value), low=low, high=high)
    if not found and len(rows) > 1:
        yield words["alike"]


def _way(facts: Facts, words: Mapping[str, str]) -> Iterator[str]:
    language = facts.language
    steps = funnel(facts.now, facts.answered)
    for step in steps:
        name, people = WORDS[language][step.name], count(step.people, language)
        part = share(step.of_asked.value, language) if step.of_asked else ""
        yield words["step" if part else "bare_step"].format(name=name, people=people, share=part)
    rate = next((step.of_asked for step in steps if step.name == "answered"), None)
    if rate:
        yield words["rate"].format(share=share(rate.value, language))
