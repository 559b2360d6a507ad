"""What an operator writes under `channels:` for `kind: slack`."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot.durations import Duration

API = "https://slack.com/api/"


def _api_base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError(f"write the base of the API, such as {API}")
    if not parts.path.rstrip("/").endswith("/api"):
        raise ValueError(f"the base of the API ends in /api/, such as {API}")
    return url.rstrip("/") + "/"


def _begins(*prefixes: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        value = secret.get_secret_value()
        if value and not (value.startswith(prefixes) and value.isascii() and value.isprintable() and " " not in value):
            raise ValueError(f"must begin with {' or '.join(prefixes)}")  # a wrong kind of token is the usual mistake
        return secret

    return AfterValidator(check)


class SlackConfig(BaseModel):
    """One Slack app, in one workspace or, installed by OAuth, in several."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # the input holds tokens
    )

    kind: Literal["slack"] = "slack"
    bot_token: Annotated[SecretStr, _begins("xoxb-")] = SecretStr("")
    """Bot User OAuth Token of the one workspace; its addresses need no workspace in front."""
    signing_secret: SecretStr = SecretStr("")
    """Signs webhooks. Without it the hook does not exist."""
    signing_secret_old: SecretStr = SecretStr("")
    """Still accepted on webhooks while the secret is being rotated."""
    app_token: Annotated[SecretStr, _begins("xapp-")] = SecretStr("")
    """App-level token for Socket Mode: events come over a connection of ours, no public URL needed."""
    client_id: Annotated[str, Field(pattern=r"^([0-9]+\.[0-9]+)?$")] = ""
    client_secret: SecretStr = SecretStr("")
    """With the client id: workspaces can add the app themselves (OAuth)."""
    team: Annotated[str, Field(pattern=r"^([TE][A-Z0-9]+)?$")] = ""
    """The one workspace; events from others are refused."""
    app_id: Annotated[str, Field(pattern=r"^(A[A-Z0-9]+)?$")] = ""
    """The app; events for others are refused."""
    username: Annotated[str, Field(max_length=80)] = ""
    """Name to speak under instead of the app's own."""
    icon: Annotated[str, Field(pattern=r"^(https://\S+)?$")] = ""
    """Picture to speak under, an https URL."""
    api_url: Annotated[str, AfterValidator(_api_base)] = API
    timeout: Annotated[Duration, Field(ge=100, le=15_000)] = 10_000
    """Longest wait for an answer to one API call."""
    settle: Duration = 10_000
    """How long an in-doubt send rests before it is looked up."""
    gather: Duration = 2_000
    """How long to wait for the rest of what somebody sends in several messages."""
    rate: Annotated[float, Field(gt=0)] = 4.8
    """Messages per second to one workspace. Slack takes several hundred a minute; this leaves a few of 300."""
    connections: Annotated[int, Field(ge=1, le=10)] = 1
    """Socket Mode connections of this process; Slack allows 10 in all."""

    @model_validator(mode="after")
    def _is_an_app(self) -> Self:
        if bool(self.client_id) != bool(self.client_secret.get_secret_value()):
            raise ValueError("`client_id` and `client_secret` belong together")
        if self.bot_token.get_secret_value() and self.client_id and not self.team:
            raise ValueError("with both a `bot_token` and `client_id`, say in `team` which workspace the token is for")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret a webhook may be signed with; empty: there is no hook."""
        given = (self.signing_secret, self.signing_secret_old)
        return tuple(secret.get_secret_value() for secret in given if secret.get_secret_value().strip())

    @property
    def installable(self) -> bool:
        """Whether workspaces can add the app themselves."""
        return bool(self.client_id)
