"""What sign-in with a provider of identities asks of others: the providers, and whoever keeps whose identity is whose.

Providers are `integrations/oidc`, the rest is implemented over the store in `commands/identities.py`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, Protocol

Purpose = Literal["sign_in", "welcome", "connect", "confirm"]


class Attempt(NamedTuple):
    """Somebody who has set out. `person` is who has signed in already, `link` the hash of their one-time link."""

    purpose: Purpose
    person: str
    link: str
    goes_to: str
    created_at: int


class Identity(NamedTuple):
    """Whose issuer somebody is connected with, "" for none, and whether they have a password too."""

    issuer: str = ""
    password: bool = True


class Proof(Protocol):
    """Who somebody is, as their provider says."""

    @property
    def issuer(self) -> str:
        """Whose name for them this is."""
        ...

    @property
    def subject(self) -> str:
        """What the issuer calls them."""
        ...

    @property
    def asked_at(self) -> int:
        """When it last asked them to prove it, in epoch s; 0 if it does not say."""
        ...


class Provider(Protocol):
    """A provider of identities. What it does not do comes as NotVouched."""

    @property
    def title(self) -> str:
        """What the button says."""
        ...

    @property
    def issuer(self) -> str:
        """Whose identities these are."""
        ...

    async def away(self, state: str, nonce: str, verifier: str, *, again: bool) -> str:
        """Where to send a browser; `again`: whoever has signed in there is to prove it once more."""
        ...

    async def vouched(self, given: Mapping[str, str], nonce: str, verifier: str, since: int) -> Proof:
        """Who has come back with these parameters, having set out at `since` (epoch ms)."""
        ...


class Identities(Protocol):
    """Who is on the way, and whose identity is whose. States, browsers, links and sessions are named by their SHA-256.

    What cannot be done comes as BotError with the reason.
    """

    async def set_out(self, state: str, browser: str, provider: str, attempt: Attempt) -> None:
        """Remember who sets out."""
        ...

    async def come_back(self, state: str, browser: str, provider: str) -> Attempt | None:
        """Who has set out like this, once, and not too long ago."""
        ...

    async def identity(self, person: str) -> Identity:
        """What somebody is connected with."""
        ...

    async def sign_in(self, provider: str, proof: Proof, digest: str, browser: str) -> str:
        """Open a session for who is connected with this identity: their id, or ""."""
        ...

    async def redeem(self, link: str, provider: str, proof: Proof) -> str:
        """Connect an identity by a one-time link: whose, or "" if it holds no longer."""
        ...

    async def connect(self, person: str, provider: str, proof: Proof) -> None:
        """Connect an identity with somebody who has signed in."""
        ...

    async def disconnect(self, person: str, session: str) -> bool:
        """Take the identity from them; False if that would leave them without a way in."""
        ...

    async def confirm(self, person: str, digest: str, proof: Proof) -> bool:
        """They have shown once more who they are; False if it was somebody else."""
        ...


class Offer(NamedTuple):
    """A button: what the provider is called in addresses, and what on the page."""

    name: str
    title: str
    issuer: str


class Ways(NamedTuple):
    """The ways in beside a password; none if nobody has set up any."""

    providers: Mapping[str, Provider] = MappingProxyType({})
    identities: Identities | None = None

    @property
    def offers(self) -> list[Offer]:
        """The buttons."""
        return [Offer(name, each.title, each.issuer) for name, each in self.providers.items()]

    async def identity(self, person: str) -> Identity:
        """What somebody is connected with."""
        return await self.identities.identity(person) if self.identities else Identity()
