"""What changed between two flows, in words that the author of a survey reads."""

from collections.abc import Iterator, Sequence
from typing import Any

from flows.diff_steps import step_changes
from flows.diff_words import Change, named, plain, reordered, shown, texts
from flows.model import Flow, Patience, Step, Variable

__all__ = ["Change", "changes"]

_APART = {"languages", "patience", "variables", "phrases", "variants", "steps"}  # each has its own words


def changes(old: Flow, new: Flow) -> tuple[Change, ...]:
    """All changes from `old` to `new`; empty if both have one revision, and only then.

    Where the files differ and mean the same (a default written out, `24h` for `1d`), one change of the kind
    `writing` says so.
    """
    found = [*_settings(old, new), *_variables(old, new), *_phrases(old, new), *_steps(old, new), *_variants(old, new)]
    languages = list(_languages(old, new, found))
    gone = {change.language for change in languages if change.before and not change.after}
    found = [change for change in found if change.after or not change.language or change.language not in gone]
    if not languages and not found and old.revision != new.revision:
        return (Change("writing", "written down otherwise; it means the same"),)
    return *languages, *found


def _settings(old: Flow, new: Flow) -> Iterator[Change]:
    for field in Flow.model_fields:
        if field not in _APART:
            yield from plain(field, getattr(old, field), getattr(new, field), kind="flow")
    for field in Patience.model_fields:
        was, now = (getattr(flow.patience, field) for flow in (old, new))
        yield from plain(field, was, now, kind="patience", field=field)


def _languages(old: Flow, new: Flow, found: Sequence[Change]) -> Iterator[Change]:
    """A language that is gone takes its texts along: they are counted, not listed."""
    for language in dict.fromkeys((*old.languages, *new.languages)):
        if language not in new.languages:
            lost = sum(change.language == language and not change.after for change in found)
            rest = f", with {lost} text{'s' * (lost > 1)}" if lost else ""
            yield Change("language", f"language {language} removed{rest}", "", language, language)
        elif language not in old.languages:
            yield Change("language", f"language {language} added", "", language, "", language)
    yield from _order("languages", old.languages, new.languages, " (the first is used where none fits)")


def _variables(old: Flow, new: Flow) -> Iterator[Change]:
    for name in dict.fromkeys((*old.variables, *new.variables)):
        what = f"variable {name}"
        if name not in new.variables:
            yield Change("variable", f"{what} removed", "", "", name)
            continue
        was, now = old.variables.get(name), new.variables[name]
        if was is None:
            yield Change("variable", f"{what} added", "", "", "", name)
        was = was or Variable()
        yield from texts(f"{what}: default", was.default, now.default, kind="variable")
        for field in Variable.model_fields:
            if field != "default":
                yield from plain(f"{what}: {field}", getattr(was, field), getattr(now, field), kind="variable")


def _phrases(old: Flow, new: Flow) -> Iterator[Change]:
    for name in dict.fromkeys((*old.phrases, *new.phrases)):
        yield from texts(f"phrase {name}", old.phrases.get(name), new.phrases.get(name), kind="phrase")


def _steps(old: Flow, new: Flow) -> Iterator[Change]:
    before, after = (named((step.id, step) for step in flow.steps) for flow in (old, new))
    renamed = _renamed(before, after)
    for was, now in renamed.items():
        yield Change("step", f"step {was} is now called {now}", now, "", was, now)
    before = {renamed.get(name, name): _rewritten(step, renamed) for name, step in before.items()}
    for name, step in before.items():
        if name not in after:
            yield Change("step", f"step {name} removed", name, "", name)
        else:
            yield from step_changes(name, step, after[name])
    order = list(after)
    for position, name in enumerate(order):
        if name not in before:
            yield Change("step", f"new step {name} {_place(order, position)}", name, "", "", name)
            yield from step_changes(name, None, after[name])
    yield from _moved(list(before), order)


def _renamed(before: dict[str, Step], after: dict[str, Step]) -> dict[str, str]:
    """Steps that have nothing but another id, by their old one."""
    found: dict[str, str] = {}
    for name, step in before.items():
        same = [
            other
            for other in after
            if other not in before and other not in found.values() and _content(after[other]) == _content(step)
        ]
        if name not in after and same:
            found[name] = same[0]
    return found


def _content(step: Step) -> dict[str, Any]:
    return step.model_dump(exclude={"id"})


def _rewritten(step: Step, renamed: dict[str, str]) -> Step:
    """The step as it would read with the new ids: what only follows a new name is no change of its own."""
    if not renamed:
        return step
    routes = []
    for route in step.next:
        when = route.when
        if when is not None:
            answer = {renamed.get(asked, asked): values for asked, values in when.answer.items()}
            when = when.model_copy(update={"answer": answer})
        routes.append(route.model_copy(update={"to": renamed.get(route.to, route.to), "when": when}))
    return step.model_copy(update={"id": renamed.get(step.id, step.id), "next": tuple(routes)})


def _moved(old: list[str], new: list[str]) -> Iterator[Change]:
    """Steps that stand elsewhere; as many as possible count as having stayed."""
    common = [name for name in old if name in new]
    staying = _longest_rise([new.index(name) for name in common])
    for name in sorted(common, key=new.index):
        if new.index(name) not in staying:
            was, now = _place(old, old.index(name)), _place(new, new.index(name))
            yield Change("order", f"step {name} moved: now {now}, before {was}", name, "", was, now)


def _longest_rise(numbers: list[int]) -> set[int]:
    """The longest part of a list, gaps allowed, in which every number is larger than the one before."""
    best: list[list[int]] = []
    for index, number in enumerate(numbers):
        rises = [best[earlier] for earlier in range(index) if numbers[earlier] < number]
        best.append([*_longest(rises), number])
    return set(_longest(best))


def _longest(lists: list[list[int]]) -> list[int]:
    longest: list[int] = []
    for each in lists:
        longest = each if len(each) > len(longest) else longest
    return longest


def _place(order: Sequence[str], position: int) -> str:
    return f"after {order[position - 1]}" if position else "at the beginning"


def _variants(old: Flow, new: Flow) -> Iterator[Change]:
    before, after = (getattr(flow, "variants", {}) for flow in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield Change("variant", f"variant {name} removed", "", "", name)
            continue
        was, now = before.get(name), after[name]
        if was is None:
            yield Change("variant", f"variant {name} added, for {now.share} %", "", "", "", name)
        else:
            yield from plain(f"variant {name}: share", f"{was.share} %", f"{now.share} %", kind="variant")
        yield from _patch(f"variant {name}", was.steps if was else (), now.steps)
    yield from _order("variants", list(before), list(after))


def _patch(variant: str, old: Sequence[Step], new: Sequence[Step]) -> Iterator[Change]:
    """The steps of a variant beside those it had; their order matters only for steps that the flow lacks."""
    before, after = (named((step.id, step) for step in steps) for steps in (old, new))
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield Change("variant", f"{variant}: step {name} is as the flow has it again", name, "", name)
        else:
            if name not in before:
                yield Change("variant", f"{variant}: own step {name}", name, "", "", name)
            yield from step_changes(f"{variant}, {name}", before.get(name), after[name])
    yield from _order(f"{variant}: steps", list(before), list(after))


def _order(what: str, old: Sequence[str], new: Sequence[str], why: str = "") -> Iterator[Change]:
    if reordered(old, new):
        before, after = shown(old), shown(new)
        yield Change("order", f"{what} in another order: {before} → {after}{why}", "", "", before, after)
