"""docs/reference/security.md: every test that it names is there, and every test of its promises is a test."""

import ast
import re

import pytest

from sandbox.oidc.tokens import FORGERIES, TWISTS
from tests.docs.pages import ROOT, page, table
from web.guard import API_LIMIT, HOOK_LIMIT
from web.import_shapes import MOST_COLUMNS, MOST_FILE, MOST_ROWS
from web.server import READ_SECONDS, SLOWEST
from web.throttle import AT_ONCE

PAGE = page("docs/reference/security.md")
ROWS = table(PAGE, "promise", "what it says", "proven by")
NAMED = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[2])})


@pytest.mark.parametrize("name", NAMED)
def test_the_test_is_there(name):
    """In the file that the page names, at its top level, so that pytest finds it."""
    path, _, wanted = name.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    functions = ast.FunctionDef, ast.AsyncFunctionDef
    assert wanted in [each.name for each in tree.body if isinstance(each, functions)]


@pytest.mark.parametrize("promise", ["S18", "S32", "S33", "S36", "S37", "S39", "S40"])
def test_each_promise_has_its_rows_and_its_own_tests(promise):
    """With at least one test that carries its number."""
    proofs = [row[2] for row in ROWS if row[0] == promise]
    assert proofs
    assert f"_{promise.lower()}_" in "".join(proofs)
    assert all("`tests/" in each for each in proofs)


def test_the_figures_are_those_of_the_program():
    """As far as the page writes them out."""
    assert f"{len(set(TWISTS) - {'auth_time missing'}) + len(FORGERIES)} ways to forge" in PAGE
    assert f"{AT_ONCE:,} webhooks" in PAGE
    assert f"{HOOK_LIMIT // 1024} kB" in PAGE
    assert f"{API_LIMIT // 1024 // 1024} MB" in PAGE
    assert f"{MOST_FILE // 1024 // 1024} MB, {MOST_ROWS:,} rows and {MOST_COLUMNS} columns" in PAGE
    assert f"longer than {READ_SECONDS} s as long as {SLOWEST // 1024} kB a second" in PAGE
