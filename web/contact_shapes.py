"""Contacts as the API shows and takes them."""

from typing import Annotated, Any

from msgspec import Meta, Struct

MOST = 1000  # contacts per call, and per page


class ContactAddress(Struct, frozen=True):
    """Where a contact can be reached; the first is tried first."""

    channel: str
    address: Annotated[str, Meta(description="`channel:address`.")]


class ContactDetail(Struct, frozen=True):
    """One person."""

    id: str
    external: Annotated[str, Meta(description="What other systems call them, or an empty text.")]
    name: str
    language: str
    zone: Annotated[str, Meta(description="Time zone that was given, or an empty text.")]
    zones: Annotated[list[str], Meta(description="Every time zone they can be in as far as is known; none: any.")]
    country: str
    brand: str
    region: str
    segment: str
    agent: str
    revenue: int | None
    attributes: dict[str, str]
    addresses: list[ContactAddress]


class ContactPage(Struct, frozen=True):
    """Contacts in the order of their ids; `next` is the cursor of the next page, null at the end."""

    contacts: list[ContactDetail]
    next: str | None


class ContactMerge(Struct, frozen=True, forbid_unknown_fields=True):
    """Into whom this contact goes, with all they have."""

    into: Annotated[str, Meta(min_length=1, max_length=200, description="The id of the contact who remains.")]


class ContactProblem(Struct, frozen=True):
    """A field that cannot be used."""

    field: str
    reason: str
    advice: str


class ContactSaved(Struct, frozen=True, omit_defaults=True):
    """What became of one contact of a call."""

    status: Annotated[
        str,
        Meta(
            description="new | changed | same | suppressed (this person is not to be taken up again) | doubtful (it is "
            "about two people; merge them, or correct it) | refused (see `problems`). Of these three nothing is kept."
        ),
    ]
    contact: Annotated[str, Meta(description="The contact's id.")] = ""
    basis: Annotated[bool, Meta(description="Whether `consent` was complete and is recorded.")] = False
    reason: Annotated[str, Meta(description="What is in the way, and what to do about it.")] = ""
    problems: tuple[ContactProblem, ...] = ()


class ContactsSaved(Struct, frozen=True):
    """What became of the contacts of a call, in their order."""

    contacts: list[ContactSaved]


Given = dict[str, Any]
"""A contact as a caller gives it: the fields of an import, `attributes`, `addresses` by channel, `consent`."""
