"""By what the numbers can be told apart: the settings' `insights`."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

FIXED = ("flow", "channel", "language", "variant")
"""Dimensions that every survey has."""

PERIODS = ("day", "month")
"""By these the numbers are told apart as well; no dimension is called so."""

ADDRESSES = ("period", "from", "to", "by", "after", "limit", "lang", "look", "v")
"""These say something else where a dimension may stand, in the addresses of pages and of the API."""

MOST = 8


def _dimensions(names: tuple[str, ...]) -> tuple[str, ...]:
    taken = [name for place, name in enumerate(names) if name in (*FIXED, *PERIODS, *ADDRESSES, *names[:place])]
    if taken:
        raise PydanticCustomError("dimension", "'{name}' is there already", {"name": taken[0]})
    return names


Dimension = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")]
Dimensions = Annotated[tuple[Dimension, ...], Field(max_length=MOST), AfterValidator(_dimensions)]


class InsightsSettings(BaseModel):
    """What is counted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dimensions: Dimensions = ("brand", "region", "touchpoint", "agent", "segment")


DIMENSIONS = InsightsSettings().dimensions
"""Those beside the fixed ones, where the settings say nothing."""
