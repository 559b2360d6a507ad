"""The reference of the survey language, made from its models: `python -m flows.reference markdown|schema`."""

import json
import re
import sys
from collections.abc import Iterator
from typing import Any

from flows import phrases
from flows.questions import TYPES
from flows.schema import Schema, json_schema

_INTRO = """\
# The survey language

<!-- made by `python -m flows.reference markdown`; a test checks that it is up to date -->

A flow is one YAML file in `flows_dir`, or one of the shipped ones in `flows/surveys/`. `run.py check` names every
problem with file, line and column. For completion and hints while typing, begin the file with a line that names
[flow.schema.json](flow.schema.json):

```yaml
# yaml-language-server: $schema=…/flow.schema.json
```

**Texts** are `{de: …, en: …}` with every language of the flow, or a plain text if the flow has one language. They may
hold `{{ name }}` for declared variables and nothing else: no expressions, filters or attributes. An empty value
takes the space before it along, so `Hello {{ first_name }}, …` reads well without a name.

**Durations** are a number and a unit: `30s`, `15m`, `1h30m`, `3d`.

**YAML**: anchors, aliases, tags, merge keys and duplicate keys are refused, as are files over 256 kB and more than 20
levels. Only `true`, `false`, `null` and whole numbers are special: `no` is a text. Put texts that contain `: ` or
begin with a special character in quotes.

**Revisions**: a conversation stays on the content it began with. Comments, formatting and the order of keys do not
make a new revision; every other change does, the order of variants among them.
"""

_SECTIONS = (
    ("Flow", "The file"),
    ("Patience", "`patience`"),
    ("Variable", "`variables`"),
    ("Step", "`steps`"),
    ("Route", "`next`"),
    ("When", "`when`"),
    ("Escalate", "`do: [{escalate: …}]`"),
    ("Variant", "`variants`"),
)


def markdown() -> str:
    """The reference page."""
    return "\n".join([_INTRO, *_sections(), *_question_types(), *_phrases()])


def schema_text() -> str:
    """The JSON Schema as a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _sections() -> Iterator[str]:
    definitions = json_schema()["$defs"]
    for name, heading in _SECTIONS:
        schema = json_schema() if name == "Flow" else definitions[name]
        yield from _section(f"## {heading}", mapping(schema))


def _question_types() -> Iterator[str]:
    yield "## `ask`: question types\n"
    yield "All of them have these keys:\n"
    kinds = {name: mapping(json_schema()["$defs"][question.__name__]) for name, question in TYPES.items()}
    common = ("text", "reask", "reminder")
    yield from table(next(iter(kinds.values())), common)
    for name, schema in kinds.items():
        own = [key for key in schema["properties"] if key not in (*common, "type")]
        yield f"### `type: {name}`\n\n{schema['description']}\n"
        if own:
            yield from table(schema, own)
    yield "Each entry of `options`:\n"
    yield from table(json_schema()["$defs"]["Choice"])


def _phrases() -> Iterator[str]:
    yield "## `phrases`\n"
    yield "What the bot says besides the flow's own texts; a flow may override each. The braces are filled in.\n"
    yield "| name | English | German |\n|---|---|---|"
    for name, texts in phrases.shipped().items():
        yield f"| `{name}` | {texts['en']} | {texts['de']} |"
    yield ""


def mapping(schema: Schema) -> Schema:
    """The long form of a part that also has a short one."""
    options: list[Schema] = schema.get("anyOf", [])
    return next((option for option in options if "properties" in option), schema)


def _section(heading: str, schema: Schema) -> Iterator[str]:
    yield f"{heading}\n\n{schema.get('description', '').partition(chr(10))[0]}\n"
    yield from table(schema)


def table(schema: Schema, keys: Any = None) -> Iterator[str]:
    """The keys of a mapping as rows: what they are, and what they are without being written."""
    yield "| key | what | default |\n|---|---|---|"
    for key in keys or schema["properties"]:
        part = schema["properties"][key]
        yield f"| `{key}` | {_about(part)} | {_default(part, required=key in schema.get('required', ()))} |"
    yield ""


def _about(part: Schema) -> str:
    words = str(part.get("description", "")).replace("\n", " ").replace("|", "\\|")
    choices = part.get("enum") or part.get("items", {}).get("enum")
    listed = [f"`{choice}`" for choice in choices or ()]
    said = set(re.findall(r"[\w-]+", words))
    return words if said.issuperset(map(str, choices or ())) else f"{words} {' or '.join(listed)}."


def _default(part: Schema, *, required: bool) -> str:
    default = part.get("default")
    if required:
        return "needed"
    if default in (None, "", [], False, "0s"):
        return ""
    return "`[" + ", ".join(default) + "]`" if isinstance(default, list) else f"`{default}`"


if __name__ == "__main__":
    sys.stdout.write(schema_text() if sys.argv[1:] == ["schema"] else markdown())
