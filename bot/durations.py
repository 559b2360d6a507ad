"""Durations in settings are written as in flows: `5s`, `15m`, `1d`; whole milliseconds inside."""

from flows.durations import Duration, parse

__all__ = ["Duration", "parse"]
