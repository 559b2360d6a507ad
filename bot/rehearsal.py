"""A survey with people who do not exist: what a launch would bring, before anybody is asked.

Every person is made from one seed: whether, when and how they answer. The shares below are assumptions, told with every
result; `Habits` changes them. Replies go through the engine and the reader, as those of real people do.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from random import Random

from msgspec import Struct, field

from bot.engine.engine import advance, begin
from bot.engine.state import Event, OpenCase, Replied, Reply, Say, Session, SetTimer, TimedOut, Turn
from bot.messages import Capabilities, Prompt
from bot.render import render
from bot.segments import segments
from flows.model import Flow, Question

MINUTE, HOUR = 60_000, 3_600_000
STEPS = 200  # things that happen to one person at most
SCORES = (3, 1, 2, 2, 2, 6, 5, 10, 20, 19, 30)  # of 100 people, how many give 0, 1, … 10
WORDS = {
    "de": ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
}
REASONS = {
    "de": (
        "Lieferung kam zu spät",
        "sehr freundlich",
        "alles bestens",
        "zu teuer",
        "keiner ruft zurück",
        "gerne wieder",
    ),
    "en": ("delivery was late", "very friendly", "all good", "too expensive", "nobody calls back", "happy customer"),
}
STOPS = {"de": "bitte keine Nachrichten mehr", "en": "please stop texting me"}
PERSONS = {"de": "Ich möchte mit einem Menschen sprechen", "en": "I need to talk to a person"}
NONSENSE = ("hm", "??", "wer ist da", "who is this", "🤷")


class Habits(Struct, frozen=True):
    """How people are, as shares from 0 to 1, and how long they take."""

    responds: float = 0.35  # to the invitation at all
    goes_on: float = 0.85  # to each further question
    minutes: float = 8.0  # median until a reply
    spread: float = 1.6  # of its logarithm: some take seconds, some days
    in_words: float = 0.12
    with_reason: float = 0.15
    typo: float = 0.03
    split: float = 0.06  # in two messages
    unreadable: float = 0.04
    stops: float = 0.012
    wants_person: float = 0.01
    second_language: float = 0.08


class Outlook(Struct):
    """What a launch would bring. Times are ms since its beginning."""

    asked: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    scores: Counter[int] = field(default_factory=Counter)
    messages: int = 0
    segments: int = 0
    most_messages: int = 0  # that one person got
    replies: int = 0
    reasks: int = 0
    cases: dict[str, list[int]] = field(default_factory=dict)  # by desk: when each opens
    variants: dict[str, "Outlook"] = field(default_factory=dict)  # of the flow, each for itself

    def add(self, other: "Outlook") -> None:
        """Take in what other people would bring; `variants` stay as they are."""
        self.asked += other.asked
        self.outcomes += other.outcomes
        self.scores += other.scores
        self.messages += other.messages
        self.segments += other.segments
        self.most_messages = max(self.most_messages, other.most_messages)
        self.replies += other.replies
        self.reasks += other.reasks
        for desk, opened in other.cases.items():
            self.cases.setdefault(desk, []).extend(opened)

    @property
    def scored(self) -> int:
        """How many gave a score."""
        return self.scores.total()

    @property
    def nps(self) -> float | None:
        """Promoters less detractors, in points; None without a score."""
        if not self.scored:
            return None
        promoters = sum(count for score, count in self.scores.items() if score >= 9)
        detractors = sum(count for score, count in self.scores.items() if score <= 6)
        return 100 * (promoters - detractors) / self.scored

    def busiest(self, desk: str) -> int:
        """The most cases that open at a desk within one hour."""
        return max(Counter(at // HOUR for at in self.cases.get(desk, ())).values(), default=0)


def rehearse(
    flow: Flow,
    people: int,
    capabilities: Capabilities,
    *,
    seed: int = 1,
    per_hour: int = 600,
    habits: Habits | None = None,
    channel: str = "sms",
) -> Iterator[Outlook]:
    """Ask so many people, so many in an hour; the outlook after each of them, always the same object.

    The same seed gives the same people, and one person stays the same however many others there are. They are drawn
    into the flow's variants as real people are.
    """
    outlook, habits = Outlook(variants={name: Outlook() for name in flow.shares}), habits or Habits()
    for number in range(people):
        name = f"{seed}.{number}"
        chosen = flow.variant(flow.assigned(name))
        person, own = _Person(chosen, Random(name), habits, channel), Outlook()  # noqa: S311 - made-up people
        _Life(chosen, person, own, capabilities, number * HOUR // per_hour).goes_by()
        outlook.add(own)
        if chosen.name:
            outlook.variants[chosen.name].add(own)
        yield outlook


class _Person:
    """Somebody who may answer."""

    def __init__(self, flow: Flow, rng: Random, habits: Habits, channel: str) -> None:
        self.rng = rng
        self.habits = habits
        self.channel = channel
        self.language = flow.languages[0]
        if len(flow.languages) > 1 and rng.random() < habits.second_language:
            self.language = rng.choice(flow.languages[1:])
        self.answers = rng.random() < habits.responds
        self.asked = 0

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def delay(self) -> int:
        """Milliseconds until they reply."""
        return max(2_000, round(self.rng.lognormvariate(0, self.habits.spread) * self.habits.minutes * MINUTE))

    def replies(self, question: Question) -> list[str]:
        """What they write to a question, in one message or two; nothing if they leave it."""
        self.asked += 1
        if not self.answers or (self.asked > 1 and not self.chance(self.habits.goes_on)):
            return []
        speaks = self.language if self.language in REASONS else "en"
        if self.chance(self.habits.stops):
            return [self.rng.choice(["STOP", STOPS[speaks]])]
        if self.chance(self.habits.wants_person):
            return [PERSONS[speaks]]
        if self.chance(self.habits.unreadable):
            return [self.rng.choice(NONSENSE)]
        return self._answer(question, speaks)

    def _answer(self, question: Question, speaks: str) -> list[str]:
        if question.type == "text":
            return self._in_parts(self._typed(self.rng.choice(REASONS[speaks])))
        if question.type == "contact":
            return [self.rng.choice(["+49 170 1234567", "anna@example.com", {"de": "Nein"}.get(speaks, "no")])]
        options = question.options(self.language)
        picked = self.rng.choices(options, SCORES if len(options) == len(SCORES) else None)[0]
        text = picked.label if question.type in {"choice", "yes_no"} else picked.value
        if question.type == "nps" and self.chance(self.habits.in_words):
            text = WORDS[speaks][int(picked.value)]
        text = self._typed(text) if len(text) > 3 else text
        if self.chance(self.habits.with_reason) and question.type == "nps":
            return self._in_parts(f"{text}, {self.rng.choice(REASONS[speaks])}")
        return [text]

    def _typed(self, text: str) -> str:
        """With a slip of the finger, perhaps."""
        if not self.chance(self.habits.typo):
            return text
        at = self.rng.randrange(len(text) - 1)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    def _in_parts(self, text: str) -> list[str]:
        if not self.chance(self.habits.split):
            return [text]
        first, _, rest = text.partition(" ")
        return [part for part in (first, rest) if part]


class _Life:
    """One person's conversation."""

    def __init__(self, flow: Flow, person: _Person, outlook: Outlook, able: Capabilities, start: int) -> None:
        self._flow, self._person, self._outlook, self._able = flow, person, outlook, able
        self._start, self._now = start, 0
        self._waiting: list[tuple[int, int, Sequence[str]]] = []  # (when, which, parts)
        self._timer = 0
        self._told = 0
        given = {name: "Anna" for name, variable in flow.variables.items() if variable.value(person.language) is None}
        variables = flow.values(person.language, given)
        self._session = self._take(begin(flow, "s", person.language, 0, variables=variables, channel=person.channel))

    def goes_by(self) -> None:
        """Until nothing more happens."""
        outlook = self._outlook
        for _ in range(STEPS):
            if self._waiting and (not self._timer or self._waiting[0][0] < self._timer):
                self._now, _, parts = heappop(self._waiting)
                outlook.replies += 1
                self._happens(Replied(tuple(Reply(part) for part in parts)))
            elif self._timer:
                self._now, self._timer = self._timer, 0
                self._happens(TimedOut())
            else:
                break
        outlook.asked += 1
        outlook.outcomes[self._session.outcome or "running"] += 1
        outlook.most_messages = max(outlook.most_messages, self._told)
        score = next((each.answer.value for each in self._session.answers if each.answer.segment), None)
        if score is not None:
            outlook.scores[score] += 1

    def _happens(self, event: Event) -> None:
        self._session = self._take(advance(self._flow, self._session, event, self._now))

    def _take(self, turn: Turn) -> Session:
        session = turn.session
        if session.outcome:
            self._timer = 0
        for effect in turn.effects:
            match effect:
                case SetTimer(at):
                    self._timer = at
                case OpenCase(desk):
                    self._outlook.cases.setdefault(desk, []).append(self._start + self._now)
                case Say():
                    self._hears(effect, session)
        return session

    def _hears(self, say: Say, session: Session) -> None:
        outlook = self._outlook
        outlook.messages += 1
        outlook.reasks += say.purpose in {"reask", "confirm"}
        self._told += 1
        if self._able.text_unit == "gsm7":
            outlook.segments += len(segments(render(Prompt(say.text, say.options), self._able).text).parts)
        question = self._flow.questions.get(session.step)
        if question is None or say.purpose not in {"question", "reask", "confirm", "reminder"}:
            return
        parts = self._person.replies(question)
        if parts:
            heappush(self._waiting, (self._now + self._person.delay(), outlook.messages, parts))
