"""The section `oidc` of the settings: who vouches for people."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def is_loopback(host: str) -> bool:
    """Whether this is this very machine: there, and nowhere else, http will do."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _issuer(url: str) -> str:
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not safe or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("must be the provider's address with https, as it stands in its own documents")
    return url


class OidcSettings(BaseModel):
    """One provider of identities."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,  # the input holds the secret
    )

    title: str = Field("", max_length=60)
    """What the button says; the name of the entry if empty."""
    issuer: Annotated[str, Field(max_length=500), AfterValidator(_issuer)]
    client_id: str = Field(min_length=1, max_length=500)
    client_secret: SecretStr = SecretStr("")
    """Without it we are a public client, which PKCE alone protects."""
    scopes: tuple[Annotated[str, Field(pattern=r"^[!#-\[\]-~]{1,100}$")], ...] = ("openid",)
    """`openid` is always asked for."""
