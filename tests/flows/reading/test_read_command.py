"""`run.py read`: JSON lines in, JSON lines out, in order."""

import json

from click.testing import CliRunner

from commands.read import command


def run(*lines: str | bytes, arguments: tuple[str, ...] = ()):
    raw = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
    return CliRunner().invoke(command, list(arguments), input=raw)


def test_each_line_is_answered_in_order():
    """Three replies in, three readings out."""
    result = run(
        '{"text": "9", "lang": "de"}', '{"text": "7-8", "lang": "en"}', '{"text": "2, ruft mich an", "lang": "de"}'
    )
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"action": "accept", "value": 9, "comment": "", "wants_human": False},
        {"action": "reask", "value": None, "comment": "", "wants_human": False},
        {"action": "accept", "value": 2, "comment": "", "wants_human": True},
    ]


def test_a_bad_line_is_named_and_the_others_are_answered():
    """The error tells the line; the exit status is 1 at the end."""
    result = run(
        '{"text": "9", "lang": "de"}', "nonsense", b"\xff\xfe", '{"lang": "de"}', "", '{"text": "zehn", "lang": "de"}'
    )
    assert result.exit_code == 1
    assert [json.loads(line)["value"] for line in result.stdout.splitlines()] == [9, 10]
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["line 2", "line 3", "line 4"]


def test_explain_adds_the_rule():
    """`--explain` says which rule decided."""
    result = run('{"text": "7 bis 8", "lang": "de"}', arguments=("--explain",))
    assert json.loads(result.stdout)["rule"] == "range or fraction"
