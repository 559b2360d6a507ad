"""What several durability tests ask for."""

from pathlib import Path

import pytest


@pytest.fixture
def calm_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A second database, for the run in sequence."""
    path = tmp_path / "calm.db"
    path.write_bytes(sqlite_template.read_bytes())
    return f"sqlite:///{path}"
