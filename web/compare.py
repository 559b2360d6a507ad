"""The page of comparisons: this month beside the last, waves, ranks, what stands out, weights, who came back."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.compared import tables
from web.comparing import compare
from web.home import Home, choices_of, form, read
from web.pages import page, spoken
from web.words.compare import COMPARE


def routes(home: Home) -> list[Route]:
    """`/compare`, over what the home page reads."""

    async def front(request: Request) -> Response:
        asked, lang = read(request, home)._replace(front="/compare"), spoken(request)
        found, choices = await asyncio.gather(compare(home.reading, asked), choices_of(home.reading, asked))
        whole = request.query_params.get("limit") == "all"
        shown = form(asked, choices, lang) | {"c": COMPARE[lang], "tables": tables(found, lang, whole=whole)}
        shown["whole"] = asked.address(limit="all")
        return page(request, "compare.html", sample=home.sample, back=asked.address(home.at), **shown)

    return [Route("/compare", front, methods=["GET"])]
