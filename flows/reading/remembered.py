"""Short replies are read once and remembered: most customers answer with a bare number or a yes."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

SHORT = 12  # characters; what is longer hardly comes again
_MOST = 4096  # readings that are kept, each with its text

Found = TypeVar("Found")
Where = ParamSpec("Where")


def remembered(read: Callable[Concatenate[str, Where], Found]) -> Callable[Concatenate[str, Where], Found]:
    """The same reader, which looks at a short text only the first time. What it gives has to be immutable."""
    known: Callable[..., Found] = lru_cache(maxsize=_MOST)(read)

    @wraps(read)
    def reader(text: str, /, *args: Where.args, **kwargs: Where.kwargs) -> Found:
        return known(text, *args, **kwargs) if len(text) <= SHORT else read(text, *args, **kwargs)

    return reader
