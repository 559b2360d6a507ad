"""Logs: structured, and without anything about a person (RELIABILITY S34)."""

import json
import logging

import pytest
import structlog

from commands.logs import setup, shorten


def listen(capfd, level="debug"):
    """Start logging as JSON; a function that gives what has been logged since."""
    setup("json", level)
    return lambda: [json.loads(line) for line in capfd.readouterr().err.splitlines()]


def fail():
    raise ValueError("Frau Muster, +4915112345678")


@pytest.mark.parametrize(
    ("text", "shortened"),
    [
        ("to +4915112345678 now", "to +49…78 now"),
        ("0151 / 123 456-78", "015…78"),
        ("anna.b@example.com wrote", "…@… wrote"),
        ("Bearer abcdefgh12345678", "…"),
        ("key eck_Zm9vYmFyYmF6 and xoxb-12-ab", "key … and …"),
        ("123456789:AAabc-def_123", "…"),
        ("a\r\nb\x1b[31m", "a\\r\\nb\\e[31m"),
        ("port 8000, 3 of 12", "port 8000, 3 of 12"),
    ],
)
def test_s34_what_slips_into_a_text_is_shortened(text, shortened):
    assert shorten(text) == shortened


def test_s34_only_known_fields_are_written(capfd):
    lines = listen(capfd)
    structlog.get_logger().info("sent", channel="sms", text="der Versand war lahm", to="+4915112345678", body={"a": 1})
    (line,) = lines()
    assert line.keys() == {"event", "level", "timestamp", "channel"}


def test_s34_an_exception_is_its_type_and_place(capfd):
    lines = listen(capfd)
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("task_fell_over", task="worker")
        logging.getLogger("some.library").exception("that went wrong")
    ours, theirs = lines()
    assert (ours["error"], ours["task"]) == ("ValueError", "worker")
    assert "test_logs.py:" in ours["place"]
    assert theirs["error"] == "ValueError"
    assert "Muster" not in json.dumps([ours, theirs])


def test_libraries_are_heard_from_warning_on(capfd):
    lines = listen(capfd)
    logging.getLogger("twilio").info("POST /Messages.json To=+4915112345678")
    logging.getLogger("twilio").warning("retrying +4915112345678")
    (line,) = lines()
    assert (line["event"], line["level"]) == ("retrying +49…78", "warning")


def test_on_a_terminal_it_is_text(capfd):
    setup("text")
    structlog.get_logger().warning("not_ready", reason="a\nb")
    shown = capfd.readouterr().err
    assert "not_ready" in shown
    assert len(shown.splitlines()) == 1


def test_the_level_can_be_set(capfd):
    lines = listen(capfd, "error")
    structlog.get_logger().warning("quiet")
    assert lines() == []
