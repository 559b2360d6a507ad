"""docs/reference/reports.md, made from the model of reports: `python -m tests.docs.reports_page > docs/…`.

With `schema` it prints report.schema.json.
"""

import json
import sys

from flows.reference import table
from insights.reports.plan import json_schema

INTRO = """\
# Reports

<!-- made by `python -m tests.docs.reports_page`; a test checks that it is up to date -->

What is sent by itself, when and to whom: one YAML file each, in `reports_dir` of the [settings](settings.md).
[How to get reports](../howto/reports.md) shows one. `run.py check` names every problem with file, line and column.
[report.schema.json](report.schema.json) completes them in editors.
"""


def markdown() -> str:
    """The reference page."""
    definitions = json_schema()["$defs"]
    parts = [INTRO]
    for heading, schema in (
        ("The file", json_schema()),
        ("`report`", definitions["Report"]),
        ("Each entry of `to`", definitions["Receiver"]),
        ("Each entry of `alerts`", definitions["Alert"]),
    ):
        parts += [f"## {heading}\n\n{schema['description'].partition(chr(10))[0]}\n", *table(schema)]
    return "\n".join(parts)


def schema_text() -> str:
    """The JSON Schema as a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text() if sys.argv[1:] == ["schema"] else markdown())
