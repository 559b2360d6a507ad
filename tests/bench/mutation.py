"""Mutation test of the reader: of single changes to its code, drawn by chance, how many its own quick tests notice.

Those that change nothing anybody could see are named in `equal_mutants.txt`, each with the reason.
"""

import gc
import os
import random
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from tests.bench.mutants import Mutant, functions, mutants_of
from tests.bench.reach import FOLDER, PACKAGE, Caches, Reach, Unit, corpus
from tests.bench.table import Row

TESTS = Path(__file__).parents[1] / "flows" / "reading"
EQUAL = Path(__file__).with_name("equal_mutants.txt")
_SLOW = (
    "test_guards.py",
    "test_peers.py",
    "test_properties.py::test_no_kind",
    "test_languages.py::test_the_",
    "test_read_command.py",
    "test_remembered.py",
    "again_and_again_cost",
    "test_corpus.py::test_shared",
    "test_corpus.py::test_development",
    "test_corpus.py::test_replies",
    "test_corpus.py::test_unseen",
    "test_corpus.py::test_rows",
)  # or reads the rows that test_ratchet.py reads
_BY_REPLY = ("test_ratchet.py", "test_readings.py")  # what they look at is looked at reply by reply
_TOGETHER = os.cpu_count() or 1
_LONGEST, _TIMES = 10.0, 2.0  # seconds, and times as long as all tests took: then a mutant hangs, which is noticed


def run(count: int | None = 200, seed: int | None = None, modules: str = "", replies: int | None = None) -> list[Row]:
    """Draw mutants, or take every one (None), of all modules or some; judge each in a process of its own.

    Those that nothing noticed are printed. A seed draws the same ones again. With only some of the `replies` it is
    quicker, and what it finds is too low rather than too high.
    """
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    judge = Judge(count, seed, frozenset(filter(None, modules.split(","))), replies)
    options = [option for plugin in ("cacheprovider", "xdist", "terminal") for option in ("-p", f"no:{plugin}")]
    pytest.main([*options, "-o", "addopts=--import-mode=importlib", str(TESTS)], plugins=[judge])
    drawn = "all" if count is None else f"{count} drawn with seed {seed}"
    print(f"    of {judge.possible} mutants {drawn}, {judge.equal} of them known to change nothing")
    for module, (judged, missed) in sorted(judge.by_module.items()):
        print(f"    {module:14} {judged - missed:4} of {judged:4} noticed, {(judged - missed) / judged:6.1%}")
    judged, missed = (sum(column) for column in zip((0, 0), *judge.by_module.values(), strict=True))
    return [Row("reader: mutants noticed", judged - missed, "", "mutants", judged, least=0.85)]


class Judge:
    """A pytest plugin that runs the collected tests once, and then once for each mutant."""

    def __init__(self, count: int | None, seed: int, modules: AbstractSet[str], replies: int | None) -> None:
        self.count, self.seed, self.modules, self.replies = count, seed, modules, replies
        self.possible = self.equal = 0
        self.by_module: dict[str, list[int]] = defaultdict(lambda: [0, 0])  # judged, and of them not noticed

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is slow or searches by chance."""
        items[:] = [
            item
            for item in items
            if not any(left in item.nodeid for left in (*_SLOW, *_BY_REPLY)) and not hasattr(item.obj, "hypothesis")  # type: ignore[attr-defined]
        ]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge the mutants in place of the usual run."""
        began = time.process_time()
        looks = list(corpus())
        random.Random(self.seed).shuffle(looks)
        units = [Unit(look, look()) for look in looks[: self.replies]]
        for item in session.items:
            if failure(item):
                raise pytest.UsageError(f"{item.nodeid} fails without any change")
        units += [Unit(partial(failure, item), wanted=False) for item in session.items]
        whole = time.process_time() - began
        print(f"    {len(units)} replies and tests take {whole:.0f} s", flush=True)
        caches = Caches()
        reach = Reach(units, caches)
        for path in FOLDER.glob("*.py"):
            functions(str(path))
        gc.disable()  # what the processes share stays shared
        running: dict[int, Mutant] = {}
        for mutant in self._drawn():
            seeing = units if mutant.named else [units[at] for at in reach.of(mutant.module, mutant.lines)]
            building = reach.builds(mutant.module, mutant.lines)
            running[judged(mutant, seeing, caches, _LONGEST + _TIMES * whole, building=building)] = mutant
            while len(running) >= _TOGETHER:
                self._await(running)
        while running:
            self._await(running)
        return True

    def _await(self, running: dict[int, Mutant]) -> None:
        """Wait for one of the processes and count its mutant."""
        child, status = os.wait()
        mutant = running.pop(child)
        module = mutant.module.rpartition(".")[2]
        counts = self.by_module[module]
        counts[0] += 1
        if not status:
            counts[1] += 1
            print(f"    survives: {module}.py:{mutant.line} {mutant.key}", flush=True)
        done, missed = (sum(column) for column in zip(*self.by_module.values(), strict=True))
        if done % 50 == 0:
            print(f"    {done} judged, {missed} survive", file=sys.stderr, flush=True)

    def _drawn(self) -> Sequence[Mutant]:
        """The mutants that are judged; those known to change nothing are drawn, too, but only counted."""
        modules = sorted(name for name in sys.modules if name.startswith(PACKAGE))
        if self.modules:
            modules = [name for name in modules if name.removeprefix(PACKAGE) in self.modules]
        every = [mutant for module in modules for mutant in mutants_of(module)]
        self.possible = len(every)
        drawn = every
        if self.count is not None:
            drawn = random.Random(self.seed).sample(every, min(self.count, len(every)))
        known = {line.partition("\t")[0] for line in EQUAL.read_text("utf-8").splitlines()}
        kept = [mutant for mutant in drawn if mutant.key not in known]
        self.equal = len(drawn) - len(kept)
        return kept


def judged(mutant: Mutant, units: Sequence[Unit], caches: Caches, longest: float, *, building: bool) -> int:
    """The number of a copy of this process that has the change; it ends well only if no unit shows it in time."""
    if child := os.fork():
        return child
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, longest)  # of its own time, however crowded the machine is
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        mutant.put()
        caches.forget(everything=building)
        differs = any(unit.differs() for unit in units)
    except BaseException:  # noqa: BLE001  # whatever a mutant brings down is noticed
        differs = True
    os._exit(int(differs))


def failure(item: pytest.Item) -> bool:
    """Whether a test fails; one that needs nothing set up is simply called, which is quicker."""
    values = {"accuracy_table": [], **getattr(getattr(item, "callspec", None), "params", {})}
    needed = item._fixtureinfo.argnames  # type: ignore[attr-defined]
    if not values.keys() >= set(needed):
        return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))
    try:
        item.obj(**{name: values[name] for name in needed})  # type: ignore[attr-defined]
    except (Exception, pytest.fail.Exception):  # noqa: BLE001  # a mutant may raise anything
        return True
    return False
