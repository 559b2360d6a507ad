"""Every setting: echolot.yaml and environment variables ECHOLOT_*; all that is wrong is told at once."""

import importlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, cast
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from bot.cases import config, desk_file
from bot.errors import BotError
from bot.fitting import misfits
from bot.outreach import policy
from bot.outreach.entries import EntrySettings
from bot.outreach.inbound import InboundSettings
from bot.prices import Prices
from bot.secret_keys import SecretKey
from flows import source
from flows.problems import Finding, did_you_mean
from insights.dimensions import InsightsSettings
from integrations.mail.config import MailSettings
from integrations.oidc.config import OidcSettings
from web.config import WebSettings

PREFIX = "ECHOLOT_"
CONFIG_VARIABLE = "ECHOLOT_CONFIG"
FOR_TESTS = "ECHOLOT_TEST_"  # variables of the test suite, no settings
DEFAULT_FILE = "echolot.yaml"
KINDS = {
    "slack": "channels.slack.config:SlackConfig",
    "telegram": "channels.telegram.config:TelegramConfig",
    "twilio": "channels.twilio.config:TwilioConfig",
}
"""Channel kinds and where their configuration is declared; importing one loads no SDK."""


class Problem(NamedTuple):
    """One wrong setting: `where` is `file:line:column` or an environment variable, `name` its dotted path."""

    where: str
    name: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in self if part)


class SettingsProblems(BotError):  # it names what it carries
    """Everything that is wrong with the settings. Nothing has been started."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        count = "1 setting is" if len(problems) == 1 else f"{len(problems)} settings are"
        super().__init__("\n".join([f"{count} wrong; nothing was started.", *(f"  {each}" for each in problems)]))


def _channel(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise PydanticCustomError("mapping", "must be a mapping with a kind")
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        wrong = "needs a kind" if kind is None else f"unknown kind {kind!r}"
        raise PydanticCustomError("kind", "{wrong}", {"wrong": wrong + suggest(str(kind), KINDS)})
    return config_class(kind).model_validate(value)


def _base_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise PydanticCustomError("url", "must be the address of the server, like https://nps.example.com")
    return value.rstrip("/")


def _database(value: str, info: ValidationInfo) -> str:
    scheme, _, path = value.partition(":///")
    if scheme == "sqlite" and path:
        return f"sqlite:///{(info.data['home'] / path).absolute()}"
    if not value.startswith(("postgresql://", "postgres://")):
        raise PydanticCustomError("database", "must start with sqlite:/// or postgresql://")
    return value


# `${NAME}` is no plain scalar inside `{…}`: private characters stand in for its braces while YAML reads it.
REFERENCE = re.compile(r"\$\{([A-Za-z_]\w*(?::-[^}\n]*)?)\}", re.ASCII)
HIDDEN = re.compile("\ue000\ue000(?P<name>[A-Za-z_]\\w*)(?::-(?P<default>[^\ue001]*))?\ue001")
Loc = tuple[str | int, ...]
BaseUrl = Annotated[str, AfterValidator(_base_url)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]


class Section(BaseModel):
    """A part of the settings; unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


Scope = Literal["invite", "read", "cases", "author", "contacts", "events", "outreach", "metrics", "export", "erase"]


class ApiKey(Section):
    """A key that other systems call the API with, as a hash; `run.py user api-key NAME` makes one."""

    name: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: frozenset[Scope] = frozenset({"invite", "read"})
    expires: AwareDatetime | None = None


_PARTS: dict[str | int, type[BaseModel]] = {
    "api_keys": ApiKey, "desks": config.DeskSettings, "also": config.PlaceSettings, "causes": desk_file.Cause,
    "routes": config.RouteSettings, "inbound": InboundSettings, "outreach": policy.OutreachSettings,
    "quarantine": policy.QuarantineSettings, "insights": InsightsSettings, "entries": EntrySettings, "web": WebSettings,
    "mail": MailSettings, "oidc": OidcSettings,
}  # fmt: skip
"""What stands in the sections, and in their own."""


class Settings(BaseSettings):
    """The settings of one process. Relative paths start at the folder of the settings file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, populate_by_name=True
    )

    home: Path = Path()  # folder of the settings file
    database_url: Annotated[str, AfterValidator(_database)] = "sqlite:///echolot.db"
    public_url: BaseUrl | None = None
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    hosts: tuple[str, ...] = ()  # further names that callers may use in `Host`
    flows_dir: Path | None = None
    outreach_dir: Path | None = None  # with `triggers/` and `campaigns/`
    reports_dir: Path | None = None
    publish: Literal["on_save", "by_hand"] = "on_save"
    company: str = ""
    variables: dict[str, str] = {}
    api_keys: tuple[ApiKey, ...] = ()
    secret_keys: tuple[SecretKey, ...] = ()  # the first seals credentials, all open them
    address_keys: tuple[SecretKey, ...] = ()  # the first names addresses, all find them
    channels: dict[Name, Annotated[Any, BeforeValidator(_channel)]] = {}
    inbound: dict[Name, InboundSettings] = {}  # other systems' webhooks
    desks: dict[Name, config.DeskSettings] = {}
    agents: dict[Name, config.AgentSettings] = {}
    routes: tuple[config.RouteSettings, ...] = ()
    management: str = ""  # the desk that hears of strategic causes
    entries: dict[Name, EntrySettings] = {}  # surveys that customers begin themselves
    outreach: policy.OutreachSettings = policy.OutreachSettings()
    web: WebSettings = WebSettings()
    oidc: dict[Name, OidcSettings] = {}  # who vouches for people
    insights: InsightsSettings = InsightsSettings()
    mail: MailSettings | None = None
    prices: Prices = Prices()  # of an SMS segment, for forecasts
    batch: int = Field(64, ge=1, le=1000)  # lanes that one transaction advances
    log: Literal["auto", "json", "text"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic-settings passes all of them by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose content comes in as arguments."""
        return env_settings, init_settings

    @property
    def flow_folders(self) -> list[Path]:
        """Where the admins' flows are."""
        return [self.home / self.flows_dir] if self.flows_dir else []


