"""Imports point one way (DESIGN §3): the contracts in pyproject.toml hold, and what they cannot see holds, too."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, calls, imported, name, product, tree

PREFIXES = (
    "flows/", "bot/bodies", "bot/cards", "bot/cases/", "bot/engine/", "bot/errors", "bot/hours", "bot/messages",
    "bot/render", "bot/segments",
)  # fmt: skip
PURE = [
    path
    for path in product()
    if name(path).startswith(PREFIXES)
    or name(path) in {"bot/runtime/lane.py", "bot/runtime/pace.py", "bot/runtime/route.py"}
]
READS_FILES = {"bot/cases/words.py", "flows/library.py", "flows/phrases.py"}
READS_FILES |= {"flows/reading/lexicon.py", "flows/reading/numerals.py", "flows/reading/optwords.py"}


def test_the_contracts_of_the_imports_hold():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_package_is_under_the_contracts():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    packages = [each for each in PACKAGES if (ROOT / each).is_dir()]
    line = next(line for line in text.splitlines() if line.startswith("root_packages"))
    assert [each for each in packages if f'"{each}"' not in line] == []
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert found <= set(PACKAGES)


@pytest.mark.parametrize(
    ("module", "users", "uses"),
    [
        ("settings", {"commands"}, {"bot", "flows", "channels", "insights", "integrations", "web"}),
        ("run", set(), {"bot", "commands"}),
    ],
)
def test_the_files_at_the_top_are_imported_from_above_only(module, users, uses):
    """run.py and settings.py are no packages, so the contracts do not see them."""
    by = {name(path).partition("/")[0] for path in product() if module in imported(path)}
    assert by <= users
    assert imported(ROOT / f"{module}.py") & set(PACKAGES) <= uses


def test_rules_ask_no_clock_and_no_person():
    asks = {"open", "print", "input"}
    found = [(name(path), called) for path in PURE for called, _ in calls(path) if called in asks or _now(called)]
    assert found == []


def _now(called: str) -> bool:
    return called.rpartition(".")[2] in {"now", "utcnow", "today"}


def test_rules_read_no_files_but_their_own():
    """`flows.library` reads the folders of flows when it is told to; the others read data of their package."""
    reads = {"read_text", "read_bytes"}
    found = {name(path) for path in PURE for called, _ in calls(path) if called.rpartition(".")[2] in reads}
    assert found <= READS_FILES


def test_rules_never_wait():
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert [name(path) for path in PURE for node in ast.walk(tree(path)) if isinstance(node, waits)] == []


def test_the_help_needs_none_of_the_parts():
    """DESIGN §5: the command line loads what it uses."""
    script = "import sys, run; run.main(['--help'])"
    check = "import atexit, sys; atexit.register(lambda: print(sorted({m.partition('.')[0] for m in sys.modules})))"
    out = subprocess.run(
        [sys.executable, "-c", f"{check}; {script}"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    heavy = {"twilio", "pydantic", "starlette", "asyncpg", "alembic", "uvicorn", "aiohttp", "yaml", "rich"}
    loaded = set(ast.literal_eval(out.splitlines()[-1]))
    assert "click" in loaded
    assert loaded & heavy == set()
