"""The office: what operators and the API do, as events for the same inbox as everything else."""

import uuid
from collections.abc import Callable, Mapping

from bot.messages import Address, Control, Inbound, Invite
from bot.ports import Store
from bot.runtime.intake import Intake
from bot.runtime.route import id_of
from flows.library import Library


class Office:
    """Starts surveys and hands conversations over."""

    def __init__(self, store: Store, library: Library, intake: Intake, clock: Callable[[], int]) -> None:
        self._store = store
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
    ) -> str:
        """Ask somebody; the id of the session that begins, once it is committed.

        `key` makes the call repeatable: the same key and address start one survey. Raises UnknownFlow, VariableError
        (before anything is stored) and StoreUnavailable. An address that has opted out gets no session.
        """
        flow = self._library.get(flow_id)
        spoken = flow.language(language)
        flow.values(spoken, variables)
        now = self._clock()
        await self._store.save_revision(flow.revision, flow.id, self._library.source(flow.revision), now)
        event = f"invite:{key or uuid.uuid4().hex}:{to.lane}"
        invite = Invite(flow.id, flow.revision, spoken, basis, dict(variables or {}))
        await self._intake.accept([Inbound(event, now, to, invite)])
        arrived = await self._store.event(to.channel, event)  # earlier than now if `key` has been used before
        return id_of(to.lane, event, arrived["received_at"] if arrived else now)

    async def hand_over(self, to: Address, owner: str, by: str, key: str) -> None:
        """Give a conversation to a person (`human`) or back to the `bot`; `by` is the agent, `key` names the act."""
        await self._intake.accept([Inbound(f"control:{key}", self._clock(), to, Control(owner, by))])
