"""Flows to converse with: the shipped surveys and one with every type of question."""

from pathlib import Path

import pytest

from flows.library import Library, load
from flows.model import Flow

EVERY_TYPE = Path(__file__).parents[2] / "transcripts" / "questions"


@pytest.fixture(scope="session")
def library() -> Library:
    return load([EVERY_TYPE])


@pytest.fixture(scope="session")
def survey(library: Library) -> Flow:
    """After-support: a score, a case for detractors, one follow-up question."""
    return library.get("after-support")
