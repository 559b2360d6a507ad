"""What the pages say, in German and English."""

from collections.abc import Mapping

from starlette.requests import Request

from web.words import english, german

LANGUAGES = {"de": "Deutsch", "en": "English"}
WORDS: Mapping[str, Mapping[str, str]] = {"en": english.WORDS, "de": german.WORDS}
TRY: Mapping[str, tuple[str, ...]] = {"en": english.TRY, "de": german.TRY}
INSTALL: Mapping[str, Mapping[str, str]] = {"en": english.INSTALL, "de": german.INSTALL}


def language(request: Request) -> str:
    """What the address says, else the first that the browser wants and we have."""
    asked = request.query_params.get("lang", "")
    wanted = request.headers.get("accept-language", "").replace(";", ",").split(",")
    for each in (asked, *(part.strip()[:2].lower() for part in wanted)):
        if each in LANGUAGES:
            return each
    return "en"
