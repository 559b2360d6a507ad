"""What the pages for authors of surveys promise about the editor and about CI is run, in a repository of one's own."""

import json
import os
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.docs.pages import ROOT, page
from tests.docs.test_tutorial import TUTORIAL, expect

CI, EDITOR = page("docs/howto/ci.md"), page("docs/howto/editor.md")
SURVEY = re.search(r"`acme/surveys/coffee.yaml`:\n\n```yaml\n(.*?)```", TUTORIAL, re.DOTALL)[1].replace("whyy", "why")
SAID = "# Cold.\nflow: coffee\n\n> 2, the espresso was cold\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One survey with one conversation, and no settings."""
    (tmp_path / "surveys" / "transcripts").mkdir(parents=True)
    (tmp_path / "surveys" / "coffee.yaml").write_text(SURVEY, "utf-8")
    (tmp_path / "surveys" / "transcripts" / "unhappy.txt").write_text(SAID, "utf-8")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    expect("$ run.py test surveys --update\n", tmp_path, environment)
    return tmp_path


@pytest.mark.parametrize("text", [CI, EDITOR], ids=["ci", "editor"])
def test_every_command_does_what_it_says(repository: Path, text: str):
    """Each console block, in order."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(repository)}
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    for block in blocks:
        expect(block, repository, environment)
    assert blocks
    assert json.loads((repository / "findings.sarif").read_text("utf-8"))["runs"][0]["results"] == []


def test_the_workflow_runs_commands_that_exist():
    """Those of the page, with the Python that the target of the Makefile makes."""
    [text] = re.findall(r"```yaml\n(name: surveys.*?)```", CI, re.DOTALL)
    steps = yaml.safe_load(text)["jobs"]["check"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[0] == "make -C echolot .venv/.run"
    assert "\n.venv/.run:" in page("Makefile")
    for run in runs[1:]:
        assert run.startswith("echolot/.venv/bin/python echolot/run.py ")
        assert f"$ {run.partition('echolot/run.py ')[2]}".strip("$ ") in CI.replace("run.py ", "")


def test_the_editors_schemas_are_there_and_take_the_survey():
    """All files that the page names."""
    [text] = re.findall(r"```json\n(.*?)```", EDITOR, re.DOTALL)
    names = [name.removeprefix("./echolot/") for name in json.loads(text)["yaml.schemas"]]
    schemas = {name: json.loads((ROOT / name).read_text("utf-8")) for name in names}
    assert len(schemas) == 3
    jsonschema.validate(yaml.safe_load(SURVEY), schemas["docs/reference/flow.schema.json"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(yaml.safe_load(SURVEY) | {"stepps": []}, schemas["docs/reference/flow.schema.json"])
