"""How many messages a survey can become on a channel: what every text costs, the shortest way and the longest.

Nothing is played: the ways through a flow are added up, so that a flow of 200 steps takes no time. Every question is
put at most once in a session, whatever circles a flow has (`bot.engine.walk.enter`), and around it come at most its
reminders, `reask` tries at a reply that could not be read and one "Did you mean …?" more than that
(`bot.engine.moves.may_doubt`). Not counted is what customers ask for besides: help, a person, a correction, an end.
"""

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush

from msgspec import Struct
from msgspec.structs import replace

from bot.messages import Capabilities, Option, Prompt
from bot.render import length, render
from bot.segments import Segments, segments
from flows.model import Flow, Question, Step
from flows.problems import Path
from flows.routing import END
from flows.templates import fill
from flows.ways import circles, onward, reach

UNKNOWN = "x" * 12  # in place of a value that only an invitation brings
ENDLESS = 1_000_000  # a length that no text has


class Told(Struct, frozen=True):
    """One message as the channel shows it. `path` leads to the text in the flow's file, () for a standard phrase."""

    step: str
    purpose: str  # say | question | reminder | reask | confirm | thanks
    path: Path
    text: str
    length: int  # in the channel's unit
    clipped: bool = False  # the channel cannot show all of it
    segments: Segments | None = None  # where a channel is billed by them
    led: int = 0  # segments at most, as the message may begin with "let us leave this question out"
    times: int = 1  # how often at most


class Load(Struct, frozen=True, order=True):
    """Messages of one conversation, and the segments they take (0 where none are counted)."""

    messages: int = 0
    segments: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(self.messages + other.messages, self.segments + other.segments)


class Forecast(Struct, frozen=True):
    """One flow in one language on one channel.

    `least` and `usual`: everybody answers each question at once, on the shortest and the longest way; `most`: nothing
    is answered before the last try, on the longest way.
    """

    language: str
    least: Load
    usual: Load
    most: Load
    told: tuple[Told, ...]

    @property
    def longest(self) -> Told:
        """The longest message."""
        return max(self.told, key=lambda told: told.length)


def forecast(
    flow: Flow, language: str, capabilities: Capabilities, values: Mapping[str, str] | None = None
) -> Forecast:
    """What the ways of a flow, or of one of its variants, add up to.

    `values` fill variables; where one is unknown, 12 letters stand for it.
    """
    filled = {name: variable.value(language) or UNKNOWN for name, variable in flow.variables.items()}
    teller = _Teller(flow, language, capabilities, {**filled, **(values or {})})
    reached = reach(flow.first.id, onward(flow))  # a variant may go past steps that only others have
    told = {step.id: teller.step(index, step) for index, step in enumerate(flow.steps) if step.id in reached}
    thanks = teller.thanks()
    promptly = {step: _prompt_load(messages) for step, messages in told.items()}
    patiently = {step: _patient_load(messages) for step, messages in told.items()}
    return Forecast(
        language,
        _least(flow, promptly, _prompt_load([thanks])),
        _most(flow, promptly, _prompt_load([thanks])),
        _most(flow, patiently, _patient_load([thanks])),
        (*(message for messages in told.values() for message in messages), thanks),
    )


