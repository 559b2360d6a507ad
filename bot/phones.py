"""Phone numbers as people and spreadsheets write them, in E.164. Pure.

A number is taken if its length is possible where it belongs; whether somebody has it, the provider knows.
"""

import re
from functools import lru_cache
from typing import Any

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_EXCEL = re.compile(r"([0-9]{6,15})(\.0)?|[0-9.]+[eE]\+?[0-9]+")
_BETWEEN = str.maketrans("", "", " -/.()\u00a0")
_TWO = re.compile(r"/\s*[0-9]{1,2}$")
_SCHEMES = ("tel:", "sms:", "whatsapp:")
_WHY = {
    1: "no country has this calling code",  # phonenumbers.ValidationResult
    2: "it is too short",
    3: "it is too long",
    4: "it lacks its area code",
    5: "no number there has this length",
}
_NO_COUNTRY = "it has no country in front, like +49"


class NoNumber(ValueError):
    """Why a text is no phone number; does not quote it."""


def e164(text: str, region: str = "") -> str:
    """The number in E.164; without a country of its own it is one of `region` (ISO 3166, two letters). Raises NoNumber.

    What a spreadsheet took for a figure is read too, without its zero in front and without its plus.
    """
    written = text.strip().removeprefix("'")  # how spreadsheets are told that it is text
    for scheme in _SCHEMES:
        written = written.removeprefix(scheme)
    if _E164.fullmatch(written) and _is_plain(written):
        return written
    if _E164.fullmatch(home := _at_home(written, region.upper())) and _is_plain(home):
        return home
    return _parsed(_digits(written), region.upper())


def masked(text: str) -> str:
    """Enough of an address to recognise it by, not enough to write to it: `+49…42`."""
    shown = text.strip()
    return f"{shown[:3]}…{shown[-2:]}" if len(shown) > 7 else "…"


def _digits(written: str) -> str:
    """Without what a spreadsheet made of a number."""
    if figure := _EXCEL.fullmatch(written):
        if figure[1] is None:
            raise NoNumber("a spreadsheet has rounded it; format the column as text and enter it anew")
        return figure[1]
    return written


def _parsed(written: str, region: str) -> str:
    import phonenumbers  # noqa: PLC0415  # a tenth of a second that a webhook does not need

    known = region if region in phonenumbers.SUPPORTED_REGIONS else None
    try:
        parsed = phonenumbers.parse(written, known)
        if written.isdecimal() and written[0] != "0":
            own = written.startswith(str(parsed.country_code))
            parsed = ((own or not phonenumbers.is_valid_number(parsed)) and _with_plus(written)) or parsed
    except phonenumbers.NumberParseException as error:
        if error.error_type != phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            raise NoNumber("it is none") from None
        raise NoNumber(_WHY[1] if written.startswith("+") else _NO_COUNTRY) from None
    if parsed.extension or _TWO.search(written):
        raise NoNumber("an extension, or a second number in the cell, cannot be written to")
    why = phonenumbers.is_possible_number_with_reason(parsed)
    if why != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise NoNumber(_WHY.get(why, "it is none"))
    number = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    if not _E164.fullmatch(number):
        raise NoNumber(_WHY[2] if len(number) < 8 else _WHY[3])
    return number


def _with_plus(written: str) -> Any:
    """What the digits are with their country in front, if that is a number; a spreadsheet drops the plus."""
    import phonenumbers  # noqa: PLC0415  # see above

    try:
        parsed = phonenumbers.parse(f"+{written}")
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) else None


def _is_plain(number: str) -> bool:
    """Whether parsing would give back this very number: ten times as fast, and most files hold nothing else."""
    for end in (2, 3, 4):
        lengths, prefix = _plan(number[1:end])
        if lengths:
            national = number[end:]
            return len(national) in lengths and national[0] != "0" and not (prefix and prefix.match(national))
    return False


def _at_home(written: str, region: str) -> str:
    """A number as people write it in its own country, with its zero in front; "" where that takes a closer look."""
    digits = written.translate(_BETWEEN)
    code, pattern = _home(region)
    if not code or not digits.isascii() or not pattern.fullmatch(digits) or _TWO.search(written):
        return ""
    return f"+{code}{digits[1:]}"


@lru_cache(1024)
def _home(region: str) -> tuple[str, Any]:
    """The calling code, and how numbers behind the zero look; "" where there is more than a zero in front."""
    import phonenumbers  # noqa: PLC0415  # see above

    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.national_prefix_for_parsing != "0" or plan.national_prefix_transform_rule:
        return "", None
    abroad = plan.international_prefix or "(?!)"
    return str(plan.country_code), re.compile(f"(?!{abroad})0(?:{plan.general_desc.national_number_pattern})")


@lru_cache(1024)
def _plan(code: str) -> tuple[frozenset[int], Any]:
    """The lengths that numbers behind a calling code can have, and what may stand in front by mistake."""
    import phonenumbers  # noqa: PLC0415  # see above

    metadata = phonenumbers.PhoneMetadata
    region = phonenumbers.region_code_for_country_code(int(code))
    if region in {"ZZ", "001"}:
        return frozenset(), None
    plan: Any = metadata.metadata_for_region(region)
    prefix = plan.national_prefix_for_parsing
    return frozenset(plan.general_desc.possible_length), re.compile(prefix) if prefix else None
