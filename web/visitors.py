"""Who is at the page: a person, the roles they have, for which brand and desk."""

from collections.abc import Collection
from typing import NamedTuple

EVERY = "*"
"""Any brand, or any desk."""

ROLES = ("admin", "author", "analyst", "agent", "viewer")
"""What people can be. An admin may do everything; the others do not include one another."""


class Frame(NamedTuple):
    """What stands above every page: `areas` in their order, where `account` is ("" for nowhere), and the `start`.

    An area is shown once it has a policy, to those whom the policy lets in.
    """

    areas: tuple[str, ...] = ("/", "/inbox", "/flows", "/outreach", "/reports", "/contacts", "/settings")
    account: str = "/account"
    start: str = "/"


class Grant(NamedTuple):
    """A role, for one brand or EVERY, at one desk or EVERY."""

    role: str
    brand: str = EVERY
    desk: str = EVERY

    def __str__(self) -> str:
        parts = [self.role, self.brand, self.desk]
        while parts[-1] == EVERY:
            parts.pop()
        return ":".join(parts)


class Visitor(NamedTuple):
    """A person who has signed in. `csrf` goes into every form as `_csrf`; `session` is the hash of its id.

    `sure_at` is when they last gave their password, in epoch ms.
    """

    id: str
    email: str
    name: str
    language: str
    grants: tuple[Grant, ...]
    session: str = ""
    csrf: str = ""
    sure_at: int = 0

    def may(self, roles: Collection[str], brand: str = "", desk: str = "") -> bool:
        """Whether one of these roles is theirs, for this brand and desk if they are given; an admin has all roles."""
        return any(
            (grant.role in roles or grant.role == "admin")
            and (not brand or grant.brand in (EVERY, brand))
            and (not desk or grant.desk in (EVERY, desk))
            for grant in self.grants
        )

    def brands(self, roles: Collection[str]) -> frozenset[str] | None:
        """The brands for which they have one of these roles; None for all."""
        found = frozenset(grant.brand for grant in self.grants if grant.role in roles or grant.role == "admin")
        return None if EVERY in found else found

    def desks(self, roles: Collection[str]) -> frozenset[str] | None:
        """The desks at which they have one of these roles; None for all."""
        found = frozenset(grant.desk for grant in self.grants if grant.role in roles or grant.role == "admin")
        return None if EVERY in found else found


def grant_of(text: str) -> Grant:
    """`role`, `role:brand` or `role:brand:desk`. Raises ValueError with the reason."""
    parts = [part.strip() for part in text.split(":")]
    if parts[0] not in ROLES:
        raise ValueError(f"there is no role {parts[0]!r}; roles are {', '.join(ROLES)}")
    if len(parts) > 3 or not all(parts):
        raise ValueError("a role is written role, role:brand or role:brand:desk, with * for any")
    return Grant(*parts)
