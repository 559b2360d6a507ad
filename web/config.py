"""The section `web` of the settings: who stands between browsers and us, and how often others may call."""

from ipaddress import IPv4Network, IPv6Network

from pydantic import BaseModel, ConfigDict, Field


class WebSettings(BaseModel):
    """What the server may believe of a request, and how many it takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Our own proxies, as addresses or networks: only what they say of callers is believed."""
    calls_per_minute: int = Field(6000, ge=0)
    """Of each API key, 0 for any number."""
