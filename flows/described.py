"""JSON Schemas with what stands below each field in its class.

Pydantic can do that too (`use_attribute_docstrings`), and then reads all source files at each start of a program.
"""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from textwrap import dedent
from typing import Any

from pydantic import BaseModel, RootModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue


def described(model: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema 2020-12 of a model, its keys as they are written in files."""
    return model.model_json_schema(by_alias=True, schema_generator=_Described)


class _Described(GenerateJsonSchema):
    def model_schema(self, schema: Any) -> JsonSchemaValue:
        """As pydantic makes it, and the docstrings."""
        found = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        keys: dict[str, Any] = {}  # also of a model that may be written in a short form
        for form in (found, *found.get("anyOf", ())):
            keys |= form.get("properties", {})
        for name, words in _docstrings(model):
            keys[model.model_fields[name].alias or name].setdefault("description", words)
        return found


def _docstrings(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Of the model's own fields and those it has from others, the nearest first."""
    for each in model.__mro__:
        if issubclass(each, BaseModel) and not issubclass(each, RootModel) and each is not BaseModel:
            (tree,) = ast.parse(dedent(inspect.getsource(each))).body
            for field, words in pairwise(getattr(tree, "body", ())):
                match field, words:
                    case (ast.AnnAssign(ast.Name(name)), ast.Expr(ast.Constant(str(text)))) if (
                        name in model.model_fields
                    ):
                        yield name, inspect.cleandoc(text)
