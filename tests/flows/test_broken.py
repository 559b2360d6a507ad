"""Every broken flow in `broken/` is refused, at the places its first lines name, and nowhere else.

A file begins with lines `# expect: LINE:COLUMN CODE`, one per problem.
"""

import ast
import re
from pathlib import Path

import pytest

from flows.loader import check, load
from flows.problems import FlowProblems

BROKEN = sorted((Path(__file__).parent / "broken").glob("*.yaml"))
EXPECT = re.compile(r"^# expect: (\d+):(\d+) (\S+)$", re.MULTILINE)
WARNINGS = {"no-sender", "no-stop-hint", "unused-variable", "missing-phrase", "lost-routes"}


def test_the_corpus_is_there():
    assert len(BROKEN) >= 40


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.stem)
def test_broken(path):
    text = path.read_text(encoding="utf-8")
    expected = [(int(line), int(column), code) for line, column, code in EXPECT.findall(text)]
    checked = check(path.read_bytes(), path.name)
    # several texts behind one value (a bomb's aliases, two bad placeholders) may share code and place
    assert sorted({(p.line, p.column, p.code) for p in checked.problems}) == expected
    assert expected
    fatal = {code for *_, code in expected} - WARNINGS
    assert (checked.flow is None) == bool(fatal)
    for problem in checked.problems:
        assert problem.message, problem
        assert str(problem).startswith(f"{path.name}:{problem.line}:{problem.column}: {problem.severity}: ")
    if fatal:
        with pytest.raises(FlowProblems) as raised:
            load(text, path.name)
        assert raised.value.problems == checked.problems


SUGGESTIONS = {
    "unknown-step": "did you mean 'thanks'?",
    "unknown-key": "did you mean 'next'?",
    "unknown-question-type": "did you mean 'nps'?",
    "unknown-segment": "did you mean 'detractor'?",
    "unknown-phrase": "did you mean 'stopped'?",
    "misspelt-variable": "did you mean 'company'?",
    "no-variables-declared": "declare it under `variables:`",
    "unknown-priority": "did you mean 'high'?",
    "bad-kind": "did you mean 'transactional'?",
    "bad-scale": "there is '5', '7'",
    "text-is-a-boolean": "put it in quotes",
    "one-language-only": "write {de: …, en: …}",
    "colon-in-text": "put texts that contain a colon in quotes",
    "unknown-language": "there is 'de', 'en'",
}


@pytest.mark.parametrize(("name", "suggestion"), SUGGESTIONS.items())
def test_suggestions(name, suggestion):
    path = Path(__file__).parent / "broken" / f"{name}.yaml"
    assert suggestion in [problem.suggestion for problem in check(path.read_bytes(), name).problems]


def codes(path: Path) -> set[str]:
    """The codes that a module gives to problems: the first text among the arguments of what makes them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Finding", "self._refuse", "reader.report"}:
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            found |= set(texts[:1])
    return found - {""}


def test_every_code_of_the_package_is_in_the_corpus():
    """A check without a broken flow that trips it would be a check nobody has seen work."""
    package = Path(__file__).parents[2] / "flows"
    known = {code for path in [*package.glob("*.py"), *package.glob("questions/*.py")] for code in codes(path)}
    seen = {code for path in BROKEN for *_, code in EXPECT.findall(path.read_text(encoding="utf-8"))}
    elsewhere = {"too-big", "not-utf8", "unknown-desk", "duplicate-flow"}  # need more than one small file
    assert known - elsewhere - seen == set()
    assert len(known) > 30
