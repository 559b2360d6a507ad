"""What customers read: one text in several languages, and the frozen base of everything an admin writes."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, RootModel, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

MAX_TEXT = 1600  # characters; Twilio takes no longer message


class Frozen(BaseModel):
    """Immutable, and picky about keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


def or_word(meaning: str) -> Any:
    """For the JSON Schema of a field that also takes a single word as a short form."""

    def add(schema: dict[str, Any]) -> None:
        full = {key: schema.pop(key) for key in list(schema) if key not in ("description", "default", "title")}
        schema["anyOf"] = [{"type": "string", "description": meaning}, *full.pop("anyOf", [full])]

    return Field(json_schema_extra=add)


Written = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=r"\S")]


class Text(RootModel[dict[str, Written]]):
    """A text per language: `{de: …, en: …}`. A plain string is the same in every language."""

    model_config = ConfigDict(frozen=True, coerce_numbers_to_str=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: object) -> object:
        return data if isinstance(data, dict) else {"": data}

    def of(self, language: str) -> str:
        """The text in `language`, else the plain one, else the first. Lint reports missing ones."""
        texts = self.root
        return texts.get(language) or texts.get("") or next(iter(texts.values()), "")

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either a mapping or a plain string."""
        schema = handler.resolve_ref_schema(handler(core))
        one = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
        several: dict[str, Any] = {"type": "object", "additionalProperties": one, "minProperties": 1}
        return {"title": "Text", "description": schema["description"], "anyOf": [one, several]}
