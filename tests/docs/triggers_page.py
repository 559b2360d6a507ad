"""docs/reference/triggers.md, made from the model of triggers: `python -m tests.docs.triggers_page > docs/…`.

With `schema` it prints trigger.schema.json.
"""

import json
import sys

from bot.outreach.triggers import json_schema
from flows.reference import table

INTRO = """\
# Triggers

<!-- made by `python -m tests.docs.triggers_page`; a test checks that it is up to date -->

After which events to ask what: one YAML file each, in `triggers/` below `outreach_dir` of the [settings](settings.md).
[How to set them up](../howto/triggers.md) shows one. `run.py check` names every problem with file, line and column.
[trigger.schema.json](trigger.schema.json) completes them in editors.

**Types** are lower-case words with dots between them: `ticket.closed`. **Durations** are a number and a unit: `30m`,
`2h`, `3d`. **Attributes** are texts; of an event and a contact that have one of the same name, the event's counts.
"""


def markdown() -> str:
    """The reference page."""
    definitions = json_schema()["$defs"]
    parts = [INTRO]
    for heading, schema in (
        ("The file", json_schema()),
        ("`trigger`", definitions["Trigger"]),
        ("`when`", definitions["Only"]),
    ):
        parts += [f"## {heading}\n\n{schema['description'].partition(chr(10))[0]}\n", *table(schema)]
    return "\n".join(parts)


def schema_text() -> str:
    """The JSON Schema as a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text() if sys.argv[1:] == ["schema"] else markdown())
