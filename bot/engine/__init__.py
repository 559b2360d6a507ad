"""Survey sessions as a pure state machine: begin, advance."""

from bot.engine.engine import advance, begin

__all__ = ["advance", "begin"]
