"""Sessions in browsers: the cookie, how long it holds (S15), and that forms come from our own pages (S16).

Over https the cookie is `__Host-` and Secure. Without an https `public_url` there is nobody to sign in but on this
very machine, over a connection that never leaves it: there it is an ordinary cookie, and it counts nowhere else.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from web.accounts import Accounts, Session
from web.guard import LOOPBACK, is_local
from web.problems import Refused
from web.visitors import Frame, Grant, Visitor

NAME, BEFORE = "echolot", "echolot-form"
"""The cookies of a session, and of a form that is filled in before there is one."""

HOUR = 3_600_000  # ms
STRICT = (HOUR // 2, 12 * HOUR)
USUAL = (8 * HOUR, 7 * 24 * HOUR)
"""How long a session holds without and with its person at it: admins, and everybody else (S15)."""

TOUCH = 60_000  # ms: somebody who is there is noted once a minute
SURE = 5 * 60_000  # ms that a password counts for what is asked for with it (S39)
FOREIGN = "This form does not come from our own page. Open the page again, and send it once more."
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac", "macOS"))


class Doors:
    """Who is at the page, and the cookies that tell."""

    frame = Frame()

    def __init__(self, accounts: Accounts, public_url: str, clock: Callable[[], int]) -> None:
        """`public_url` is where browsers reach us, "" if nobody but this machine does; `clock` gives epoch ms."""
        self.accounts = accounts
        self.public_url = public_url
        self.https = public_url.startswith("https://")
        self.clock = clock

    async def visitor(self, request: Request, *, touch: bool = True) -> Visitor | None:
        """Who has signed in in this browser; `touch` says that they are doing something."""
        secret = self.secret(request, NAME)
        if not secret:
            return None
        name = digest(secret)
        found = await self.accounts.session(name)
        now = self.clock()
        if found is None or is_over(found, now):
            return None
        if touch and now - found.seen_at >= TOUCH:
            await self.accounts.seen(name)
        form = token(secret)
        return Visitor(found.person, found.email, found.name, found.language, found.grants, name, form, found.sure_at)

    def is_sure(self, who: Visitor) -> bool:
        """Whether they have shown lately that it is still them."""
        return 0 <= self.clock() - who.sure_at < SURE

    def reachable(self, request: Request) -> bool:
        """Whether somebody can sign in this way: over https, or on this machine."""
        return self.https or is_local(request)

    def secret(self, request: Request, name: str) -> str:
        """What this cookie holds, "" for nothing."""
        return request.cookies.get(self._called(name), "") if self.reachable(request) else ""

    def give(self, answer: Response, name: str, secret: str) -> None:
        """Set a cookie; it ends with the browser, or before it with the session."""
        answer.set_cookie(self._called(name), secret, path="/", secure=self.https, httponly=True, samesite="lax")

    def take(self, answer: Response, name: str) -> None:
        """Take a cookie back."""
        answer.delete_cookie(self._called(name), path="/", secure=self.https, httponly=True, samesite="lax")

    def check_origin(self, request: Request) -> None:
        """Refuses with 403 what was not sent by one of our own pages; browsers tell, and cannot be made to lie."""
        origin, site = request.headers.get("origin", ""), request.headers.get("sec-fetch-site", "same-origin")
        if site != "same-origin" or not self._ours(origin, request):
            raise Refused(403, "Not from here", FOREIGN)

    def check_form(self, request: Request, given: str, secret: str) -> None:
        """Refuses with 403 an unsafe request without the token that goes with its cookie."""
        self.check_origin(request)
        if not secret or not hmac.compare_digest(given.encode(), token(secret).encode()):
            raise Refused(403, "Not from here", FOREIGN)

    def _ours(self, origin: str, request: Request) -> bool:
        if self.https:
            return origin.casefold() == _origin(self.public_url)
        parts = urlsplit(origin)
        return parts.scheme == "http" and parts.hostname in LOOPBACK and parts.netloc == request.headers.get("host")

    def _called(self, name: str) -> str:
        return f"__Host-{name}" if self.https else name


def is_over(found: Session, now: int) -> bool:
    """Whether a session has ended by itself: nobody was at it for too long, or it has been open for too long."""
    idle, most = limits(found.grants)
    return now - found.seen_at >= idle or now - found.created_at >= most


def limits(grants: Sequence[Grant]) -> tuple[int, int]:
    """How long a session holds, in ms: without anybody at it, and at all."""
    return STRICT if any(grant.role == "admin" for grant in grants) else USUAL


def fresh() -> str:
    """A new secret of 256 bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What a session or a link is named by; a slow hash would protect nothing, for the secret is random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def token(secret: str) -> str:
    """What goes into the forms of a session: nobody can tell it without the cookie."""
    return hmac.digest(secret.encode(), b"form", "sha256").hex()


def browser_of(request: Request) -> str:
    """Which browser this is, in two words and no more."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "Linux" if re.search("Linux|X11", agent) else "")
    return " · ".join(part for part in (browser, system) if part)


def inside(to: str) -> str:
    """A path of ours to go on to; "/" for whatever leads elsewhere."""
    parts = urlsplit(to)
    safe = to.startswith("/") and not to.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return to if safe and all(32 < ord(letter) < 127 for letter in to) else "/"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".casefold()
