"""The providers in a process of their own: they take a message a while after the request and remember what they took.

`python -m tests.durability.provider SEED LAG PUNCTUAL` prints its address. A message is taken 0 to LAG seconds after
its request has arrived, whether or not somebody still waits for the answer. With PUNCTUAL 1 a look-up waits until all
that arrived before it has been taken: a lag below `settle` that holds however busy the machine is.
"""

import asyncio
import random
import re
import sys
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from sandbox.serving import serving
from sandbox.telegram import delivery
from tests.durability.networks import Network, networks

ANSWERS_WITHIN = 0.02  # seconds after a message has been taken
LONGEST_PAUSE = 0.2  # seconds between two tries of an update; Telegram's own is a minute


class Laggard:
    """The sandboxes behind a lag, and what they tell a test.

    `/taken?sms=0&telegram=0&slack=0&acked=0` tells what was taken and acknowledged from these numbers on, `/marked`
    what has been changed, `/quiet` whether nothing is on its way; `/connect?url=…` names the server.
    """

    made: Callable[[random.Random], Mapping[str, Network]] = staticmethod(networks)

    def __init__(self, seed: int, lag: float, *, punctual: bool) -> None:
        self._random = random.Random(seed)
        self._networks = self.made(self._random)
        self._lag = lag
        self._acked: list[str] = []
        self._punctual = punctual
        self._under_way: set[asyncio.Event] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        path = scope.get("path", "")
        for name, network in self._networks.items():
            if path.startswith(network.prefixes):
                await self._call(network, scope, receive, send)
                return
            if path.startswith(f"/sandbox/{name}/"):
                await network.app(scope, receive, send)
                return
        request = Request(scope, receive)
        await JSONResponse(await self._told(path, request))(scope, receive, send)

    async def _told(self, path: str, request: Request) -> object:
        query = request.query_params
        if path == "/taken":
            taken = {name: network.taken(int(query[name])) for name, network in self._networks.items()}
            for network in self._networks.values():
                self._acked += filter(None, network.acked)
                network.acked.clear()
            return taken | {"acked": self._acked[int(query["acked"]) :]}
        if path == "/marked":
            return [each for network in self._networks.values() for each in network.marked()]
        if path == "/connect":
            for network in self._networks.values():
                await network.connect(query["url"])
        return all(network.quiet() for network in self._networks.values())

    async def _call(self, network: Network, scope: Scope, receive: Receive, send: Send) -> None:
        request = f"{scope['method']} {scope['path']}"
        if re.fullmatch(network.takes, request):
            await self._create(network, scope, receive, send)
            return
        if self._punctual and re.fullmatch(network.looks_up, request):
            await asyncio.sleep(0.02)  # requests that arrived before this one may still be in the socket's queue
            for one in list(self._under_way):
                await one.wait()
        await network.app(scope, receive, send)

    async def _create(self, network: Network, scope: Scope, receive: Receive, send: Send) -> None:
        done = asyncio.Event()
        self._under_way.add(done)
        answer: list[Message] = []
        try:
            body = await Request(scope, receive).body()
            await asyncio.sleep(self._random.uniform(0, self._lag))
            await self._take(network, scope, body, answer)
        finally:
            self._under_way.discard(done)
            done.set()
        await asyncio.sleep(self._random.uniform(0, ANSWERS_WITHIN))
        for part in answer:
            await send(part)

    async def _take(self, network: Network, scope: Scope, body: bytes, answer: list[Message]) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def keep(part: Message) -> None:
            answer.append(part)

        await network.app(scope, receive, keep)


async def main(made: type[Laggard], seed: int, lag: float, *, punctual: bool) -> None:
    """Serve until whoever started us is gone."""
    delivery.MAX_DELAY = LONGEST_PAUSE
    over = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, over.set)
    async with serving(made(seed, lag, punctual=punctual)) as url:
        print(url, flush=True)  # whoever started us reads it
        await over.wait()


if __name__ == "__main__":
    asyncio.run(main(Laggard, int(sys.argv[1]), float(sys.argv[2]), punctual=sys.argv[3] == "1"))
