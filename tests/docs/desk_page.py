"""docs/reference/desk.md, made from the models of the desk file: `python -m tests.docs.desk_page > docs/…`.

With `schema` it prints desk.schema.json.
"""

import json
import sys

from bot.cases.desk_file import json_schema
from bot.cases.typed import COMMANDS
from flows.reference import mapping, table

EXAMPLE = """\
# yaml-language-server: $schema=…/desk.schema.json
format: 1
replies:
  sorry:
    de: "Hallo {{ first_name }}, das tut uns leid. Ich kümmere mich darum. {{ agent }}"
    en: "Hello {{ first_name }}, we are sorry about that. I am looking into it. {{ agent }}"
vouchers:
  goodwill:
    code: DANKE10
    text:
      de: "Als kleine Entschuldigung: {{ code }} gilt für Ihren nächsten Einkauf."
      en: "A small apology from us: use {{ code }} for your next order."
causes:
  - other
  - {id: shipping, de: Versand, en: Shipping}
  - {id: price, de: Preis, en: Price, strategic: true}
"""

INTRO = f"""\
# The desk file

<!-- made by `python -m tests.docs.desk_page`; a test checks that it is up to date -->

What a desk says again and again, and what lay behind its cases, in one YAML file: `file` at a desk in the
[settings](settings.md). Several desks may share one. `run.py check` names every problem with file, line and column;
the server does not start with a broken one. [desk.schema.json](desk.schema.json) completes it in editors.

```yaml
{EXAMPLE}```

**Texts** are `{{de: …, en: …}}` with every language of the flows, else `check` warns. A customer reads theirs,
else English, else the first. They may hold `{{{{ first_name }}}}`, `{{{{ agent }}}}` (the public name, never a
channel's own) and in vouchers `{{{{ code }}}}`. An empty value takes the space before it along. `check` warns of texts
that take more than one SMS part.

`!reply sorry` sends one in the owner's name; what is typed behind it follows in a paragraph of its own. From somebody
who does not own the case it is held like any other message.
"""


def markdown() -> str:
    """The reference page."""
    definitions = json_schema()["$defs"]
    parts = [INTRO]
    for heading, schema in (
        ("The file", json_schema()),
        ("`vouchers`", definitions["Voucher"]),
        ("`causes`", mapping(definitions["Cause"])),
    ):
        parts += [f"## {heading}\n\n{schema['description'].partition(chr(10))[0]}\n", *table(schema)]
    parts += [
        "## What agents can type\n",
        "A message that begins with `!` and a letter is never sent to the customer as it is.\n",
    ]
    parts += ["| command | also |\n|---|---|"]
    for name, aliases in COMMANDS.items():
        parts.append(f"| `!{name}` | {', '.join(f'`!{alias}`' for alias in aliases)} |")
    return "\n".join([*parts, ""])


def schema_text() -> str:
    """The JSON Schema as a file."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text() if sys.argv[1:] == ["schema"] else markdown())
