"""`python -m tests.bench [PART…]`: what Echolot does per second, as ratios to this machine's limits and to peers."""

import argparse
import importlib
import os
import sys
import time
import traceback

from tests.bench.durable import quiet
from tests.bench.table import Row, show

PARTS = ("engine", "reader", "durable", "cluster", "hooks", "startup", "channels", "desk", "campaign")
ALONE = (
    "budget",
    "contacts",
    "memory",
    "mutation",
    "planning",
    "rollups",
)  # only when they are named: they tell nothing about speed, or take a night


def main() -> None:
    """Measure the parts named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    named = f"without: all of these; only when named: {', '.join(ALONE)}"
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; {named}")
    parser.add_argument("--turns", type=int, default=1_000_000, help="how many turns `memory` makes")
    parser.add_argument(
        "--channel", choices=("sms", "telegram", "slack"), default="", help="of `campaign`, only this one"
    )
    parser.add_argument("--sends", type=int, default=10_000, help="how many messages `campaign` sends per channel")
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="how many rows `contacts` imports, `planning` plans"
    )
    parser.add_argument("--mutants", type=int, default=200, help="how many changes `mutation` tries")
    parser.add_argument("--all", action="store_true", help="`mutation` tries every change")
    parser.add_argument("--replies", type=int, help="`mutation` looks at only so many labelled replies: quicker")
    parser.add_argument("--modules", default="", help="`mutation` changes only these: fold,tokens")
    parser.add_argument("--seed", type=int, help="which ones; without it others each time, the seed is printed")
    parser.add_argument("--answers", type=int, default=10_000_000, help="how many answers `rollups` looks at")
    given = parser.parse_args()
    if unknown := set(given.parts) - {*PARTS, *ALONE}:
        parser.error(f"no part is called {min(unknown)!r}")
    quiet()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f} before the start. Only ratios mean something elsewhere.")
    began = time.monotonic()
    rows: list[Row] = []
    failed: list[str] = []
    arguments: dict[str, tuple[object, ...]] = {
        "memory": (given.turns,),
        "campaign": (given.sends, given.channel),
        "contacts": (given.rows,),
    }
    arguments["planning"] = (given.rows,)
    arguments["rollups"] = (given.answers,)
    arguments["mutation"] = (None if given.all else given.mutants, given.seed, given.modules, given.replies)
    for name in given.parts or PARTS:
        print(f"  {name} …", file=sys.stderr, flush=True)
        part = importlib.import_module(f"tests.bench.{name}")
        try:
            rows += part.run(*arguments.get(name, ()))
        except Exception:  # noqa: BLE001  # the other parts' figures are worth their minutes
            traceback.print_exc()
            failed.append(name)
    show(rows)
    print(f"{time.monotonic() - began:.0f} s; {sum(row.missed for row in rows)} goals missed.")
    if failed:
        sys.exit(f"Not measured: {', '.join(failed)}.")
    if broken := [row.name.strip() for row in rows if row.hard and row.missed]:
        sys.exit(f"Goals that must not be missed: {', '.join(broken)}.")


if __name__ == "__main__":
    main()
