"""The web application: every route behind one gate. It is given its parts and puts none together itself."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp

from bot.ports import Channel
from web import (
    api,
    cases,
    contacts,
    events,
    files,
    flows,
    health,
    hooks,
    inbound,
    insights_api,
    install,
    outreach,
    pages,
    reports,
    workplace,
)
from web.acts import Noting
from web.comparing import Reading as Comparable
from web.contacts import Contacts
from web.events import Events
from web.flows import Flows
from web.gate import Watch, gated
from web.guard import Guard
from web.inbound import Hook, Take
from web.keys import Keyring
from web.metrics import Metrics
from web.outreach import Outreach
from web.policies import DEMO_POLICIES, POLICIES
from web.reports import Reporting
from web.sessions import Doors
from web.throttle import Crowd, Network
from web.workplace import Workplace


class Reading(api.Reading, files.Reading, Protocol):
    """What the pages read."""

    async def counts(self) -> dict[str, int]:
        """See bot.ports.Reading."""
        ...


class Parts(NamedTuple):
    """What the web needs of the rest. `hooks` are the channels with a secret; others do not exist here.

    Without an `inbox`, cases do not exist here either, nor flows without `flows`, nor events without `events`,
    nor pages for people without a `workplace`, nor figures without `insights`, nor reports without `reporting`.
    `inbound` are other systems' hooks, whose events `happened` takes.
    """

    hooks: Mapping[str, Channel]
    accept: hooks.Accept
    invite: api.Invite
    settled: api.Settled
    reading: Reading
    ready: Callable[[], Awaitable[str]]
    keyring: Keyring
    hosts: Collection[str]
    installing: install.Installing = install.Installing()
    clock: Callable[[], int] = files.epoch_ms
    inbox: cases.Inbox | None = None
    flows: Flows | None = None
    outreach: Outreach | None = None
    events: Events | None = None
    contacts: Contacts | None = None
    inbound: Mapping[str, Hook] = MappingProxyType({})
    happened: Take | None = None
    workplace: Workplace | None = None
    insights: Comparable | None = None
    reporting: Reporting | None = None
    demo: Doors | None = None
    proxies: tuple[Network, ...] = ()


def build(parts: Parts, more: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The ASGI application; `more` are routes of the demo, behind its own door. Raises web.gate.NoPolicy."""
    metrics, crowd = Metrics(), Crowd(parts.proxies)
    routes: list[BaseRoute] = [
        *(inbound.routes(parts.inbound, parts.happened, parts.clock, metrics.hook, crowd) if parts.happened else ()),
        *hooks.routes(parts.hooks, parts.accept, metrics.hook, crowd),
        *api.routes(parts.invite, parts.settled, parts.reading, parts.keyring),
        *(cases.routes(parts.inbox, parts.keyring) if parts.inbox else ()),
        *(flows.routes(parts.flows, parts.keyring) if parts.flows else ()),
        *(contacts.routes(parts.contacts, parts.keyring) if parts.contacts else ()),
        *(events.routes(parts.events, parts.keyring) if parts.events else ()),
        *(outreach.routes(parts.outreach, parts.keyring) if parts.outreach else ()),
        *(insights_api.routes(parts.insights, parts.keyring, parts.clock) if parts.insights else ()),
        *(reports.routes(parts.reporting, parts.keyring) if parts.reporting else ()),
        *health.routes(parts.ready, parts.reading.counts, metrics, parts.keyring),
        *install.routes(parts.installing),
        *files.routes(parts.reading, parts.clock),
        *(workplace.routes(parts.workplace, parts.keyring) if parts.workplace else ()),
        *pages.routes(),
    ]
    doors = parts.workplace.doors if parts.workplace else None
    watch = Watch(Noting(doors.accounts, doors.clock) if doors else None, parts.keyring)
    every = [*gated(more, {**POLICIES, **DEMO_POLICIES}, parts.demo), *gated(routes, POLICIES, doors, watch)]
    return Guard(Router(every, redirect_slashes=False), parts.hosts, metrics.observe)
