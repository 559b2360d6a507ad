"""T18: a page that people see has its tests with hostile text and with axe-core, or this says what is missing."""

from pathlib import Path

import pytest

from web.policies import POLICIES, Role

HERE = Path(__file__).parent.parent / "browser"
SIGNED_IN = ("test_payloads.py::test_t18_s23_people_settings_and_the_trail", "test_signin.py::PAGES")
SURE = ("test_payloads.py::test_t18_s23_keys_data_confirmation_and_the_trail", "test_signin.py::PAGES")
CASES = ("test_payloads.py::test_t18_s23_cases", "test_inbox.py::test_axe_finds_nothing_and_nothing_sticks_out")
NUMBERS = (
    "test_payloads.py::test_t18_s23_comments_groups_and_conversations",
    "test_dashboard.py::test_nothing_shuts_anybody_out",
)
SURVEYS = ("test_payloads.py::test_t18_s23_surveys", "test_flows.py::test_axe_finds_nothing_and_nothing_sticks_out")
ASKING = (
    "test_outreach.py::test_s23_what_people_are_called_stays_text",
    "test_outreach.py::test_axe_finds_nothing_and_nothing_sticks_out",
)
REPORTS = (
    "test_reports.py::test_t18_s23_what_reports_are_called_and_tell",
    "test_reports.py::test_axe_finds_nothing_and_nothing_sticks_out",
)
IMPORTING = (
    "test_import.py::test_s23_what_a_file_says_stays_text",
    "test_import.py::test_axe_finds_nothing_and_nothing_sticks_out",
)

PAGES = {
    "/": NUMBERS, "/compare": NUMBERS, "/comments": NUMBERS, "/answers/{id}": NUMBERS,
    "/inbox": CASES, "/inbox/{id}": CASES,
    "/flows": SURVEYS, "/flows/{id}": SURVEYS, "/flows/{id}/edit": SURVEYS,
    "/outreach": ASKING, "/outreach/new": ASKING, "/outreach/{id}": ASKING, "/ledger": ASKING,
    "/contacts": ASKING, "/contacts/{id}": ASKING, "/contacts/import": IMPORTING,
    "/reports": REPORTS, "/reports/{id}": REPORTS, "/reports/{id}/letter": REPORTS,
    "/account": SIGNED_IN, "/confirm": SURE,
    "/settings": SIGNED_IN, "/settings/people": SIGNED_IN, "/settings/people/{id}": SIGNED_IN,
    "/settings/audit": SURE, "/settings/keys": SURE, "/settings/data": SURE,
}  # fmt: skip
"""(hostile text, axe-core); "" where there is none yet."""

MISSING: set[str] = set()
"""Pages that no payload has been on; it only gets shorter."""

NO_PAGES = {
    "/charts/{file}": "a picture",
    "/live": "a stream",
    "/inbox/live": "a stream",
    "/inbox/{id}/live": "a stream",
    "/inbox/{id}/files/{n}": "a file",
    "/outreach/{id}/live": "a stream",
    "/reports/{id}/pdf": "a file",
}


def test_t18_every_page_says_where_it_is_attacked_and_looked_at():
    """A new page stands here before it is published, and one that is gone does not."""
    seen = {
        name.removeprefix("GET ") for name, need in POLICIES.items() if isinstance(need, Role) and name[:4] == "GET "
    }
    assert seen == PAGES.keys() | NO_PAGES.keys()
    assert {path for path, (hostile, _) in PAGES.items() if not hostile} == MISSING


@pytest.mark.parametrize("where", sorted({each for pair in PAGES.values() for each in pair if each}))
def test_t18_the_tests_that_are_named_are_there(where):
    """And open the pages that they are named for."""
    file, _, name = where.partition("::")
    text = (HERE / file).read_text("utf-8")
    assert f"def {name}(" in text or f"\n{name} = " in text
    for path, pair in PAGES.items():
        if where in pair:
            assert path.partition("{")[0].rstrip("/") in text, path
