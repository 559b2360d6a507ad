"""The office: what operators and the API do, as events for the same inbox as everything else."""

import hashlib
import secrets
import uuid
from collections.abc import Callable, Mapping
from typing import cast

import msgspec

from bot.cases.desks import WEB
from bot.messages import Address, Control, FromDesk, Inbound, Invite, Pressed, Said
from bot.ports import Reading, Store
from bot.rows import LinkRow
from bot.runtime.intake import Intake
from bot.runtime.lane import id_of
from flows.library import Library

LINK_LIFE = 30 * 24 * 3600_000  # ms in which a link can be opened


class Office:
    """Starts surveys, hands conversations over, and takes what people do in the web inbox."""

    def __init__(self, store: Store, library: Library, intake: Intake, clock: Callable[[], int]) -> None:
        """`store` can also be read (`bot.ports.Reading`)."""
        self._store = store
        self._reading = cast("Reading", store)
        self._library = library
        self._intake = intake
        self._clock = clock

    async def invite(
        self,
        flow_id: str,
        to: Address,
        *,
        language: str = "",
        variables: Mapping[str, str] | None = None,
        basis: str = "operator",
        key: str = "",
        source: str = "",
    ) -> str:
        """Ask somebody; the id of the session that begins, once it is committed.

        With `source`, the flow is the one of this YAML, which has been checked and need not be published.

        `key` makes the call repeatable: the same key and address start one survey. Raises UnknownFlow, VariableError
        (before anything is stored) and StoreUnavailable. An address that has opted out gets no session.
        """
        flow = self._library.add_source(source) if source else self._library.get(flow_id)
        spoken = flow.language(language)
        flow.values(spoken, variables)
        now = self._clock()
        await self._store.save_revision(flow.revision, flow.id, self._library.source(flow.revision), now)
        event = f"invite:{key or uuid.uuid4().hex}:{to.lane}"
        invite = Invite(flow.id, flow.revision, spoken, basis, dict(variables or {}))
        await self._intake.accept([Inbound(event, now, to, invite)])
        arrived = await self._store.event(to.channel, event)  # earlier than now if `key` has been used before
        return id_of(to.lane, event, arrived["received_at"] if arrived else now)

    async def offer(
        self,
        flow_id: str,
        channel: str,
        *,
        language: str = "",
        variables: Mapping[str, str] | None = None,
        basis: str = "link",
        source: str = "",
    ) -> str:
        """A survey for whoever opens a link first, within 30 days; the secret to put into it, 32 characters.

        An empty `language` leaves it to what the provider knows of the person. Raises UnknownFlow, VariableError and
        StoreUnavailable. `source` as in `invite`.
        """
        flow = self._library.add_source(source) if source else self._library.get(flow_id)
        flow.values(flow.language(language), variables)
        now = self._clock()
        await self._store.save_revision(flow.revision, flow.id, self._library.source(flow.revision), now)
        invite = Invite(flow.id, flow.revision, language, basis, dict(variables or {}))
        secret = secrets.token_urlsafe(24)
        payload = msgspec.json.encode(invite).decode()
        await self._store.save_link(LinkRow(link_id(secret), channel, payload, now, now + LINK_LIFE))
        return secret

    async def hand_over(self, to: Address, owner: str, by: str, key: str) -> None:
        """Give a conversation to a person (`human`) or back to the `bot`; `by` is the agent, `key` names the act."""
        await self._intake.accept([Inbound(f"control:{key}", self._clock(), to, Control(owner, by))])

    async def act(self, case_id: str, by_login: str, body: Said | Pressed, key: str, *, name: str = "") -> bool:
        """Somebody writes or presses a button in the web inbox; whether there is such a case.

        `name` is how the person is called there; `key` names the act, which has one effect however often it comes.
        What came of it is in the case's history. Raises StoreUnavailable.
        """
        case = await self._reading.case(case_id)
        if case is None:
            return False
        act = FromDesk(case_id, WEB, by_login, body, name)
        await self._intake.accept([Inbound(f"act:{key}", self._clock(), Address.of_lane(case["lane"]), act)])
        return True


def link_id(secret: str) -> str:
    """What is stored of a link's secret, and names it: SHA-256, hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
