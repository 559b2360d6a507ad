"""The largest files that are read at all, made to be slow: checking them ends (RELIABILITY S29)."""

import pytest

from flows.loader import check
from flows.source import MAX_BYTES

HEAD = "format: 1\nid: big\nkind: transactional\nlanguages: [en]\nvariables: {company: A}\nsteps:\n"
LANGUAGES = ", ".join(f"{a}{b}-{c}A" for a in "abcdefghijklm" for b in "abcdefghijklmnopqrstuvwxyz" for c in "ABCDEFGH")
FILES = {
    "steps that do not exist": HEAD + "".join(f"- {{id: a{i}, next: b{i}}}\n" for i in range(9500)),
    "keys that do not exist": HEAD + "".join(f"- {{a{i}: 1}}\n" for i in range(16000)),
    "variables that do not exist": HEAD + "".join(f"- {{say: '{{{{ b{i} }}}}'}}\n" for i in range(9000)),
    "many routes": HEAD
    + "- id: a\n  ask: {type: text, text: x}\n  next:\n"
    + "  - {when: {answer: {a: x}}, to: end}\n" * 6000,
    "many languages": HEAD.replace("en", LANGUAGES) + "- {id: a, say: {zz: x}}\n" * 1000,
    "many ways": HEAD
    + "".join(
        f"- id: a{i}\n  ask: {{type: nps, text: x}}\n  next:\n"
        + "".join(f"  - {{when: detractor, to: a{(i * 7 + j * 13) % 200}}}\n" for j in range(25))
        for i in range(200)
    ),
    "many variables": HEAD.replace("{company: A}", "{" + ", ".join(f"v{i}: x" for i in range(15000)) + "}")
    + "- {id: a, say: hi}\n",
    "many braces": HEAD + "- {id: a, say: '" + "{{" * 100_000 + "'}\n",
    "many variants": HEAD
    + "".join(f"- {{id: a{i}, say: x}}\n" for i in range(200))
    + "variants:\n"
    + "".join(
        f"  v{n}: {{share: 1, steps: [" + ", ".join(f"{{id: b{i}, next: c{i}, say: x}}" for i in range(200)) + "]}\n"
        for n in range(28)
    ),
    "many shares": HEAD + "variants:\n" + "".join(f"  v{n}: {{share: 1}}\n" for n in range(11000)),
    "many options": HEAD
    + "- id: a\n  ask: {type: choice, text: x, options: ["
    + "{value: a, label: b}, " * 9000
    + "]}\n",
}


@pytest.mark.timeout(60)  # a guard against minutes, which the first version took; each takes about a second
@pytest.mark.parametrize("name", FILES)
def test_s29_slow_on_purpose(name):
    text = FILES[name]
    assert len(text) <= MAX_BYTES
    assert check(text, "x").problems
