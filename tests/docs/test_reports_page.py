"""docs/howto/reports.md: its settings load, its report is one; the reference is what the model says."""

from pathlib import Path

import pytest
import yaml

import settings
from commands.reports import known_to
from insights.reports.plan import check
from tests.docs import reports_page
from tests.docs.pages import ROOT, page, pieces

PAGE = page("docs/howto/reports.md")


def test_the_pages_settings_load_and_its_report_is_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a Slack channel."""
    monkeypatch.setenv("SMTP_PASSWORD", "p")
    path = tmp_path / settings.DEFAULT_FILE
    monkeypatch.setenv(settings.CONFIG_VARIABLE, str(path))
    first, report = pieces(PAGE)
    slack = "channels:\n  slack: {kind: slack, bot_token: xoxb-1, signing_secret: s}\n"
    path.write_text(first.content + slack, encoding="utf-8")
    loaded = settings.load()
    assert check(report.content, "weekly.yaml", known_to(loaded)).problems == ()
    assert yaml.safe_load(first.content)["reports_dir"] == "reports"


def test_the_reference_is_what_the_model_says() -> None:
    """Made by `python -m tests.docs.reports_page`."""
    assert (ROOT / "docs/reference/reports.md").read_text("utf-8") == reports_page.markdown()
    assert (ROOT / "docs/reference/report.schema.json").read_text("utf-8") == reports_page.schema_text()
