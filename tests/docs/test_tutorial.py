"""The tutorial is played as a newcomer would: files are written, commands run, and what it promises has to appear."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

_STEP = re.compile(
    r"`(?P<file>acme/[\w./-]+)`:\n\n```\w+\n(?P<content>.*?)```"
    r"|```console\n(?P<console>.*?)```"
    r"|<!-- replace (?P<replaced>\S+): (?P<old>[^\n]+?) → (?P<new>[^\n]+?) -->",
    re.DOTALL,
)


def run(line: str, folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """One line of a console block in a shell, with `run.py` standing for the real one."""
    line = re.sub(r"\brun\.py\b", f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'run.py'))}", line)
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def expect(block: str, folder: Path, environment: dict[str, str]) -> None:
    """Run a console block; the lines below a command are what has to appear, `…` for anything."""
    commands = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    for command in commands:
        line, _, promised = command.partition("\n")
        if line.startswith("export "):
            environment.update(pair.split("=", 1) for pair in shlex.split(line)[1:])
            continue
        done = run(line, folder, environment)
        output = done.stdout + done.stderr
        mistakes = "whyy" in promised
        assert done.returncode == (1 if mistakes else 0), f"$ {line}\n{output}"
        for fragment in filter(None, (piece.strip() for piece in promised.replace("\n", "…").split("…"))):
            assert fragment in output, f"$ {line}\ndoes not say {fragment!r} but\n{output}"


def test_tutorial_from_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file and every command of the tutorial, in order."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    ran = 0
    for step in _STEP.finditer(TUTORIAL):
        if step["file"]:
            path = tmp_path / step["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(step["content"], encoding="utf-8")
        elif step["replaced"]:
            path = tmp_path / step["replaced"]
            text = path.read_text(encoding="utf-8")
            assert step["old"] in text
            path.write_text(text.replace(step["old"], step["new"]), encoding="utf-8")
        else:
            expect(step["console"], tmp_path, environment)
            ran += 1
    assert ran >= 6


def test_readme_survey_is_sound(tmp_path: Path) -> None:
    """The survey in the README has no mistake."""
    flow = tmp_path / "readme.yaml"
    flow.write_text(re.search(r"```yaml\n(.*?)```", README, re.DOTALL)[1], encoding="utf-8")
    done = run(f"run.py check {flow}", tmp_path, {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "page", ["README.md", *(str(p.relative_to(ROOT)) for p in sorted((ROOT / "docs").rglob("*.md")))]
)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link and picture exists."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert ((ROOT / page).parent / target).exists(), f"{page} links to {target}"
