"""The pages for people, put together: who may come in, what the doctor says, which settings can be shown."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from starlette.routing import BaseRoute

from commands.accounts import People
from commands.api_keys import StoredKeys
from commands.findings import Finding
from commands.identities import ways
from commands.personal import CustomerData
from settings import Settings
from storage.schema import sqlite_path
from web.sessions import Doors
from web.workplace import Workplace


def workplace(
    settings: Settings, store: Any, clock: Callable[[], int], address: str, more: Sequence[BaseRoute] = ()
) -> Workplace:
    """`address` is where this machine reaches the server; `more` are further pages behind the same door."""
    doors = Doors(People(store, clock), settings.public_url or "", clock)
    data = CustomerData(store, settings, clock)
    return Workplace(
        doors,
        settings.web.proxies,
        findings,
        values(settings),
        more,
        address,
        data,
        stored_keys(settings, store, clock),
        ways(settings, store, clock, address),
    )


def stored_keys(settings: Settings, store: Any, clock: Callable[[], int]) -> StoredKeys:
    """The keys in the database; those of the settings have taken their names."""
    return StoredKeys(store, clock, frozenset(key.name for key in settings.api_keys))


async def findings() -> list[Finding]:
    """What `run.py doctor --offline` finds, looked for beside the event loop."""
    return await asyncio.to_thread(_examined)


def _examined() -> list[Finding]:
    from commands.doctor import examine  # noqa: PLC0415 - only who looks at the page needs it

    return list(examine(offline=True))


def values(settings: Settings) -> list[tuple[str, str]]:
    """What is set, as far as it is no secret: accounts and keys by their names."""
    keys = [f"{key.name} ({', '.join(sorted(key.scopes))})" for key in settings.api_keys]
    named = {
        "database_url": "SQLite" if sqlite_path(settings.database_url) else "PostgreSQL",
        "public_url": settings.public_url or "",
        "hosts": ", ".join(settings.hosts),
        "company": settings.company,
        "flows_dir": str(settings.flows_dir or ""),
        "outreach_dir": str(settings.outreach_dir or ""),
        "publish": settings.publish,
        "channels": ", ".join(f"{name} ({config.kind})" for name, config in settings.channels.items()),
        "inbound": ", ".join(settings.inbound),
        "desks": ", ".join(settings.desks),
        "agents": ", ".join(settings.agents),
        "api_keys": "; ".join(keys),
        "oidc": ", ".join(f"{name} ({each.issuer})" for name, each in settings.oidc.items()),
        "web.proxies": ", ".join(map(str, settings.web.proxies)),
        "web.calls_per_minute": str(settings.web.calls_per_minute),
    }
    return [(name, value or "–") for name, value in named.items()]
