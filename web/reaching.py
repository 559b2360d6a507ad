"""Whose contacts and campaigns a visitor may see: by the brands of their roles, as far as those are for every desk."""

from collections.abc import Collection

from starlette.requests import Request

from bot.outreach.campaign import Campaign
from web.account import me
from web.visitors import EVERY, ROLES, Visitor

AGENTS = ("agent",)
"""Who may read what is personal; admins may everything."""
READERS = ("agent", "analyst")
"""Who may read decisions."""


def brands(who: Visitor, roles: Collection[str]) -> frozenset[str] | None:
    """The brands for which they have one of these roles at every desk, for people belong to none; None for all."""
    wide = who._replace(grants=tuple(grant for grant in who.grants if grant.desk == EVERY))
    return wide.brands(roles)


def names_brands(request: Request) -> frozenset[str] | None:
    """Those whose people the visitor may know by name."""
    return brands(me(request), AGENTS)


def sees(only: Collection[str] | None, brand: str) -> bool:
    """Whether somebody of this brand may be seen by who is limited to these; of no brand only by who is not limited."""
    return only is None or brand in only


def sees_campaign(who: Visitor, wanted: Collection[str]) -> bool:
    """Whether a campaign whose audience names these brands asks nobody of others than the visitor's."""
    only = who.brands(ROLES)
    return only is None or (bool(wanted) and set(wanted) <= only)


def brands_of(campaign: Campaign) -> Collection[str]:
    """The brands that its audience names; none if it is for all."""
    return campaign.audience.attribute.get("brand", ())


def runs(who: Visitor) -> bool:
    """Whether they may start campaigns, and act on them: they ask people of every brand."""
    return who.may(("admin",), EVERY, EVERY)
