"""The library: the newest flow of each id, every revision, and all problems of all files at once."""

from pathlib import Path

import pytest

from flows.library import SHIPPED, Library, Source, UnknownFlow, load, problems_of, read_folders
from flows.problems import FlowProblems

TINY = """\
format: 1
id: {id}
kind: transactional
languages: [en]
variables: {{company: Acme}}
steps:
  - id: score
    ask: {{type: nps, text: "{{{{ company }}}} {words}: 0 to 10? STOP to opt out"}}
"""


def tiny(flow_id: str = "tiny", words: str = "here") -> str:
    return TINY.format(id=flow_id, words=words)


def test_shipped_surveys_are_there():
    library = load()
    assert [flow.id for flow in library.flows] == ["after-support", "relationship"]
    assert library.warnings == ()


def test_get_and_revision():
    library = Library([Source("a", tiny())])
    flow = library.get("tiny")
    assert library.revision(flow.revision) is flow
    assert library.source(flow.revision) == tiny()
    assert library.revision("0" * 32) is None


def test_an_unknown_flow_is_answered_with_a_suggestion():
    with pytest.raises(UnknownFlow, match="there is no flow 'relationshp'; did you mean 'relationship'"):
        load().get("relationshp")


def test_an_older_revision_joins_without_becoming_current():
    library = Library([Source("a", tiny())])
    old = library.add_source(tiny(words="calling").encode())
    assert library.get("tiny").revision != old.revision
    assert library.revision(old.revision) is old
    assert library.source(old.revision) == tiny(words="calling")


def test_an_older_revision_needs_only_its_shape():
    """Lint learns; a conversation that runs must not stop for it."""
    unreachable = tiny() + "    next: end\n  - id: lost\n    say: Bye\n"
    with pytest.raises(FlowProblems):
        Library([Source("a", unreachable)])
    assert Library().add_source(unreachable).step("lost")


def test_an_older_revision_without_shape_is_refused():
    with pytest.raises(FlowProblems, match="unknown key 'nxt'"):
        Library().add_source(tiny() + "    nxt: end\n")
    with pytest.raises(FlowProblems, match="database:1:4"):
        Library().add_source("a: *x")


def test_all_problems_of_all_files_at_once():
    with pytest.raises(FlowProblems) as raised:
        Library([Source("a", tiny() + "    next: nd\n"), Source("b", tiny("other")), Source("c", "")])
    assert [(problem.file, problem.code) for problem in raised.value.problems] == [
        ("a", "unknown-step"),
        ("c", "empty"),
    ]


def test_admins_replace_shipped_flows_but_not_their_own(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(tiny("relationship"), encoding="utf-8")
    assert len(load([tmp_path]).get("relationship").languages) == 1
    (tmp_path / "too.yml").write_text(tiny("relationship"), encoding="utf-8")
    with pytest.raises(FlowProblems, match=r"too\.yml:2:5: error: the flow 'relationship' is also in .*mine\.yaml"):
        load([tmp_path])


def test_the_same_file_twice_is_no_problem(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text(tiny(), encoding="utf-8")
    sources = [*read_folders([tmp_path]), *read_folders([tmp_path])]
    assert problems_of(sources) == []


def test_warnings_do_not_keep_a_flow_from_running():
    library = Library([Source("a", tiny().replace(" STOP to opt out", ""))])
    assert [warning.code for warning in library.warnings] == ["no-stop-hint"]
    assert library.get("tiny")


def test_only_yaml_files_are_read(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert list(read_folders([tmp_path])) == []
    assert len(list(read_folders([SHIPPED]))) == 2
