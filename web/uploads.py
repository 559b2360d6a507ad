"""Forms in parts, which can bring a file: counted while they come, never on disk for longer than the request."""

from collections.abc import AsyncGenerator
from typing import NamedTuple

from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from web.guard import UPLOAD_LIMIT, too_large
from web.problems import Refused

FIELDS = 200


class Upload(NamedTuple):
    """A file as it came. `name` is what the browser calls it: anything; "" and no content if none was chosen."""

    name: str = ""
    content: bytes = b""


def in_parts(request: Request) -> bool:
    """Whether the body says that it is such a form."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data"


def upload(request: Request) -> Upload | None:
    """The file that came with the form; None if there was more than the form may have."""
    found: Upload | None = request.scope["state"].get("upload", Upload())
    return found


async def read_parts(request: Request, limit: int) -> dict[str, str]:
    """The fields of a form of at most `limit` bytes, and its file for `upload`. Raises Refused.

    Of a larger form those are there that came whole: the browser is told in a page, not hung up on.
    """
    if parse_options_header(request.headers["content-type"])[1].get(b"charset", b"utf-8").lower() != b"utf-8":
        raise Refused(422, "Wrong form", "The body is not a form in UTF-8.")
    if unhurried := request.scope.get("unhurried"):  # nobody gets here who has not signed in
        unhurried()
    larger = False

    async def counted() -> AsyncGenerator[bytes, None]:
        nonlocal larger
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > UPLOAD_LIMIT:
                raise too_large(limit)
            larger = size > limit
            if not larger:
                yield chunk

    parser = MultiPartParser(request.headers, counted(), max_files=1, max_fields=FIELDS, max_part_size=limit)
    try:
        found = await parser.parse()
    except MultiPartException as error:
        raise Refused(422, "Wrong form", "The body is not a form with at most one file.") from error
    try:
        fields = {name: value.replace("\r\n", "\n") for name, value in found.multi_items() if isinstance(value, str)}
        files = [each for _, each in found.multi_items() if isinstance(each, UploadFile)]
        sent = [Upload(each.filename or "", await each.read()) for each in files]
    finally:
        await found.close()
    if any("\0" in name + value for name, value in fields.items()):
        raise Refused(422, "Wrong form", "A text cannot hold the character U+0000.")
    request.scope["state"]["upload"] = None if larger else (sent or [Upload()])[0]
    return fields
