"""Whose identity is whose, over the store: what `web.identities` asks for; and the providers, put together."""

from collections.abc import Callable
from typing import Any

from settings import Settings
from storage import identities
from storage.identities import Vouched
from web.identities import Attempt, Identity, Proof, Ways

HOLDS = 10 * 60_000  # ms that somebody may be on the way


class StoredIdentities:
    """web.identities.Identities. `store` runs scripts (`storage.scripts`), `clock` gives epoch ms."""

    def __init__(self, store: Any, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock

    async def set_out(self, state: str, browser: str, provider: str, attempt: Attempt) -> None:
        """See web.identities."""
        kept = identities.Attempt(state, browser, provider, *attempt, attempt.created_at + HOLDS)
        await self._store.run(lambda: identities.set_out(kept))

    async def come_back(self, state: str, browser: str, provider: str) -> Attempt | None:
        """See web.identities."""
        found = await self._store.run(lambda: identities.come_back(state, browser, provider, self._clock()))
        return Attempt(found.purpose, found.person, found.link, found.goes_to, found.created_at) if found else None

    async def identity(self, person: str) -> Identity:
        """See web.identities."""
        issuer, _, password = await self._store.read(lambda: identities.identity_of(person))
        return Identity(issuer, password)

    async def sign_in(self, provider: str, proof: Proof, digest: str, browser: str) -> str:
        """See web.identities. The proof is as old as the provider says; one of an unknown age proves nothing anew."""
        who, now = _vouched(provider, proof), self._clock()
        person: str = await self._store.run(
            lambda: identities.sign_in(who, digest, browser, min(proof.asked_at * 1000, now), now)
        )
        return person

    async def redeem(self, link: str, provider: str, proof: Proof) -> str:
        """See web.identities. Raises TakenIdentity."""
        who = _vouched(provider, proof)
        person: str = await self._store.run(lambda: identities.redeem(link, who, self._clock()))
        return person

    async def connect(self, person: str, provider: str, proof: Proof) -> None:
        """See web.identities. Raises TakenIdentity."""
        await self._store.run(lambda: identities.connect(person, _vouched(provider, proof), self._clock()))

    async def disconnect(self, person: str, session: str) -> bool:
        """See web.identities."""
        done: bool = await self._store.run(lambda: identities.disconnect(person, session, self._clock()))
        return done

    async def confirm(self, person: str, digest: str, proof: Proof) -> bool:
        """See web.identities."""
        at, who = min(proof.asked_at * 1000, self._clock()), _vouched("", proof)
        done: bool = await self._store.run(lambda: identities.confirm(person, digest, who, at))
        return done


def ways(settings: Settings, store: Any, clock: Callable[[], int], address: str) -> Ways:
    """The providers of the settings. Browsers come back to `public_url`, or to `address` on this machine."""
    if not settings.oidc:
        return Ways()
    from integrations.oidc.provider import Provider  # noqa: PLC0415 - only who has one needs its libraries

    base = settings.public_url or address
    providers = {
        name: Provider(name, each, f"{base}/oidc/{name}/callback", clock) for name, each in settings.oidc.items()
    }
    return Ways(providers, StoredIdentities(store, clock))


def _vouched(provider: str, proof: Proof) -> Vouched:
    return Vouched(proof.issuer, proof.subject, provider)
