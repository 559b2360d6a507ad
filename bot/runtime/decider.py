"""The decider: takes what is due in the ledger, decides each once, and invites whom to ask in the same transaction."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import msgspec
import structlog
from msgspec.structs import replace

from bot.errors import Conflict, StoreUnavailable
from bot.messages import Address, Inbound, Invite
from bot.outreach.candidate import ASKED, DEFERRED, NOT_ASKED, Candidate, Decision, Standing
from bot.outreach.decide import after, decide
from bot.outreach.ledger import Decided, Due, Invited, Ledger
from bot.outreach.policy import Policy
from bot.runtime.lane import id_of
from flows.library import Library, UnknownFlow
from flows.model import VariableError

log = structlog.get_logger()

EVERY = 1.0  # s between looks, unless something is proposed before
MOST = 64  # decisions per transaction
PAUSED = 400 * 86_400_000  # ms until it is looked again, if nobody resumes the campaign before
LOOKED_AHEAD = 0.05  # s at least between two looks, so that proposals that come one by one are decided together

_encode = msgspec.json.Encoder().encode


class Decider:
    """Decides what is due until it is stopped; several processes share the work."""

    def __init__(
        self,
        ledger: Ledger,
        library: Library,
        policy: Policy,
        clock: Callable[[], int],
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """`variables` are the settings' values for surveys' placeholders."""
        self._ledger = ledger
        self._library = library
        self._policy = policy
        self._clock = clock
        self._variables = dict(variables or {})
        self.decided = 0

    async def run(self) -> None:
        """Decide until cancelled."""
        while True:
            try:
                taken = await self.round()
            except (StoreUnavailable, Conflict) as error:
                log.warning("decider_waits", error=str(error))
                taken = 0
            if taken < MOST:
                await self._ledger.wait("decisions", EVERY)
                await asyncio.sleep(LOOKED_AHEAD)

    async def round(self) -> int:
        """Decide some of what is due now; how many."""
        now = self._clock()
        since = now - self._policy.memory
        taken = await self._ledger.settle_due(now, MOST, since, self.kind_of, lambda due: self.decide(due, now))
        self.decided += taken
        return taken

    def kind_of(self, flow: str) -> str:
        """The kind of a flow: transactional | relationship; of one that is gone, the stricter one."""
        try:
            return self._library.get(flow).kind
        except UnknownFlow:
            return "relationship"

    def decide(self, due: Sequence[Due], now: int) -> list[Decided]:
        """Decide these, one after the other: what is decided about a person counts for what is next about them."""
        known: dict[str, Standing | None] = {one.contact: one.standing for one in due}
        made: list[Decided] = []
        for one in due:
            standing = known[one.contact]
            if one.halted:
                made.append(Decided(one.candidate.id, _halt(one, now)))
                continue
            if standing is None:
                made.append(Decided(one.candidate.id, Decision(outcome=NOT_ASKED, rule="no_contact")))
                continue
            decision, invited = self._decided(one.candidate, standing, now)
            known[one.contact] = after(standing, decision, one.candidate, now)
            made.append(Decided(one.candidate.id, decision, invited))
        return made

    def _decided(self, candidate: Candidate, standing: Standing, now: int) -> tuple[Decision, Invited | None]:
        decision = decide(candidate, standing, self._policy, now)
        if decision.outcome != ASKED:
            return decision, None
        try:
            return decision, self._invitation(candidate, standing, decision, now)
        except (UnknownFlow, VariableError) as error:
            inputs = {**decision.inputs, "flow": candidate.flow, "problem": str(error)}
            return replace(decision, outcome=NOT_ASKED, rule="survey_unfit", inputs=inputs, lane="", grant=None), None

    def _invitation(self, candidate: Candidate, standing: Standing, decision: Decision, now: int) -> Invited:
        """Raises UnknownFlow and VariableError."""
        flow = self._library.get(candidate.flow)
        language = flow.language(standing.contact.language)
        known = {**standing.contact.known(), "first_name": standing.contact.name.partition(" ")[0], **self._variables}
        given = {name: value for name, value in known.items() if value and name in flow.variables}
        variables = {**given, **{name: value for name, value in candidate.variables.items() if name in flow.variables}}
        flow.values(language, variables)
        to = Address.of_lane(decision.lane)
        event = f"ask:{candidate.id}"
        basis, grant = (decision.grant.basis, decision.grant.event) if decision.grant else ("other", "")
        invite = Invite(flow.id, flow.revision, language, basis, variables, grant=grant, quiet=decision.quiet)
        body = _encode(Inbound(event, now, to, invite)).decode()
        return Invited(to.channel, event, decision.lane, body, id_of(decision.lane, event, now))


def _halt(due: Due, now: int) -> Decision:
    """What a campaign that does not run makes of its members: those of a paused one wait to be woken."""
    inputs = {"campaign": due.candidate.name}
    if due.halted == "paused":
        return Decision(outcome=DEFERRED, rule="campaign_paused", inputs=inputs, until=now + PAUSED)
    return Decision(outcome=NOT_ASKED, rule="campaign_cancelled", inputs=inputs)
