"""`pytest tests/transcripts --update` writes what the bot says now into the golden conversations."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the golden conversations")
