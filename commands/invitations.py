"""Starting a survey for an operator or another system, and finding out what became of it."""

from collections.abc import Mapping

from bot.abilities import Linking
from bot.errors import BotError, ChannelError, Fault
from bot.messages import TEST, Address
from bot.runtime.office import link_id
from commands.assemble import Parts, known_desks
from flows.library import UnknownFlow
from flows.loader import check
from flows.model import Flow, VariableError
from flows.problems import did_you_mean
from storage.consent import stopped
from web.shapes import Invitation, InvitationState, Invited

LINK = "link-"  # begins the id of an invitation that is a link


class CannotInvite(BotError):
    """The invitation does not fit: flow, channel, address or variables. Says which, and what would."""

    fault = Fault.CALLER


class Suppressed(BotError):
    """The person wants no more messages."""

    fault = Fault.CONTACT


class Busy(BotError):
    """The person is a customer at this moment, and a test would come between."""

    fault = Fault.CONTACT


_BUSY = {
    "survey": "This person is being asked for real now: a test would end that. Take another address, or wait.",
    "case": "A real case of this person is open: a test would come between. Take another address, or resolve it.",
}


class Invitations:
    """`invite` and `settled` of the API, over the running parts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def invite(self, wanted: Invitation, token: str = "") -> Invited:
        """Store the invitation, or make a link where the person has to write first and is not known yet.

        Raises CannotInvite, Suppressed and StoreUnavailable.
        """
        try:
            flow = self._flow(wanted)
            variables = self._variables(flow, wanted.variables)
            if link := await self._link(flow, wanted, variables):
                return link
            return Invited(await self._start(flow, wanted, variables, token))
        except (UnknownFlow, VariableError) as error:
            raise CannotInvite(str(error)) from error

    def _flow(self, wanted: Invitation) -> Flow:
        """What is to be asked: the published survey, or what a test brings along. Raises UnknownFlow, CannotInvite."""
        if not wanted.source:
            return self._published(wanted.flow)
        checked = check(wanted.source, wanted.flow, known_desks(self._parts.settings))
        if checked.flow is None:
            raise CannotInvite("\n".join(["This survey has errors; nobody was asked.", *map(str, checked.errors)]))
        return checked.flow

    def _published(self, flow: str) -> Flow:
        try:
            return self._parts.library.get(flow)
        except UnknownFlow as error:
            if flow not in self._parts.drafts.found.drafts:
                raise
            how = f"nobody is asked before it is published (`run.py flow publish {flow}`)"
            raise CannotInvite(f"The survey {flow!r} is a draft: {how}.") from error

    async def _link(self, flow: Flow, wanted: Invitation, variables: Mapping[str, str]) -> Invited | None:
        """A link, if nobody is named whom this channel could write to."""
        name, _, chat = wanted.to.partition(":")
        channel = self._parts.channels.get(name)
        if not isinstance(channel, Linking) or (chat.strip() and not chat.strip().startswith("@")):
            return None
        basis = TEST if wanted.test else "link"
        secret = await self._parts.office.offer(
            flow.id, name, language=wanted.language, variables=variables, basis=basis, source=wanted.source
        )
        try:
            return Invited(LINK + link_id(secret), await channel.link(secret))
        except ChannelError as error:
            raise CannotInvite(f"There is no link to {name!r}: {error}") from error

    async def _start(self, flow: Flow, wanted: Invitation, variables: Mapping[str, str], token: str) -> str:
        to = self.address(wanted.to)
        known = await self._parts.reading.lane(to.lane)
        if known and known["opted_out_at"]:
            raise Suppressed(
                "This address has opted out (STOP): it gets no message until the person writes START themselves."
            )
        await self._refuse_suppressed(to)
        if wanted.test and known and known["busy"]:
            raise Busy(_BUSY[known["busy"]])
        return await self._parts.office.invite(
            flow.id,
            to,
            language=wanted.language or (known["language"] if known else ""),
            variables=variables,
            basis=TEST if wanted.test else "operator",
            key=token,
            source=wanted.source,
        )

    async def _refuse_suppressed(self, to: Address) -> None:
        """Raises Suppressed for an address that we know only by its name: whoever was erased, or has objected."""
        named = self._parts.supervisor.worker.names
        if named is None:
            return
        names, now = named(to)[1].names, self._parts.clock()
        reason = await self._parts.reading.read(lambda: stopped(names, to.channel, now))
        if reason:
            raise Suppressed(f"This address is suppressed ({reason}): it gets no message.")

    def address(self, to: str) -> Address:
        """The address that `channel:address` names. Raises CannotInvite."""
        name, separator, chat = to.partition(":")
        channel = self._parts.channels.get(name)
        if not separator or not chat.strip():
            raise CannotInvite("Write the address as CHANNEL:ADDRESS, like sms:+4930123456.")
        if channel is None:
            known = did_you_mean(name, self._parts.channels) or "the settings have no channels"
            raise CannotInvite(f"there is no channel {name!r}; {known}")
        try:
            understood = getattr(channel, "address", None)
            return understood(chat) if understood else Address(name, chat.strip())
        except BotError as error:
            raise CannotInvite(str(error)) from error

    def _variables(self, flow: Flow, given: Mapping[str, str]) -> dict[str, str]:
        """What the settings say for this flow's variables, and over it what was given."""
        settings = self._parts.settings
        ours = {**settings.variables, **({"company": settings.company} if settings.company else {})}
        return {name: value for name, value in ours.items() if name in flow.variables} | dict(given)

    async def settled(self, session: str) -> InvitationState | None:
        """What became of an invitation: of its first message, or of its link. None if there is no such thing."""
        if session.startswith(LINK):
            return await self._opened(session)
        row = await self._parts.reading.outbound(f"{session}.1.0")
        if row is None:
            return None
        return InvitationState(session, row["state"], row["code"], row["error"])

    async def _opened(self, invitation: str) -> InvitationState | None:
        row = await self._parts.reading.link(invitation.removeprefix(LINK))
        if row is None:
            return None
        late = row["expires_at"] <= self._parts.clock()
        return InvitationState(invitation, "used" if row["used_at"] else "expired" if late else "offered")
