"""What an operator writes under `channels:` for `kind: twilio`."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot.durations import Duration

MINUTE, HOUR = 60_000, 3_600_000
MAX_VALIDITY = 10 * HOUR
WHATSAPP = "whatsapp:"


def _host_only(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("write the scheme and host only, such as https://api.twilio.com")
    return url.rstrip("/")


class Validity(BaseModel):
    """How long Twilio may keep trying before a message is stale, by kind; at most 10h, Twilio's limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    survey: Annotated[Duration, Field(ge=1_000, le=MAX_VALIDITY)] = 4 * HOUR
    notice: Annotated[Duration, Field(ge=1_000, le=MAX_VALIDITY)] = HOUR
    agent: Annotated[Duration, Field(ge=1_000, le=MAX_VALIDITY)] = 15 * MINUTE


class TwilioConfig(BaseModel):
    """One Twilio account with one sender: a number, a short code, or a Messaging Service."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,  # the input holds the token
    )

    kind: Literal["twilio"] = "twilio"
    account_sid: Annotated[str, Field(pattern=r"^AC[0-9a-zA-Z]{1,62}$")]
    auth_token: SecretStr = SecretStr("")
    """Signs webhooks and pays for sends. Without it the hook does not exist and nothing is sent."""
    auth_token_old: SecretStr = SecretStr("")
    """Still accepted on webhooks while the token is being rotated."""
    signing_secret: SecretStr = SecretStr("")
    """Secret of the shared key, for accounts whose webhooks carry X-Twilio-Webhooks-Signature-Settings."""
    sender: str = Field(default="", alias="from")
    """The own number in E.164, the short code or the alphanumeric sender."""
    messaging_service_sid: Annotated[str, Field(pattern=r"^(MG[0-9a-zA-Z]{1,62})?$")] = ""
    whatsapp: bool = False
    """This entry speaks WhatsApp: addresses are `whatsapp:+…`, the 24-hour window and templates apply."""
    templates: dict[str, Annotated[str, Field(pattern=r"^HX[0-9a-fA-F]{32}$")]] = {}
    """WhatsApp templates for outside the window: `survey.de` (or `survey` for any language) → ContentSid."""
    auto_replies: bool = True
    """Twilio itself answers STOP, START and HELP. False on a standalone short code, where we have to."""
    api_url: Annotated[str, AfterValidator(_host_only)] = "https://api.twilio.com"
    timeout: Annotated[Duration, Field(ge=100, le=30_000)] = 15_000
    """Longest wait for an answer to one API call; keep `settle` well above it."""
    settle: Duration = MINUTE
    """How long an in-doubt send rests before it is looked up."""
    gather: Duration = 2_000
    """How long to wait for the rest of a message that is sent in pieces."""
    validity: Validity = Validity()
    rate: Annotated[float, Field(gt=0)] | None = None
    """Segments per second that may leave our outbox, where an opt-out still stops them. Without it Twilio queues."""
    max_segments: Annotated[int, Field(ge=1, le=24)] = 10
    """Longer texts are refused: every segment is billed."""

    @model_validator(mode="after")
    def _has_one_sender(self) -> Self:
        if bool(self.sender) == bool(self.messaging_service_sid):
            raise ValueError("give either `from` (an own number) or `messaging_service_sid`")
        if self.templates and not self.whatsapp:
            raise ValueError("`templates` are for WhatsApp; set `whatsapp: true`")
        return self

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret a webhook may be signed with; empty: there is no hook."""
        given = (self.auth_token, self.auth_token_old, self.signing_secret)
        return tuple(secret.get_secret_value() for secret in given if secret.get_secret_value())

    @property
    def from_address(self) -> str:
        """`from` as Twilio's API wants it, "" with a Messaging Service."""
        if not self.sender or not self.whatsapp or self.sender.startswith(WHATSAPP):
            return self.sender
        return WHATSAPP + self.sender
