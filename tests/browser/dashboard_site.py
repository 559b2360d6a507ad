"""The home page over made-up answers, on a real port."""

import contextlib

from starlette.routing import Router

from tests.web.figures_made import NOW
from web import compare, home, pages
from web.guard import Guard
from web.home import Home
from web.pictures import Pictures
from web.server import Site
from web.visitors import Grant, Visitor

ADA = Visitor("1", "ada@example.com", "Ada Lovelace", "", (Grant("admin"),))


@contextlib.asynccontextmanager
async def looking(made, who=ADA):
    """The address of the page for this visitor."""
    pictures, site = Pictures(), Site("127.0.0.1", 0)
    numbers = Home(made, pictures, lambda: NOW)
    router = Router([*home.routes(numbers), *compare.routes(numbers), *pages.routes()])

    async def app(scope, receive, send):
        scope.setdefault("state", {}).update(visitor=who, request_id="r")
        await router(scope, receive, send)

    await site.start(Guard(app, [], lambda *_: None))
    yield site.url
    await site.stop()
    pictures.close()
