"""The providers in a process of their own, with desks in them: see `provider`, which this is besides.

`/posted?slack=0&telegram=0` tells what was said at desks from these numbers on, `/desks` how it looks there at last.
"""

import asyncio
import sys
from typing import cast

from starlette.requests import Request

from tests.durability.desk_networks import DeskSlack, DeskTelegram, networks
from tests.durability.provider import Laggard, main


class DeskLaggard(Laggard):
    """See Laggard."""

    made = staticmethod(networks)

    async def _told(self, path: str, request: Request) -> object:
        desks = {"slack": cast("DeskSlack", self._networks["slack"])} | {
            "telegram": cast("DeskTelegram", self._networks["telegram"])
        }
        if path == "/posted":
            return {name: desk.posted(int(request.query_params[name])) for name, desk in desks.items()}
        if path == "/desks":
            return {
                "threads": {name: desk.threads() for name, desk in desks.items()},
                "signs": {name: desk.signs() for name, desk in desks.items()},
            }
        return await super()._told(path, request)


if __name__ == "__main__":
    asyncio.run(main(DeskLaggard, int(sys.argv[1]), float(sys.argv[2]), punctual=sys.argv[3] == "1"))