def config_class(kind: str) -> type[BaseModel]:
    """The model that a kind of channel is configured with."""
    module, _, name = KINDS[kind].partition(":")
    return cast("type[BaseModel]", getattr(importlib.import_module(module), name))


def suggest(wrong: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing if there is nothing to suggest."""
    return f"; {hint}" if (hint := did_you_mean(wrong, known)) else ""


def load() -> Settings:
    """Read the file that ECHOLOT_CONFIG names (else ./echolot.yaml if there is one) and the environment.

    Raises SettingsProblems with every problem of both.
    """
    path = Path((named := os.environ.get(CONFIG_VARIABLE)) or DEFAULT_FILE)
    given = _Source(path)
    if named or path.exists():
        given.read()
    given.check_variables()
    try:
        settings = Settings(**{**given.tree, "home": path.parent})
    except ValidationError as error:
        for each in error.errors(include_url=False, include_input=False):
            given.explain(each)
    except SettingsError as error:  # a variable that should be JSON and is not
        given.problems.append(Problem("environment", "", str(error)))
    else:
        for loc, message in misfits(settings):
            given.wrong(loc, message)
    if given.problems:
        raise SettingsProblems(given.problems)
    return settings


class _Source:
    """The settings file as plain data, where each value stands in it, and what is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tree: dict[str, Any] = {}
        self.document = source.read("", str(path))
        self.problems: list[Problem] = []

    def read(self) -> None:
        """Parse the file and fill in what it takes from the environment."""
        try:
            text = self.path.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is not UTF-8 text"
            self.problems.append(Problem(str(self.path), "", f"cannot be read: {reason}"))
            return
        self.document = source.read(REFERENCE.sub("\ue000\ue000\\1\ue001", text), str(self.path))
        for each in self.document.problems:
            advice = f"; {each.suggestion}" if each.suggestion else ""
            self.problems.append(Problem(f"{self.path}:{each.line}:{each.column}", "", each.message + advice))
        tree = self._filled(self.document.data, ())
        self.tree = tree if isinstance(tree, dict) else {}
        if not isinstance(tree, dict | None):
            self.wrong((), "must be a mapping of settings")

    def _filled(self, value: Any, loc: Loc) -> Any:
        """The same data with `${NAME}` replaced."""
        if isinstance(value, dict):
            return {key: self._filled(each, (*loc, key)) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each, (*loc, index)) for index, each in enumerate(value)]
        if not isinstance(value, str):
            return value
        return HIDDEN.sub(lambda match: self._variable(match, loc), value)

    def _variable(self, match: re.Match[str], loc: Loc) -> str:
        value = os.environ.get(match["name"], match["default"])
        if value is None:
            self.wrong(loc, f"the environment variable {match['name']} is not set")
        return value or ""

    def check_variables(self) -> None:
        """A misspelt ECHOLOT_ variable would otherwise just have no effect."""
        known = {CONFIG_VARIABLE, *(PREFIX + name.upper() for name in Settings.model_fields if name != "home")}
        for variable in os.environ:
            ours = variable.startswith(PREFIX) and not variable.startswith(FOR_TESTS)
            if ours and variable.split("__")[0].upper() not in known:
                message = f"unknown setting{suggest(variable, known)}"
                self.problems.append(Problem("environment", variable, message))

    def explain(self, error: ErrorDetails) -> None:
        """Turn pydantic's words into ours."""
        loc = error["loc"]
        message = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            message = f"unknown setting{suggest(str(loc[-1]), self._names(loc))}"
        elif error["type"] == "missing":
            message = "is missing"
        self.wrong(loc, message[0].lower() + message[1:], at_key=error["type"] == "extra_forbidden")

    def _names(self, loc: Loc) -> list[str]:
        """What may stand where `loc` stands."""
        model = next((_PARTS[part] for part in reversed(loc[:-1]) if part in _PARTS), Settings)
        if loc[0] == "channels" and len(loc) == 3 and loc[1] in self.tree.get("channels", ()):
            model = config_class(self.tree["channels"][loc[1]]["kind"])
        return [field.alias or name for name, field in model.model_fields.items()]

    def wrong(self, loc: Loc, message: str, *, at_key: bool = False) -> None:
        """Note a problem where the value stands, or at the nearest thing around it."""
        variable = PREFIX + "__".join(map(str, loc)).upper()
        where = f"environment {variable}"
        if variable not in os.environ and self.document.data is not None:
            place = self.document.problem(Finding(loc, "setting", message, at_key=at_key))
            where = f"{place.file}:{place.line}:{place.column}"
        self.problems.append(Problem(where, ".".join(map(str, loc)), message))
