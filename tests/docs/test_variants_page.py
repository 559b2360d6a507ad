"""What the page about variants promises is run, from its own file, in an empty folder."""

import re
from pathlib import Path

from commands.experiment import VERDICTS, WORDS
from insights.experiment import ENOUGH
from tests.docs.pages import page, pieces, table
from tests.docs.test_tutorial import expect

PAGE = page("docs/howto/variants.md")


def test_every_command_does_what_it_says(tmp_path: Path):
    """With the survey of the page and an empty database."""
    [survey] = pieces(PAGE)
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / "coffee.yaml").write_text(survey.content, "utf-8")
    (tmp_path / "echolot.yaml").write_text("flows_dir: surveys\n", "utf-8")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "COLUMNS": "160"}
    expect("$ run.py db upgrade\n", tmp_path, environment)
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for block in blocks:
        expect(block, tmp_path, environment)
    assert len(blocks) == 5


def test_the_words_are_those_of_the_command():
    """In the example and in the table that explains them."""
    [example] = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    shown = re.findall(r"^  ([\w ]+): \S+ points \(\S+ to \S+\): (.+) \(p 0\.\d{3}\)$", example, re.MULTILINE)
    assert [name for name, _ in shown] == list(WORDS.values())
    assert {words for _, words in shown} <= set(VERDICTS.values())
    explained = {words for row in table(PAGE, "words", "meaning") for words in row[0].split("; ")}
    assert explained == set(VERDICTS.values())
    assert f"fewer than {ENOUGH} people" in PAGE
