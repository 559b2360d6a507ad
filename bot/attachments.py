"""What a file is, by its bytes; whether it is passed on; and what it may be called."""

import re
import unicodedata
from collections.abc import Mapping

import filetype

from bot.messages import File

MOST_BYTES = 10_000_000
"""Larger files are not passed on (RELIABILITY S13)."""

PASSED_ON: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "application/pdf": "pdf",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
}
"""The types that are passed on, with the extension of each. Nothing in here is run by what opens it."""

MOST_NAME = 60
_SPELLED = {"jpeg": "jpg", "heif": "heic", "oga": "ogg", "opus": "ogg", "mp4": "m4a", "aac": "m4a"}
_CODEC = re.compile(rb"OpusHead|\x01vorbis|Speex   |\x7fFLAC")
_TRACK = re.compile(rb"hdlr.{8}(soun|vide)", re.DOTALL)  # ISO 14496-12, 8.4.3: what kind of track a handler plays


def looked_at(file: File) -> File | None:
    """The file under the type that its bytes show and a name that goes with it; None if its kind is not passed on.

    What its sender or a provider calls it plays no part.
    """
    found = filetype.guess(file.data) if file.data else None
    mime = _checked(found.mime, file.data) if found else ""
    if mime not in PASSED_ON:
        return None
    return File(named(file.name, mime), mime, file.data, file.link)


def named(name: str, mime: str) -> str:
    """A file's name for people to read: no path, nothing invisible, and the extension of its type."""
    shown = "".join(each for each in re.split(r"[/\\]", name)[-1] if unicodedata.category(each)[0] != "C")
    stem, _, extension = shown.rpartition(".")
    wanted = PASSED_ON[mime]
    if not stem or _SPELLED.get(extension.lower(), extension.lower()) != wanted:
        stem, extension = shown, wanted
    return f"{stem.strip(' .')[:MOST_NAME] or 'file'}.{extension}"


def safe_name(name: str, mime: str) -> str:
    """The same for a link or a text message: plain letters and digits, and one dot, so that it is no link itself."""
    stem = named(name, mime).rpartition(".")[0].replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return f"{re.sub(r'[^A-Za-z0-9_]+', '-', plain).strip('-') or 'file'}.{PASSED_ON[mime]}"


def fits(file: File, limits: Mapping[str, int]) -> bool:
    """Whether a file gets through where these are the most bytes by MIME type; `*` stands for all others."""
    return len(file.data) <= limits.get(file.mime, limits.get("*", -1))


def _checked(mime: str, data: bytes) -> str:
    """The type, more exactly than by the first bytes: a container is audio if it holds nothing else."""
    match mime:
        case "image/apng":
            return "image/png"
        case "video/mp4":
            return "audio/mp4" if set(_TRACK.findall(data)) == {b"soun"} else mime
        case "audio/mp4":
            return mime if b"vide" not in _TRACK.findall(data) else "video/mp4"
        case "audio/ogg":
            return mime if _CODEC.search(data[:512]) else "video/ogg"
    return mime
