"""A dictionary that forgets what was set longest ago."""

from collections import OrderedDict
from typing import TypeVar

V = TypeVar("V")


class Recent(OrderedDict[tuple[str, str], V]):
    """At most `size` entries; hints for this process's life, never the only place where something is known."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def __setitem__(self, key: tuple[str, str], value: V) -> None:
        super().__setitem__(key, value)
        self.move_to_end(key)
        if len(self) > self._size:
            self.popitem(last=False)
