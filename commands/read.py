"""`run.py read`: the reply reader alone, JSON lines in, JSON lines out."""

import sys

import click
import msgspec


class Line(msgspec.Struct):
    """One reply to read: its text and the language of the survey."""

    text: str
    lang: str = "en"


@click.command("read")
@click.option("--explain", is_flag=True, help="Add the rule that decided.")
def command(*, explain: bool) -> None:
    """Read replies to "how likely are you to recommend us, 0-10?" from standard input.

    Each line is a JSON object {"text": …, "lang": …}; each answer is a line
    {"action": …, "value": …, "comment": …, "wants_human": …}, in the same order. A line that cannot be read is reported
    with its number on standard error and the exit status is 1; the others are still answered.
    """
    from flows.reading import read_score  # noqa: PLC0415  # `--help` should not load the word lists

    decoder = msgspec.json.Decoder(Line)
    failed = 0
    for number, raw in enumerate(sys.stdin.buffer, start=1):
        if not raw.strip():
            continue
        try:
            line = decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            failed += 1
            click.echo(f'line {number}: not a reply to read: {error}; expected {{"text": "…", "lang": "de"}}', err=True)
            continue
        read = read_score(line.text, line.lang)
        answer = {
            "action": read.action,
            "value": read.value,
            "comment": read.comment,
            "wants_human": read.wants_human,
        }
        if explain:
            answer["rule"] = read.rule
        click.echo(msgspec.json.encode(answer))
    if failed:
        sys.exit(1)
