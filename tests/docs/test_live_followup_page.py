"""docs/why/live-followup.md promises fifteen behaviours and says where each is tested: it is."""

import re

import pytest

from tests.docs.pages import ROOT, page

PAGE = page("docs/why/live-followup.md")
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]


def test_there_are_fifteen() -> None:
    """In their order, with the numbers that tests and issues use."""
    assert [int(section.partition(".")[0]) for section in SECTIONS] == [*range(1, 16)]


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.partition("\n")[0])
def test_each_is_tested_where_it_says(section: str) -> None:
    """Over the whole server, by number, or in the files and tests that it names, which are there."""
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", section)
    for file, test in named:
        assert f"def {test or 'test_'}" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"
    number = int(section.partition(".")[0])
    assert named or list((ROOT / "tests" / "live").glob(f"test_b{number:02}_*.py"))
