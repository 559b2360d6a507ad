"""One call of the Bot API: its arguments, whether they came as JSON, as a form, in several parts or in the URL."""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from starlette.datastructures import UploadFile
from starlette.requests import Request

from sandbox.telegram.model import Bot, Json, bad


class Upload(NamedTuple):
    """A file in the body."""

    name: str
    mime: str
    content: bytes


class Call(NamedTuple):
    """What a bot asks for. Numbers and objects may be written as strings of JSON, as forms have it."""

    bot: Bot
    method: str
    values: Json
    files: Mapping[str, Upload] = MappingProxyType({})

    def text(self, name: str) -> str:
        """A string, "" if it was not given."""
        value = self.values.get(name)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def number(self, name: str, default: int = 0) -> int:
        """A whole number; the default for anything else, as the server has it."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def flag(self, name: str) -> bool:
        """A truth value."""
        return self.text(name).lower() in ("true", "yes", "1")

    def data(self, name: str, what: str) -> Any:
        """A value of JSON, None if it was not given. Raises Refused, naming it `what`."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError as problem:
            raise bad(f"can't parse {what} JSON object") from problem

    def object(self, name: str, what: str) -> Json:
        """A JSON object, {} if it was not given. Raises Refused."""
        value = self.data(name, what)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise bad(f"object expected as {what}")
        return value

    def array(self, name: str, what: str) -> list[Json] | None:
        """A JSON array of objects, None if it was not given. Raises Refused."""
        value = self.data(name, what)
        if value is not None and (not isinstance(value, list) or not all(isinstance(one, dict) for one in value)):
            raise bad(f"expected an Array of {what}")
        return value


async def read(request: Request, bot: Bot) -> Call:
    """The call that a request makes. Raises Refused."""
    values: Json = dict(request.query_params)
    files: dict[str, Upload] = {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            given = json.loads(await request.body() or b"{}")
        except ValueError as problem:
            raise bad("can't parse JSON object") from problem
        if not isinstance(given, dict):
            raise bad("can't parse JSON object")
        values |= given
    else:
        async with request.form(max_fields=100) as form:
            for name, value in form.items():
                if isinstance(value, UploadFile):
                    files[name] = Upload(value.filename or "", value.content_type or "", await value.read())
                else:
                    values[name] = value
    return Call(bot, request.path_params["method"], values, files)
