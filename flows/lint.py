"""What in a file does not fit together: steps, languages, variables, phrases.

Works on the plain data of a file that need not be valid, so that an author sees everything at once; what only a
valid flow can get wrong is in `judgement`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from flows import phrases, templates
from flows.problems import Finding, Path, did_you_mean
from flows.routing import END
from flows.schema import Walk

Part = tuple[Path, str, Any]


def references(data: Any) -> Iterator[Finding]:
    """Everything in a file that refers to something else in it: steps, languages, variables, phrases."""
    if not isinstance(data, dict):
        return
    parts = sorted(Walk().parts(data), key=lambda part: [str(step).zfill(9) for step in part[0]])
    yield from _steps(parts)
    yield from _languages(data, parts)
    yield from _variables(data, parts)
    yield from _phrase_names(data)


def _steps(parts: Iterable[Part]) -> Iterator[Finding]:
    steps = [(path, value) for path, name, value in parts if name == "Step" and isinstance(value, dict)]
    known = Counter(str(step.get("id")) for _, step in steps if "id" in step)
    asking = {str(step.get("id")) for _, step in steps if step.get("ask") is not None}
    for path, step in steps:
        step_id = str(step.get("id"))
        if step_id == END:
            message = f"a step cannot be called '{END}': that is where a conversation ends"
            yield Finding((*path, "id"), "reserved-step", message, "give it another name")
        elif known[step_id] > 1:
            yield Finding((*path, "id"), "duplicate-step", f"there are {known[step_id]} steps '{step_id}'")
        if isinstance(step.get("next"), str):
            yield from _target((*path, "next"), step["next"], known)
    for path, name, value in parts:
        if name == "Route" and isinstance(value, dict) and isinstance(value.get("to"), str):
            yield from _target((*path, "to"), value["to"], known)
        elif name == "When" and isinstance(value, dict) and isinstance(value.get("answer"), dict):
            for step_id in value["answer"]:
                where = (*path, "answer", step_id)
                if step_id not in known:
                    hint = did_you_mean(step_id, asking)
                    yield Finding(where, "unknown-step", f"unknown step '{step_id}'", hint, at_key=True)
                elif step_id not in asking:
                    hint = did_you_mean("", asking)
                    yield Finding(
                        where, "no-question", f"the step '{step_id}' asks nothing", hint, at_key=True
                    )


def _target(path: Path, target: str, known: Collection[str]) -> Iterator[Finding]:
    if target != END and target not in known:
        yield Finding(path, "unknown-step", f"unknown step '{target}'", did_you_mean(target, {*known, END}))


def _languages(data: Mapping[str, Any], parts: Iterable[Part]) -> Iterator[Finding]:
    declared = data.get("languages")
    languages = [text for text in declared if isinstance(text, str)] if isinstance(declared, list) else []
    if not languages:
        return  # reported by the model; without languages nothing can be missing
    for language, count in Counter(languages).items():
        if count > 1:
            yield Finding(("languages",), "duplicate-language", f"'{language}' is there {count} times")
    for path, name, value in parts:
        if name != "Text":
            continue
        if isinstance(value, dict):
            for language in value:
                if language not in languages:
                    hint = did_you_mean(language, languages)
                    message = f"'{language}' is not among the flow's languages"
                    yield Finding((*path, language), "unknown-language", message, hint, at_key=True)
            for language in languages:
                if language not in value:
                    yield Finding(
                        path, "missing-translation", f"the text is missing in '{language}'", at_key=True
                    )
        elif isinstance(value, str) and len(set(languages)) > 1 and path[:1] != ("variables",):
            wanted = ", ".join(f"{language}: …" for language in languages)
            message = "the text is there in one language only"
            yield Finding(path, "missing-translation", message, f"write {{{wanted}}}")


def _variables(data: Mapping[str, Any], parts: Iterable[Part]) -> Iterator[Finding]:
    declared = data.get("variables")
    known = set(declared) if isinstance(declared, dict) else set()
    used: set[str] = set()
    for path, name, value in parts:
        if name != "Text":
            continue
        texts = value.items() if isinstance(value, dict) else [("", value)]
        own = (
            phrases.placeholders(str(path[1]))
            if path[0] == "phrases" and path[1] in phrases.shipped()
            else set()
        )
        for language, text in texts:
            where = (*path, language) if language else path
            if not isinstance(text, str):
                continue
            if path[0] == "variables":
                if "{{" in text:
                    yield Finding(where, "bad-placeholder", "a variable's value cannot mention variables")
                continue
            for rest in templates.leftovers(text):
                hint = "only {{ name }} is possible: lower-case letters, digits and _"
                yield Finding(where, "bad-placeholder", f"'{rest}' is no placeholder", hint)
            for variable in templates.names(text):
                used.add(variable)
                if variable not in known and variable not in own:
                    hint = did_you_mean(variable, known | own) or "declare it under `variables:`"
                    yield Finding(where, "undeclared-variable", f"undeclared variable '{variable}'", hint)
    for variable in sorted(known - used):
        message = f"the variable '{variable}' is used nowhere"
        yield Finding(("variables", variable), "unused-variable", message, severity="warning", at_key=True)


def _phrase_names(data: Mapping[str, Any]) -> Iterator[Finding]:
    own = data.get("phrases")
    for name in own if isinstance(own, dict) else ():
        if name not in phrases.shipped():
            hint = did_you_mean(name, phrases.shipped())
            yield Finding(
                ("phrases", name), "unknown-phrase", f"there is no phrase '{name}'", hint, at_key=True
            )
