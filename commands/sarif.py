"""Problems as a SARIF 2.1.0 document (OASIS, 27 March 2020), which editors and code hosts show at the line."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import msgspec

from flows.problems import Problem

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def document(problems: Sequence[Problem]) -> str:
    """The whole document as JSON text; lines and columns count from 1, columns in code points."""
    codes = sorted({problem.code for problem in problems})
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "Echolot", "rules": [{"id": code} for code in codes]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, codes.index(problem.code)) for problem in problems],
    }
    return msgspec.json.format(msgspec.json.encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})).decode()


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    message = f"{problem.message}; {problem.suggestion}" if problem.suggestion else problem.message
    path = PurePath(problem.file)
    place = {
        "artifactLocation": {"uri": path.as_uri() if path.is_absolute() else path.as_posix()},
        "region": {"startLine": problem.line, "startColumn": problem.column},
    }
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": message},
        "locations": [{"physicalLocation": place}],
    }
