"""What an operator writes under `channels:` for `kind: telegram`."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot.durations import Duration

_TOKEN = re.compile(r"([0-9]{1,20}:[A-Za-z0-9_-]{1,200})?")
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or "{" in url:
        raise ValueError("write what stands before /bot<token>, such as https://api.telegram.org")
    return url.rstrip("/")


def _token(secret: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError("must be a token as @BotFather gives it: digits, a colon, letters")
    return secret


def _header(secret: SecretStr) -> SecretStr:
    if not _SECRET.fullmatch(secret.get_secret_value()):
        raise ValueError("Telegram takes 1-256 characters of A-Z a-z 0-9 _ -")
    return secret


HeaderSecret = Annotated[SecretStr, AfterValidator(_header)]


class TelegramConfig(BaseModel):
    """One bot."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)  # the input holds the token

    kind: Literal["telegram"] = "telegram"
    token: Annotated[SecretStr, AfterValidator(_token)] = SecretStr("")
    """What @BotFather gave out. Without it nothing is sent."""
    webhook_secret: HeaderSecret = SecretStr("")
    """Comes back with every webhook call. Without it there is no hook, and updates are fetched by long polling."""
    webhook_secret_old: HeaderSecret = SecretStr("")
    """Still accepted on webhooks while the secret is being rotated."""
    username: Annotated[str, Field(pattern=r"^@?[A-Za-z0-9_]{3,32}$|^$")] = ""
    """The bot's name, for links; without it Telegram is asked once."""
    api_url: Annotated[str, AfterValidator(_base)] = "https://api.telegram.org"
    timeout: Annotated[Duration, Field(ge=100, le=30_000)] = 10_000
    """Longest wait for an answer to one API call."""
    gather: Duration = 2_000
    """How long to wait for the rest of a message that is sent in pieces, and of an album."""
    rate: Annotated[float, Field(gt=0)] = 28.0
    """Messages per second of the whole bot; Telegram allows 30, bursts included."""

    @model_validator(mode="after")
    def _old_needs_new(self) -> Self:
        if self.webhook_secret_old.get_secret_value() and not self.webhook_secret.get_secret_value():
            raise ValueError("`webhook_secret_old` is for the time of a rotation; set `webhook_secret` too")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret a webhook call may carry; empty: there is no hook."""
        given = (self.webhook_secret, self.webhook_secret_old)
        return tuple(secret.get_secret_value() for secret in given if secret.get_secret_value())
