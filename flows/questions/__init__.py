"""The question types: every file in this folder is one, found by being there."""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Field

from flows.question import Question


def _type_in(name: str) -> type[Question]:
    module = import_module(f"{__name__}.{name}")
    found = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Question) and thing.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise ImportError(f"flows/questions/{name}.py must define exactly one Question, not {len(found)}")
    return found[0]


TYPES: dict[str, type[Question]] = {module.name: _type_in(module.name) for module in iter_modules(__path__)}

if TYPE_CHECKING:
    AnyQuestion = Question
else:
    # the union is only known at run time; `type` picks the class, so that errors speak of one type only
    AnyQuestion = Annotated[Union[tuple(TYPES.values())], Field(discriminator="type")]  # noqa: UP007

__all__ = ["TYPES", "AnyQuestion", "Question"]
