"""Flows for other systems, such as an editor of your own: versions, what changed, publish, go back."""

from collections.abc import Awaitable
from typing import Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.versions import NoVersion, Outdated
from flows.problems import FlowProblems, Problem
from web.api import json
from web.bodies import read
from web.flow_shapes import (
    FlowDiff,
    FlowHistory,
    FlowMove,
    FlowMoving,
    FlowPage,
    FlowProblem,
    FlowPublication,
    FlowPublished,
    FlowRollback,
)
from web.guard import API_LIMIT, read_body
from web.keys import Keyring
from web.problems import Refused

T = TypeVar("T")


class Flows(Protocol):
    """Flows, their versions and their files.

    What is wrong comes as NoVersion, Outdated, FlowProblems and StoreUnavailable.
    """

    async def page(self) -> FlowPage:
        """All flows, and what is wrong with their files."""
        ...

    async def history(self, flow: str) -> FlowHistory:
        """The versions of a flow."""
        ...

    async def diff(self, flow: str, old: str, new: str) -> FlowDiff:
        """What changed; each is a number, `published` or `file`."""
        ...

    async def publish(self, flow: str, wanted: FlowPublication, author: str) -> FlowPublished:
        """Publish a source, or what the flow's file says; `author` where they do not say."""
        ...

    async def roll_back(self, flow: str, wanted: FlowRollback, author: str) -> FlowPublished:
        """Go back to an earlier version."""
        ...

    async def move(self, flow: str, wanted: FlowMove) -> FlowMoving:
        """Let running conversations go on with another version."""
        ...


def routes(flows: Flows, keyring: Keyring) -> list[Route]:
    """`/api/v1/flows…`."""

    async def list_flows(request: Request) -> Response:
        keyring.check(request, "read")
        return json(await flows.page())

    async def list_versions(request: Request) -> Response:
        keyring.check(request, "read")
        return json(await _said(flows.history(request.path_params["id"])))

    async def compare(request: Request) -> Response:
        keyring.check(request, "read")
        query = request.query_params
        old, new = query.get("from", "published"), query.get("to", "file")
        return json(await _said(flows.diff(request.path_params["id"], old, new)))

    async def publish(request: Request) -> Response:
        key = keyring.check(request, "author")
        wanted = read(await read_body(request, API_LIMIT), FlowPublication, "Wrong publication")
        done = await _said(flows.publish(request.path_params["id"], wanted, key.name))
        return json(done, 201 if done.new else 200)

    async def roll_back(request: Request) -> Response:
        key = keyring.check(request, "author")
        wanted = read(await read_body(request, API_LIMIT), FlowRollback, "Wrong way back")
        return json(await _said(flows.roll_back(request.path_params["id"], wanted, key.name)), 201)

    async def move(request: Request) -> Response:
        keyring.check(request, "author")
        wanted = read(await read_body(request, API_LIMIT), FlowMove, "Wrong move")
        return json(await _said(flows.move(request.path_params["id"], wanted)), 200 if wanted.dry_run else 202)

    return [
        Route("/api/v1/flows", list_flows, methods=["GET"]),
        Route("/api/v1/flows/{id}/versions", list_versions, methods=["GET"]),
        Route("/api/v1/flows/{id}/versions", publish, methods=["POST"]),
        Route("/api/v1/flows/{id}/diff", compare, methods=["GET"]),
        Route("/api/v1/flows/{id}/rollback", roll_back, methods=["POST"]),
        Route("/api/v1/flows/{id}/move", move, methods=["POST"]),
    ]


async def _said(done: Awaitable[T]) -> T:
    """What came of it, or a refusal that says why not."""
    try:
        return await done
    except NoVersion as error:
        raise Refused(404, "No such version", str(error)) from error
    except Outdated as error:
        raise Refused(409, "Somebody else has published", str(error), current=error.current) from error
    except FlowProblems as error:
        found = [msgspec.to_builtins(problem(each)) for each in error.problems]
        raise Refused(422, "The flow has errors", str(error), problems=found) from error


def problem(found: Problem) -> FlowProblem:
    """A problem as the API tells it."""
    return FlowProblem(
        found.file, found.line, found.column, found.severity, found.code, found.message, found.suggestion
    )
