"""The JSON Schema of a flow, and a walk that takes a file and the schema side by side.

The walk finds every text, step and route in a file that need not be valid, in question types it has never
heard of: whatever pydantic knows is in the schema.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from flows import durations, phrases
from flows.described import described
from flows.model import Flow
from flows.problems import Path

Schema = dict[str, Any]
_NAMED = {"properties", "$defs"}  # hold schemas by names of ours


@cache
def json_schema() -> Schema:
    """JSON Schema 2020-12 of a flow, for editors."""
    schema: Schema = tidy(described(Flow))
    schema["properties"]["phrases"]["propertyNames"] = {"enum": list(phrases.shipped())}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Echolot flow"}


@cache
def _shape(model: type[BaseModel]) -> Schema:
    """The schema without descriptions, which are for people."""
    schema: Schema = tidy(model.model_json_schema(by_alias=True))
    return schema


def tidy(schema: Any) -> Any:
    """Without titles that only repeat the key, without "or null", and with durations as people write them."""
    if isinstance(schema, list):
        return [tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: value for key, value in schema.items() if key != "title"}
    if {"type": "null"} in schema.get("anyOf", ()) and schema.get("default", "") is None:
        options = [option for option in schema["anyOf"] if option != {"type": "null"}]
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        return tidy({**options[0], **rest} if len(options) == 1 else {**rest, "anyOf": options})
    if "patternProperties" in schema:  # pydantic's way of naming keys, which lets others pass
        ((pattern, each),) = schema.pop("patternProperties").items()
        schema |= {"propertyNames": {"pattern": pattern}, "additionalProperties": each}
    tidied = {
        key: {name: tidy(each) for name, each in value.items()} if key in _NAMED else tidy(value)
        for key, value in schema.items()
        if not (key == "default" and isinstance(value, dict))  # told with its own keys
    }
    if durations.PATTERN in (schema.get("pattern"), schema.get("items", {}).get("pattern")):
        match schema.get("default"):
            case int(single):
                tidied["default"] = durations.write(single)
            case [*several]:
                tidied["default"] = [durations.write(each) for each in several]
    return tidied


class Walk:
    """Follows data through the schema of a model, by default the flows'."""

    def __init__(self, model: type[BaseModel] = Flow) -> None:
        self._root = _shape(model)

    def keys(self, path: Path, data: Any) -> list[str]:
        """The keys that may stand in the mapping at `path`."""
        schema: Schema = self._root
        for part in path:
            schema = self._below(self._choose(schema, data), part)
            data = data[part]
        return list(self._choose(schema, data).get("properties", ()))

    def parts(self, data: Any) -> Iterator[tuple[Path, str, Any]]:
        """Every value whose schema has a name (`Text`, `Step`, `Route` …): path, name, value."""
        waiting: list[tuple[Path, Schema, Any]] = [((), self._root, data)]
        while waiting:
            path, schema, value = waiting.pop()
            name = _name(schema)
            if name:
                yield path, name, value
            chosen = self._choose(schema, value)
            below: Iterator[tuple[Any, Any]] = iter(())
            if isinstance(value, dict):
                below = iter(value.items())
            elif isinstance(value, list):
                below = enumerate(value)
            waiting.extend(((*path, key), self._below(chosen, key), item) for key, item in below)

    def _choose(self, schema: Schema, value: Any) -> Schema:
        """The schema without references, and of several the one that fits this value best."""
        while "$ref" in schema:
            schema = self._root["$defs"][schema["$ref"].rpartition("/")[2]]
        if mapping := schema.get("discriminator", {}).get("mapping"):
            tag = value.get("type") if isinstance(value, dict) else None
            return self._choose({"$ref": mapping[tag]}, value) if tag in mapping else {}
        wanted = "object" if isinstance(value, dict) else "array" if isinstance(value, list) else None
        for option in schema.get("anyOf", ()):
            chosen = self._choose(option, value)
            if chosen.get("type") == wanted:
                return chosen
        return schema

    @staticmethod
    def _below(schema: Schema, part: str | int) -> Schema:
        if isinstance(part, int):
            found = schema.get("items", {})
        else:
            found = schema.get("properties", {}).get(part) or schema.get("additionalProperties") or {}
        return found if isinstance(found, dict) else {}


def _name(schema: Schema) -> str:
    """The name of the definition that a schema refers to, also as "this or nothing"."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    names = [_name(option) for option in schema.get("anyOf", ())]
    return next(filter(None, names), "")
