"""What a whole flow would do: its ways, its first message, its questions."""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from flows import phrases, reading, templates
from flows.model import Flow, Step
from flows.problems import Finding, did_you_mean
from flows.routing import END, When
from flows.ways import onward, reach

SENDERS = ("company", "brand", "sender")
OUTSIDE = frozenset({
    "welcome", "restarted", "link_used", "link_expired", "link_unknown", "entry_again", "entry_closed", "entry_stopped",
})  # fmt: skip


def judge(flow: Flow, desks: Collection[str] | None = None) -> Iterator[Finding]:
    """Everything that only a valid flow can get wrong.

    `desks` are the names of the known desks; None: do not judge them.
    """
    yield from _ways(flow)
    yield from _conditions(flow)
    yield from _patience(flow)
    yield from _first_message(flow)
    yield from _standard_phrases(flow)
    for index, step in enumerate(flow.steps):
        if step.ask:
            yield from (finding.below(("steps", index, "ask")) for finding in step.ask.problems())
        for number, action in enumerate(step.do):
            desk = action.escalate.desk
            if desks is not None and desk not in desks:
                where = ("steps", index, "do", number, "escalate", "desk")
                hint = did_you_mean(desk, desks) or "add it under `desks:` in the settings"
                yield Finding(where, "unknown-desk", f"there is no desk '{desk}'", hint)


def _ways(flow: Flow) -> Iterator[Finding]:
    ways = onward(flow)
    reached = reach(flow.first.id, ways)
    # with the steps that wait for the customer taken out, what is left must not go round in circles
    silent = {step.id: ways[step.id] for step in flow.steps if step.ask is None}
    circling = {step for step in silent if any(step in reach(target, silent) for target in silent[step])}
    for index, step in enumerate(flow.steps):
        where = ("steps", index, "id")
        if step.id not in reached:
            yield Finding(where, "unreachable-step", f"no way leads to the step '{step.id}'")
        elif step.id in circling:
            message = f"the step '{step.id}' comes back to itself without asking anything: it would never stop"
            yield Finding(where, "endless-loop", message)
        elif not circling and END not in reach(step.id, ways):
            yield Finding(where, "no-end", f"from the step '{step.id}' no way leads to the end")
        for number, route in enumerate(step.next[:-1]):
            if route.when is None:
                message = "this route is always taken: those below it never are"
                yield Finding(("steps", index, "next", number), "dead-route", message, "move it to the end")


def _conditions(flow: Flow) -> Iterator[Finding]:
    scored = any(step.ask and step.ask.type == "nps" for step in flow.steps)
    for index, step in enumerate(flow.steps):
        for number, route in enumerate(step.next):
            if route.when is None:
                continue
            where = ("steps", index, "next", number, "when")
            if route.when == When():
                message = "the condition is empty, so it always holds"
                yield Finding(where, "empty-condition", message, "leave out `when` or name what must hold")
            if route.when.segment and not scored:
                message = "segments come from an nps question, and there is none"
                yield Finding((*where, "segment"), "no-score", message)
            for language in route.when.language:
                if language not in flow.languages:
                    message = f"'{language}' is not among the flow's languages"
                    yield Finding(
                        (*where, "language"),
                        "unknown-language",
                        message,
                        did_you_mean(language, flow.languages),
                    )
            for name, values in route.when.answer.items():
                yield from _possible(flow.step(name), values, flow.languages[0], (*where, "answer", name))


def _possible(step: Step, values: Collection[str], language: str, where: tuple[str | int, ...]) -> Iterator[Finding]:
    options = [option.value for option in step.ask.options(language)] if step.ask else []
    for value in values:
        if options and value not in options:
            message = f"'{value}' is not an answer to '{step.id}'"
            yield Finding(where, "impossible-answer", message, did_you_mean(value, options))


def _patience(flow: Flow) -> Iterator[Finding]:
    patience = flow.patience
    if list(patience.reminders) != sorted(set(patience.reminders)):
        yield Finding(("patience", "reminders"), "bad-patience", "reminders must be one later than the other")
    if patience.reminders and max(patience.reminders) >= patience.expires:
        message = "a reminder would come after the question has expired"
        yield Finding(("patience", "reminders"), "bad-patience", message, "remind earlier or let it expire later")
    if patience.expires <= 0:
        yield Finding(("patience", "expires"), "bad-patience", "the question would expire at once")


def _first_message(flow: Flow) -> Iterator[Finding]:
    """RELIABILITY C10: who writes, and how to make it stop."""
    index, step = next(((i, s) for i, s in enumerate(flow.steps) if s.say or s.ask), (0, flow.first))
    text = step.say or (step.ask.text if step.ask else None)
    if text is None:
        return
    path: tuple[str | int, ...] = ("steps", index, "say") if step.say else ("steps", index, "ask", "text")
    for language in flow.languages:
        words = text.of(language)
        if step.say and step.ask:  # both go out at once
            words = f"{words} {step.ask.text.of(language)}"
        where = (*path, language)
        if not set(SENDERS) & set(templates.names(words)):
            hint = "mention {{ company }}"
            yield Finding(where, "no-sender", "the first message does not say who is writing", hint, "warning")
        if not any(reading.keyword(word, language) == "stop" for word in _wordings(words)):
            hint = "add for example: Reply STOP to opt out"
            yield Finding(where, "no-stop-hint", "the first message does not say how to opt out", hint, "warning")


def _may_be_said(flow: Flow, name: str) -> bool:
    """Whether a session of this flow can say a standard phrase; some are said outside of all sessions."""
    if name in OUTSIDE:
        return False
    questions = flow.questions.values()
    if name.startswith("reask"):
        wanted = name.removeprefix("reask").removeprefix("_")
        general = "reask" in flow.phrases
        asked = [question for question in questions if question.reask is None]
        specific = {question.type for question in asked if f"reask_{question.type}" in phrases.shipped()}
        return wanted in specific and not general if wanted else any(each.type not in specific for each in asked)
    if name == "no":
        return any(question.type == "yes_no" and "no" not in getattr(question, "labels", {}) for question in questions)
    return True


def _wordings(text: str) -> list[str]:
    """The words of a text, and each two that stand together: "STOP/END", "opt out"."""
    words = re.findall(r"\w+", text)
    return [*words, *(f"{one} {other}" for one, other in pairwise(words))]


def _standard_phrases(flow: Flow) -> Iterator[Finding]:
    for index, language in enumerate(flow.languages):
        missing = [
            name
            for name, texts in phrases.shipped().items()
            if name not in flow.phrases and language.partition("-")[0] not in texts and _may_be_said(flow, name)
        ]
        if missing:
            message = f"customers would read these phrases in English instead of '{language}': {', '.join(missing)}"
            hint = "add them under `phrases:`"
            yield Finding(("languages", index), "missing-phrase", message, hint, "warning")
