"""What in a file does not fit together: steps, languages, variables, phrases.

Works on the plain data of a file that need not be valid, so that an author sees everything at once; what only
a valid flow can get wrong is in `judgement`.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any

from flows import phrases, templates
from flows.model import MAX_LANGUAGES
from flows.problems import Finding, Path, did_you_mean
from flows.routing import END
from flows.schema import Walk

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


def references(data: Any) -> Iterator[Finding]:
    """Everything in a file that refers to something else in it and does not find it."""
    if isinstance(data, dict):
        parts = [part for part in Walk().parts(data) if part[2] is not None]
        texts = [(path, value) for path, name, value in parts if name == "Text"]
        yield from _steps([(path, value) for path, name, value in parts if name == "Step"])
        yield from _routes(parts)
        yield from _languages(data.get("languages"), texts)
        yield from _variables(data.get("variables"), texts)
        yield from _phrase_names(data.get("phrases"))


def unused(data: Any) -> Iterator[Finding]:
    """Variables of a valid file that no text mentions and no condition looks at."""
    parts = list(Walk().parts(data))
    texts = [(path, value) for path, name, value in parts if name == "Text"]
    used = {name for _, text in _strings(texts) for name in templates.names(text)}
    conditions = [value for _, name, value in parts if name == "When" and isinstance(value, dict)]
    used |= {name for condition in conditions for name in condition.get("attribute") or ()}
    for variable in data.get("variables", {}):
        if variable not in used:
            message = f"the variable '{variable}' is used nowhere"
            yield Finding(("variables", variable), "unused-variable", message, severity="warning", at_key=True)


Part = tuple[Path, str, Any]
Texts = list[tuple[Path, Any]]


def _steps(steps: list[tuple[Path, Any]]) -> Iterator[Finding]:
    ids = Counter(step["id"] for _, step in steps if isinstance(step, dict) and isinstance(step.get("id"), str))
    for path, step in steps:
        step_id = step.get("id") if isinstance(step, dict) else None
        if step_id == END:
            message = f"a step cannot be called '{END}': that is where a conversation ends"
            yield Finding((*path, "id"), "reserved-step", message, "give it another name")
        elif isinstance(step_id, str) and ids[step_id] > 1:
            yield Finding((*path, "id"), "duplicate-step", f"there are {ids[step_id]} steps '{step_id}'")


def _routes(parts: list[Part]) -> Iterator[Finding]:
    steps = {str(value.get("id")): value for _, name, value in parts if name == "Step" and isinstance(value, dict)}
    asking = {step_id for step_id, step in steps.items() if step.get("ask") is not None}
    targets = {**steps, END: None}
    for path, name, value in parts:
        match name, value:
            case ("Route", {"to": str(target)}):
                yield from _target((*path, "to"), target, targets)
            case ("Step", {"next": str(target)}):
                yield from _target((*path, "next"), target, targets)
            case ("When", {"answer": dict(answers)}):
                for step_id in answers:
                    yield from _answered((*path, "answer", step_id), step_id, steps, asking)


def _target(path: Path, target: str, known: Collection[str]) -> Iterator[Finding]:
    if target not in known:
        yield Finding(path, "unknown-step", f"unknown step '{target}'", did_you_mean(target, known))


def _answered(path: Path, step_id: str, known: Collection[str], asking: set[str]) -> Iterator[Finding]:
    hint = did_you_mean(step_id, asking)
    if step_id not in known:
        yield Finding(path, "unknown-step", f"unknown step '{step_id}'", hint, at_key=True)
    elif step_id not in asking:
        yield Finding(path, "no-question", f"the step '{step_id}' asks nothing", hint, at_key=True)


def _languages(declared: Any, texts: Texts) -> Iterator[Finding]:
    # what is no language is reported with the model; nothing can be missing in it
    names = [name for name in declared if isinstance(name, str)] if isinstance(declared, list) else []
    languages = [name for name in names if _LANGUAGE.fullmatch(name)][:MAX_LANGUAGES]
    for language, count in Counter(languages).items():
        if count > 1:
            yield Finding(("languages",), "duplicate-language", f"'{language}' is there {count} times")
    for path, value in texts:
        if isinstance(value, dict):
            yield from _translations(path, value, languages)
        elif isinstance(value, str) and len(set(languages)) > 1 and path[0] != "variables":
            wanted = ", ".join(f"{language}: …" for language in languages)
            message = "the text is there in one language only"
            yield Finding(path, "missing-translation", message, f"write {{{wanted}}}")


def _translations(path: Path, text: dict[str, Any], languages: list[str]) -> Iterator[Finding]:
    for language in text if languages else ():
        if language not in languages:
            message = f"'{language}' is not among the flow's languages"
            hint = did_you_mean(language, languages)
            yield Finding((*path, language), "unknown-language", message, hint, at_key=True)
    for language in languages:
        if language not in text:
            yield Finding(path, "missing-translation", f"the text is missing in '{language}'", at_key=True)


def _variables(declared: Any, texts: Texts) -> Iterator[Finding]:
    variables = declared if isinstance(declared, dict) else {}
    short = [(("variables", name), value) for name, value in variables.items() if isinstance(value, str)]
    known = set(variables)
    for path, text in _strings([*texts, *short]):
        yield from _placeholders(path, text, known)


def _strings(texts: Texts) -> Iterator[tuple[Path, str]]:
    for path, value in texts:
        for language, text in value.items() if isinstance(value, dict) else [("", value)]:
            if isinstance(text, str):
                yield (*path, language) if language else path, text


def _placeholders(path: Path, text: str, known: set[str]) -> Iterator[Finding]:
    if path[0] == "variables":
        if "{{" in text:
            yield Finding(path, "bad-placeholder", "the value of a variable cannot mention variables")
        return
    for rest in templates.leftovers(text):
        hint = "only {{ name }} is possible: lower-case letters, digits and _"
        yield Finding(path, "bad-placeholder", f"'{rest}' is no placeholder", hint)
    if path[0] == "phrases" and path[1] in phrases.shipped():
        known = known | phrases.placeholders(str(path[1]))
    for variable in templates.names(text):
        if variable not in known:
            hint = did_you_mean(variable, known) or "declare it under `variables:`"
            yield Finding(path, "undeclared-variable", f"undeclared variable '{variable}'", hint)


def _phrase_names(own: Any) -> Iterator[Finding]:
    for name in own if isinstance(own, dict) else ():
        if name not in phrases.shipped():
            hint = did_you_mean(name, phrases.shipped())
            yield Finding(("phrases", name), "unknown-phrase", f"there is no phrase '{name}'", hint, at_key=True)
