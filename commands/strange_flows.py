"""Surveys that the settings name and that there are not: where they stand, and what was probably meant."""

import os
from collections.abc import Collection
from pathlib import Path

from bot.outreach.policy import strangers
from flows import source
from flows.library import Source
from flows.problems import Finding, Problem
from settings import CONFIG_VARIABLE, DEFAULT_FILE, PREFIX, REFERENCE, Settings


def settings_file() -> Source | None:
    """The file that `settings.load` reads, with `${NAME}` as YAML can read it; None if there is none."""
    path = Path(os.environ.get(CONFIG_VARIABLE) or DEFAULT_FILE)
    if not path.exists():
        return None
    return Source(str(path), REFERENCE.sub("\ue000\ue000\\1\ue001", path.read_text("utf-8")))


def strange_flows(settings: Settings, flows: Collection[str]) -> list[Problem]:
    """Every one, as a warning: it may have been published elsewhere, or be retired."""
    file = settings_file()
    document = source.read(file.text if file else "", file.file if file else "")
    return [_placed(each, document) for each in strangers(settings.outreach.cool_down_by_flow, flows)]


def _placed(finding: Finding, document: source.Document) -> Problem:
    if finding.path in document.places:
        return document.problem(finding)
    variables = [name for name in os.environ if name.startswith(f"{PREFIX}OUTREACH")]
    where = f"environment {', '.join(sorted(variables))}"
    return Problem(where, 1, 1, finding.code, finding.message, finding.suggestion, finding.severity)
