"""A stand-in for a provider of identities: OpenID Connect over real HTTP, with faults and forged tokens on demand.

What it checks and answers follows OpenID Connect Core and Discovery 1.0, RFC 6749, RFC 7636 and RFC 9207.
"""

from sandbox.oidc.app import OidcSandbox
from sandbox.oidc.model import Client, Person

__all__ = ["Client", "OidcSandbox", "Person"]
