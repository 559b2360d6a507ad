"""The desk file: replies, vouchers and causes that a desk keeps in YAML, and everything that is wrong with one."""

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Annotated, Any, Literal

from msgspec import Struct
from pydantic import Field, model_validator

from bot.cases.canned import PLACEHOLDERS
from bot.cases.desks import Canned
from bot.cases.desks import Cause as DeskCause
from bot.segments import segments
from flows import source
from flows.described import described
from flows.problems import Finding, Path, Problem, did_you_mean
from flows.schema import Schema, Walk, tidy
from flows.shaped import failed, ordered, shaped
from flows.templates import fill, leftovers, names
from flows.texts import Frozen, Text, or_word

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
_LIKELY = {
    "first_name": "Alexandra",
    "agent": "Alexandra M.",
    "code": "XXXX-XXXX",
}  # values that parts are counted with


class Cause(Frozen):
    """What may lie behind a case. A plain word is a cause with this id."""

    id: str = Field(min_length=1, max_length=40)
    """What agents type and reports count."""
    de: str = ""
    """What is on the button for German desks; the id without it."""
    en: str = ""
    """The same for English desks."""
    strategic: bool = False
    """The management desk hears of it."""

    @model_validator(mode="before")
    @classmethod
    def _word(cls, data: object) -> object:
        return {"id": data} if isinstance(data, str) else data

    def made(self) -> DeskCause:
        """The cause as desks know it."""
        labels = {language: label for language, label in (("de", self.de), ("en", self.en)) if label}
        return DeskCause(self.id, labels, self.strategic)


class Voucher(Frozen):
    """A text with a code in it."""

    text: Text
    """What the customer reads; every language needs `{{ code }}`."""
    code: str = Field("", max_length=40)
    """The code, the same for all."""
    codes: tuple[Annotated[str, Field(min_length=1, max_length=40)], ...] = ()
    """Or several, each of which goes out with one message. When all have, the agent is told, and nothing is sent."""


class DeskFile(Frozen):
    """One YAML file, named by `file` at a desk; several desks may share one."""

    format: Literal[1]
    """The version of this language."""
    replies: dict[Name, Text] = Field(default_factory=dict)
    """Texts that `!reply NAME` sends, by name."""
    vouchers: dict[Name, Voucher] = Field(default_factory=dict)
    """Texts that `!voucher NAME` sends, by name."""
    causes: tuple[Annotated[Cause, or_word("The id.")], ...] = ()
    """What cases may be resolved with, besides those in the settings."""

    def canned(self) -> tuple[Canned, ...]:
        """Replies and vouchers as desks know them."""
        replies = [Canned(name, _texts(text)) for name, text in self.replies.items()]
        vouchers = [
            Canned(name, _texts(each.text), voucher=True, code=each.code, codes=each.codes)
            for name, each in self.vouchers.items()
        ]
        return (*replies, *vouchers)


class Checked(Struct, frozen=True):
    """A checked file: its content unless it has errors, and all problems in the order of the file."""

    content: DeskFile | None
    problems: tuple[Problem, ...]


def check(text: str | bytes, file: str, languages: Collection[str] = ()) -> Checked:
    """Read a desk file and find everything wrong with it. `languages` are those that customers are asked in."""
    document = source.read(text, file)
    content, problems = shaped(document, DeskFile)
    if document.complete and isinstance(document.data, dict):
        problems += map(document.problem, _lint(document.data, sorted(languages)))
    return Checked(None if failed(problems) else content, ordered(problems))


@cache
def json_schema() -> Schema:
    """JSON Schema 2020-12 of a desk file, for editors."""
    schema: Schema = tidy(described(DeskFile))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Echolot desk file"}


def _texts(text: Text) -> dict[str, str]:
    return {language or "en": words for language, words in text.root.items()}


def _lint(data: dict[str, Any], languages: Sequence[str]) -> Iterator[Finding]:
    """What does not fit together in plain data that need not be valid."""
    vouchers = data.get("vouchers")
    for path, name, value in Walk(DeskFile).parts(data):
        if name == "Text" and value is not None:
            coded = path[0] == "vouchers"
            yield from _translations(path, value, languages)
            for where, text in _strings(path, value):
                yield from _placeholders(where, text, coded=coded)
                yield from _parts(where, text)
    for name, voucher in vouchers.items() if isinstance(vouchers, dict) else ():
        if isinstance(voucher, dict) and bool(voucher.get("code")) == bool(voucher.get("codes")):
            message = "this needs either `code` or `codes`"
            yield Finding(("vouchers", name), "voucher-code", message, "write `code: DANKE10`", at_key=True)
    yield from _causes(data.get("causes"))


def _strings(path: Path, value: Any) -> Iterator[tuple[Path, str]]:
    for language, text in value.items() if isinstance(value, dict) else [("", value)]:
        if isinstance(text, str):
            yield (*path, language) if language else path, text


def _translations(path: Path, value: Any, languages: Sequence[str]) -> Iterator[Finding]:
    if isinstance(value, dict):
        for language in languages:
            if language not in value:
                message = f"the text is missing in '{language}'"
                hint = f"customers who are asked in '{language}' would read another language"
                yield Finding(path, "missing-translation", message, hint, "warning", at_key=True)
        for language in value if languages else ():
            if language not in languages:
                message = f"no flow speaks '{language}'"
                hint = did_you_mean(language, languages)
                yield Finding((*path, language), "unknown-language", message, hint, "warning", at_key=True)
    elif isinstance(value, str) and len(languages) > 1:
        wanted = ", ".join(f"{language}: …" for language in languages)
        message = "the text is the same in every language"
        yield Finding(path, "missing-translation", message, f"write {{{wanted}}}", "warning")


def _placeholders(path: Path, text: str, *, coded: bool) -> Iterator[Finding]:
    known = [name for name in PLACEHOLDERS if coded or name != "code"]
    for rest in leftovers(text):
        hint = "only {{ name }} is possible: lower-case letters, digits and _"
        yield Finding(path, "bad-placeholder", f"'{rest}' is no placeholder", hint)
    for name in names(text):
        if name not in known:
            yield Finding(path, "unknown-placeholder", f"unknown placeholder '{name}'", did_you_mean(name, known))
    if coded and "code" not in names(text):
        yield Finding(path, "voucher-code", "the text does not say the code", "write {{ code }} where it belongs")


def _parts(path: Path, text: str) -> Iterator[Finding]:
    found = segments(fill(text, _LIKELY))
    if len(found.parts) > 1:
        why = f"; without {found.culprit!r} they would hold more" if found.culprit else ""
        message = f"by SMS this takes {len(found.parts)} parts, each of which costs"
        yield Finding(path, "sms-parts", message, f"a part has {160 if not why else 70} characters{why}", "warning")


def _causes(causes: Any) -> Iterator[Finding]:
    """Causes that an agent could not tell apart by typing."""
    seen: dict[str, int] = {}
    for number, cause in enumerate(causes if isinstance(causes, list) else ()):
        each = cause if isinstance(cause, dict) else {"id": cause}
        for word in {str(each[key]).casefold() for key in ("id", "de", "en") if each.get(key)}:
            if seen.setdefault(word, number) != number:
                message = f"'{word}' is a name of another cause already"
                yield Finding(("causes", number), "duplicate-cause", message, "give each cause words of its own")
