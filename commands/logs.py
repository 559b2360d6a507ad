"""Logs: structured, one line each, and free of personal data.

Only fields on the list below are written (RELIABILITY S34); phone numbers, addresses and tokens that slip
into a text are shortened. What libraries log through `logging` takes the same way, at warning and above.
"""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

FIELDS = frozenset(
    {
        "after",
        "attempts",
        "batch",
        "channel",
        "code",
        "column",
        "count",
        "desk",
        "error",
        "event",
        "fault",
        "file",
        "flow",
        "kind",
    }
    | {
        "lag",
        "level",
        "library",
        "line",
        "logger",
        "place",
        "port",
        "process",
        "reason",
        "request",
        "retry",
        "retry_after",
    }
    | {"revision", "seconds", "state", "status", "table", "task", "timestamp", "topic", "url", "version", "worker"}
)
"""What may be written about an event; the rest is dropped, so that nobody leaks by a careless `log.info`."""

_OURS = frozenset({"level", "library", "place", "request", "revision", "timestamp", "version"})  # never a person's
_PHONE = re.compile(r"\+?\d[\d ()/-]{6,}\d")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_SECRET = re.compile(r"\b(eck_|xox[abp]-|xapp-|\d{6,}:AA)[\w-]+|(?i:bearer|basic) [\w+/=.-]{8,}")
_BREAKS = str.maketrans({"\r": "\\r", "\n": "\\n", "\x1b": "\\e"})
Event = MutableMapping[str, Any]


def shorten(text: str) -> str:
    """A text without phone numbers (`+49…42`), e-mail addresses, secrets and line breaks."""
    text = _SECRET.sub("…", text)
    text = _EMAIL.sub("…@…", text)
    return _PHONE.sub(lambda match: f"{match[0][:3]}…{match[0][-2:]}", text).translate(_BREAKS)


def redact(_logger: object, _method: str, event: Event) -> Event:
    """The structlog processor that lets only the known fields through."""
    return {
        key: shorten(value) if isinstance(value, str) and key not in _OURS else value
        for key, value in event.items()
        if key in FIELDS or key.startswith("_")
    }


def setup(form: str = "auto", level: str = "info") -> None:
    """Send structlog and `logging` to stderr: text on a terminal, else JSON lines; `form` can insist."""
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if as_text:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_no_trace)
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, _type_only, redact, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _type_only,
                redact,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


def _type_only(_logger: object, _method: str, event: Event) -> Event:
    """An exception's message may quote a customer: its type is enough here."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)
        event["place"] = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return event


def _no_trace(*_arguments: Any) -> None:
    return None