class _Teller:
    """Makes messages of a flow's texts."""

    def __init__(self, flow: Flow, language: str, capabilities: Capabilities, values: Mapping[str, str]) -> None:
        self._flow = flow
        self._language = language
        self._able = capabilities
        self._values = values
        self._skips = any(step.ask and not _decides(step) for step in flow.steps)

    def step(self, index: int, step: Step) -> list[Told]:
        """All that a step can say: its words, its question, and everything around the question."""
        told: list[Told] = []
        if step.say is not None:
            words = self._filled(step.say.of(self._language))
            told.append(self._tell(step.id, "say", ("steps", index, "say"), Prompt(words), led=index > 0))
        if step.ask is not None:
            told += self._question(index, step.id, step.ask)
        return told

    def thanks(self) -> Told:
        """What ends a survey that has nothing else to say."""
        path: Path = ("phrases", "thanks") if "thanks" in self._flow.phrases else ()
        return self._tell("", "thanks", path, Prompt(self._phrase("thanks")), led=True)

    def _question(self, index: int, step_id: str, question: Question) -> list[Told]:
        flow, language = self._flow, self._language
        options = question.options(language)
        where: Path = ("steps", index, "ask")
        tries = flow.patience.reask
        first = Prompt(self._filled(question.prompt(language).text), options)
        told = [self._tell(step_id, "question", (*where, "text"), first, led=index > 0)]
        around = (
            ("reminder", flow.reminder(step_id, language), len(flow.patience.reminders)),
            ("reask", flow.reask(step_id, language), tries),
        )
        for purpose, text, times in around:
            path: Path = (*where, purpose) if getattr(question, purpose) else ()
            told.append(self._tell(step_id, purpose, path, Prompt(self._filled(text), options), times=times))
        if question.type != "text":
            told.append(self._tell(step_id, "confirm", (), self._doubt(question, options), times=tries + 1))
        return [each for each in told if each.times]

    def _doubt(self, question: Question, options: tuple[Option, ...]) -> Prompt:
        answers = [option.label for option in options] or [str(bound) for bound in question.bounds or ()]
        yes = Option("yes", self._flow.phrase("yes", self._language))
        return Prompt(self._phrase("confirm", {"value": max(answers, key=len, default=UNKNOWN)}), (yes,))

    def _tell(self, step: str, purpose: str, path: Path, prompt: Prompt, *, times: int = 1, led: bool = False) -> Told:
        unit = self._able.text_unit
        shown = render(prompt, self._able).text
        roomy = render(prompt, replace(self._able, max_text=ENDLESS)).text
        if unit != "gsm7":
            return Told(step, purpose, path, shown, length(shown, unit), shown != roomy, times=times)
        counted = segments(shown)
        most = len(counted.parts)
        if led and self._skips:
            behind = Prompt(f"{self._phrase('skipped')}\n{prompt.text}", prompt.options)
            most = max(most, len(segments(render(behind, self._able).text).parts))
        return Told(step, purpose, path, shown, counted.units, shown != roomy, counted, most, times)

    def _phrase(self, name: str, extra: Mapping[str, str] | None = None) -> str:
        return fill(self._flow.phrase(name, self._language), {**self._values, **(extra or {})})

    def _filled(self, text: str) -> str:
        return fill(text, self._values)


def _decides(step: Step) -> bool:
    """Whether the way on depends on an answer: such a question is never left out."""
    return any(route.when is not None for route in step.next)


def _prompt_load(told: Iterable[Told]) -> Load:
    asked = [each for each in told if each.purpose in {"say", "question", "thanks"}]
    return Load(len(asked), sum(len(each.segments.parts) for each in asked if each.segments))


def _patient_load(told: Iterable[Told]) -> Load:
    messages = list(told)
    return Load(sum(each.times for each in messages), sum(each.led * each.times for each in messages))


def _least(flow: Flow, loads: Mapping[str, Load], thanks: Load) -> Load:
    """The fewest messages from the first step to the end, and of the ways with so few the fewest segments."""
    ways, silent = onward(flow), _silent(flow)
    first = loads[flow.first.id]
    best = {flow.first.id: first}
    waiting = [(first.messages, first.segments, flow.first.id)]
    while waiting:
        messages, parts, step = heappop(waiting)
        if step == END:
            return Load(messages, parts)
        for target in ways[step]:
            ahead = loads[target] if target != END else thanks if step in silent else Load()
            load = Load(messages, parts) + ahead
            if target not in best or load < best[target]:
                best[target] = load
                heappush(waiting, (load.messages, load.segments, target))
    return first  # no way leads to the end


def _most(flow: Flow, loads: Mapping[str, Load], thanks: Load) -> Load:
    """The most messages, and the most segments, on any way; a circle counts with all its steps, each once."""
    ways, silent = onward(flow), _silent(flow)
    found: dict[str, Load] = {}
    for circle in circles(flow.first.id, ways):
        beyond = [found[target] for step in circle for target in ways[step] - circle - {END}]
        beyond += [thanks for step in circle & silent if END in ways[step] or len(circle) > 1]
        own = sum((loads[step] for step in circle), Load())
        ahead = Load(max((b.messages for b in beyond), default=0), max((b.segments for b in beyond), default=0))
        found |= dict.fromkeys(circle, own + ahead)
    return found[flow.first.id]


def _silent(flow: Flow) -> frozenset[str]:
    """Steps that end a turn without words of their own: if nothing follows, the customer is thanked."""
    return frozenset(step.id for step in flow.steps if step.say is None or step.ask is not None)
