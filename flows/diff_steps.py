"""What changed inside one step: what it says, asks and does, and where it leads."""

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from flows.diff_words import Change, named, plain, reordered, shown, target, texts, who
from flows.model import Escalate, Question, Step
from flows.questions.choice import Choice
from flows.routing import Route, When
from flows.texts import Frozen, Text

_APART = {"type", "choices"}
_CASE = {"desk": "desk", "priority": "priority", "respond_within": "time to respond"}


def step_changes(name: str, old: Step | None, new: Step) -> Iterator[Change]:
    """Changes of a step without its id; `name` says where, None is a step that does nothing yet."""
    step = new.id
    yield from texts(f"{name}: words said", old.say if old else None, new.say, step=step)
    yield from _asked(name, step, old.ask if old else None, new.ask)
    yield from _done(name, step, old, new)
    yield from _led(name, step, old.next if old else (), new.next)


def _asked(name: str, step: str, old: Question | None, new: Question | None) -> Iterator[Change]:
    before, after = old.type if old else "", new.type if new else ""
    if old is None or new is None:
        if old is not new:
            sentence = (
                f"{name}: now asks for an answer ({after})" if new else f"{name}: asks nothing any more ({before})"
            )
            yield Change("question", sentence, step, "", before, after)
    else:
        yield from plain(f"{name}: type of the question", before, after, kind="question", step=step)
    fields = {field: None for question in (old, new) if question for field in type(question).model_fields}
    for field in fields:
        if field not in _APART:
            yield from _field(name, step, field, _value(old, new, field), _value(new, old, field))
    yield from _options(name, step, getattr(old, "choices", ()), getattr(new, "choices", ()))


def _value(question: Question | None, other: Question | None, field: str) -> Any:
    """What a question has under a key; of another question's key, that one's default."""
    owner = next(each for each in (question, other) if each is not None and field in type(each).model_fields)
    known = type(owner).model_fields[field]
    return getattr(question, field, None if known.is_required() else known.get_default(call_default_factory=True))


def _field(name: str, step: str, field: str, old: Any, new: Any) -> Iterator[Change]:
    """One key of a question: a text, words by name (labels), or a value."""
    kinds = (type(old), type(new))
    if Text in kinds:
        yield from texts(f"{name}: {field}", old, new, step=step)
    elif any(issubclass(kind, Mapping | Frozen) for kind in kinds):
        before, after = _by_name(old), _by_name(new)
        for key in dict.fromkeys((*before, *after)):
            noun = f"{name}: {field.removesuffix('s')} of {key}"
            yield from texts(noun, before.get(key), after.get(key), step=step)
    else:
        words = field.replace("_", " ")
        yield from plain(f"{name}: {words}", old, new, kind="question", step=step, field=field)


def _by_name(value: Mapping[Any, Text] | Frozen | None) -> dict[str, Text]:
    found = dict(value) if value is not None else {}  # pydantic's models come apart like mappings
    return {str(key): text for key, text in found.items() if text is not None}


def _options(name: str, step: str, old: tuple[Choice, ...], new: tuple[Choice, ...]) -> Iterator[Change]:
    before, after = (named((choice.value, choice) for choice in choices) for choices in (old, new))
    renamed = {
        value: other
        for value in before
        if value not in after
        for other in after
        if other not in before and after[other].label == before[value].label
    }
    for value, other in renamed.items():
        sentence = f"{name}: option {_label(before[value])} is now stored as {other} instead of {value}"
        yield Change("option", sentence, step, "", value, other)
    for value, choice in before.items():
        if value in after:
            yield from texts(f"{name}: label of {value}", choice.label, after[value].label, step=step)
        elif value not in renamed:
            yield Change("option", f"{name}: option {_label(choice)} ({value}) removed", step, "", value)
    for value, choice in after.items():
        if value not in before and value not in renamed.values():
            yield Change("option", f"{name}: option {_label(choice)} ({value}) added", step, "", "", value)
    then, now = [renamed.get(value, value) for value in before], list(after)
    if reordered(then, now):
        sentence = f"{name}: options in another order: {shown(then)} → {shown(now)}"
        yield Change("order", sentence, step, "", shown(then), shown(now))


def _label(choice: Choice) -> str:
    return " / ".join(f"“{words}”" for words in dict.fromkeys(choice.label.root.values()))


def _done(name: str, step: str, old: Step | None, new: Step) -> Iterator[Change]:
    for before, after in zip_longest(old.do if old else (), new.do):
        if before is None:
            case = _case(after.escalate)
            yield Change("case", f"{name}: now opens a case at {case}", step, "", "", case)
        elif after is None:
            case = _case(before.escalate)
            yield Change("case", f"{name}: opens no case any more at {case}", step, "", case)
        else:
            for field in Escalate.model_fields:
                was, now = (getattr(each.escalate, field) for each in (before, after))
                if field == "respond_within":  # 0 stands for nothing written
                    was, now = was or "as the desk has it", now or "as the desk has it"
                what = f"{name}: {_CASE[field]} of the case"
                yield from plain(what, was, now, kind="case", step=step, field=field)


def _case(escalate: Escalate) -> str:
    within = f", respond within {shown(escalate.respond_within, 'respond_within')}" if escalate.respond_within else ""
    return f"desk {escalate.desk} (priority {escalate.priority}{within})"


def _led(name: str, step: str, old: tuple[Route, ...], new: tuple[Route, ...]) -> Iterator[Change]:
    before, after = _routes(old), _routes(new)
    for key in dict.fromkeys((*before, *after)):
        was, now = before.get(key), after.get(key)
        if was is None or now is None or was.to != now.to:
            yield _way(name, step, was, now, others=len(after) > 1)
    if reordered(list(before), list(after)):
        then, this = ("; ".join(who(r.when, others=True) for r in routes.values()) for routes in (before, after))
        yield Change("order", f"{name}: ways are tried in another order: {then} → {this}", step, "", then, this)


def _way(name: str, step: str, old: Route | None, new: Route | None, *, others: bool) -> Change:
    before, after = target(old.to) if old else "", target(new.to) if new else ""
    if new is None:
        people = who(old.when, others=True) if old else ""
        sentence = f"{name}: {people} have no way of their own any more (they went to {before})"
    else:
        instead = f" instead of {before}" if old else ""
        sentence = f"{name}: {who(new.when, others=others)} now go to {after}{instead}"
    return Change("route", sentence, step, "", before, after)


def _routes(routes: tuple[Route, ...]) -> dict[str, Route]:
    """The routes by condition, with the one that every step has: on to the next."""
    found = named((_condition(route.when), route) for route in routes)
    return found if "" in found else {**found, "": Route(to="")}


def _condition(when: When | None) -> str:
    """Two conditions with one name mean the same, in whatever order they were written."""
    return json.dumps(_sorted(when.model_dump()), sort_keys=True) if when else ""


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    return sorted(set(value))
