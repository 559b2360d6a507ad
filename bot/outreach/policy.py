"""The rules of asking, as an operator sets them under `outreach:`. Durations are milliseconds."""

from collections.abc import Mapping

from msgspec import Struct, field

_DAY = 86_400_000
_KINDS = ("transactional", "relationship")
_BASES = frozenset(("consent", "existing_customer", "contract", "other"))


class Quarantine(Struct, frozen=True, kw_only=True):
    """People who are left alone for now: whoever has one of these values. `until` is epoch ms, 0 for ever."""

    name: str
    attribute: Mapping[str, tuple[str, ...]]
    until: int = 0


class Policy(Struct, frozen=True, kw_only=True):
    """What decides whether somebody may be asked now.

    `cool_down` is between any two surveys of one person, `cool_down_by_kind` between two of the same kind. `zone` is
    the operator's own, for contacts of whom nothing tells where they are. `bases` allow which kind of survey.
    """

    hours: str = "Mo-Sa 08:00-20:00; PH off"
    country: str = "DE"
    zone: str = "Europe/Berlin"
    cool_down: int = 90 * _DAY
    cool_down_by_kind: Mapping[str, int] = {}
    cool_down_by_flow: Mapping[str, int] = {}
    quarantines: tuple[Quarantine, ...] = ()
    bases: Mapping[str, frozenset[str]] = field(default_factory=lambda: dict.fromkeys(_KINDS, _BASES))
    meaningful_for: int = 3 * _DAY
    wait_for_case: int = _DAY
    """How long until it is looked again whether a case is still open or a survey still running."""

    @property
    def memory(self) -> int:
        """How far back it matters who was asked."""
        return max(self.cool_down, *self.cool_down_by_kind.values(), *self.cool_down_by_flow.values(), 0)
