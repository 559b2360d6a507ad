"""Refusals: what a caller is told when something is wrong (RFC 9457), never more than they may know."""

from typing import Any

import msgspec
from starlette.responses import Response


class Refused(Exception):  # an answer rather than an error
    """Ends a request with this status; `detail` is written for the caller and carries no personal data."""

    def __init__(
        self, status: int, title: str, detail: str = "", headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.detail = detail
        self.headers = headers or {}
        self.more = more

    def response(self, request_id: str) -> Response:
        """The refusal as `application/problem+json`."""
        content: dict[str, Any] = {"title": self.title, "status": self.status, "request_id": request_id}
        if self.detail:
            content["detail"] = self.detail
        return Response(
            msgspec.json.encode(content | self.more),
            self.status,
            self.headers,
            media_type="application/problem+json",
        )


def unavailable() -> Refused:
    """The database cannot take writes: the caller keeps what it has and comes back."""
    return Refused(503, "Not available at the moment", "Nothing was accepted. Try again.", {"retry-after": "5"})
