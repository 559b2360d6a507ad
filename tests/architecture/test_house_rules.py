"""How the code is written: small files and functions, a first line that says what it is, nothing dangerous."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import run
from tests.architecture import sources
from tests.architecture.commands_page import page
from tests.architecture.sources import ROOT, calls, imported, name, tree

BANNED = re.compile(r"utils?|common|core|services?|helpers?|managers?")
PRODUCT = sources.product()
EVERY = [*PRODUCT, *sources.tests()]
RUNS_WHAT_IT_READS = {"eval", "exec", "compile", "os.system", "os.popen", "yaml.unsafe_load", "yaml.full_load"}


def test_the_first_line_of_every_module_says_what_it_is():
    assert [name(path) for path in EVERY if not _introduced(path)] == []


def _introduced(path: Path) -> bool:
    doc = ast.get_docstring(tree(path))
    text = path.read_text(encoding="utf-8").removeprefix("#!/usr/bin/env python3\n")
    return bool(doc) and text.startswith('"""')


def test_files_are_short():
    long = {name(path) for path in PRODUCT if len(path.read_text(encoding="utf-8").splitlines()) > 300}
    assert long == set()


def test_functions_are_short():
    long = {(name(path), node.name) for path in EVERY for node, length in _functions(path) if length > 60}
    assert long == set()


def _functions(path: Path) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, int]]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, (node.end_lineno or 0) - node.lineno + 1


def test_no_file_and_no_class_has_a_name_that_says_nothing():
    files = [name(path) for path in EVERY for part in re.split(r"[/._]", name(path)) if BANNED.fullmatch(part)]
    classes = [
        (name(path), node.name)
        for path in PRODUCT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for word in re.findall(r"[A-Z][a-z]+", node.name)
        if BANNED.fullmatch(word.lower())
    ]
    assert files + classes == []


def test_s38_nothing_runs_what_it_reads():
    modules = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
    assert [name(path) for path in PRODUCT if imported(path) & modules] == []
    everywhere = [(name(path), called, call) for path in PRODUCT for called, call in calls(path)]
    assert [(where, called) for where, called, _ in everywhere if called in RUNS_WHAT_IT_READS] == []
    assert [(where, called) for where, called, call in everywhere if "shell" in _keywords(call)] == []


def test_s29_yaml_is_read_by_a_safe_loader():
    for path in PRODUCT:
        reads = [call for called, call in calls(path) if called in {"yaml.load", "yaml.compose", "yaml.parse"}]
        text = path.read_text(encoding="utf-8")
        assert all("Loader" in _keywords(call) for call in reads), name(path)
        assert not reads or "SafeLoader" in text, name(path)
        assert not re.search(r"yaml\.(C?Loader|UnsafeLoader|FullLoader)\b", text), name(path)


def _keywords(call: ast.Call) -> set[str | None]:
    return {keyword.arg for keyword in call.keywords}


def test_nothing_is_left_for_later():
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [name(path) for path in PRODUCT if later.search(path.read_text(encoding="utf-8"))] == []


def test_every_command_is_explained():
    """`python -m tests.architecture.commands_page > docs/reference/commands.md` brings the page up to date."""
    text = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert text == page()
    assert [command for command in run.COMMANDS if f"## `run.py {command}`" not in text] == []
