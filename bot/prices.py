"""What one SMS segment costs, by where the number is: the settings' `prices`."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

CallingCode = Annotated[str, Field(pattern=r"^\+[1-9]\d{0,6}$")]
Price = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]


class Prices(BaseModel):
    """Prices of one currency, by the first digits of a number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    currency: str = Field("EUR", pattern=r"^[A-Z]{3}$")
    segment: dict[CallingCode, Price] = {}

    def __bool__(self) -> bool:
        return bool(self.segment)

    def span(self, segments: int) -> tuple[Decimal, Decimal]:
        """What so many segments cost where it is cheapest and where it is dearest. Needs at least one price."""
        return min(self.segment.values()) * segments, max(self.segment.values()) * segments


def amount(prices: Iterable[Decimal], currency: str) -> str:
    """One price, or from the lower to the higher: `0.21 EUR`, `0.21–0.36 EUR`."""
    shown = dict.fromkeys(f"{price:.2f}" for price in prices)
    return f"{'–'.join(shown)} {currency}"
