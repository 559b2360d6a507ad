"""Mutation test of the reader: of single changes to its code, drawn by chance, how many its own quick tests notice.

Those that change nothing anybody could see are named in `equal_mutants.txt`, each with the reason.
"""

import gc
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

import flows.reading.fold as folding
from tests.bench.mutants import Mutant, mutants_of
from tests.bench.table import Row

TESTS = Path(__file__).parents[1] / "flows" / "reading"
EQUAL = Path(__file__).with_name("equal_mutants.txt")
PACKAGE = "flows.reading."
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
_SEE_MOST = ("_ratchet", "_readings")  # run first: most mutants go no farther
_BUILDERS = frozenset(
    PACKAGE + name for name in ("lexicon", "plurals", "phrases", "optwords", "optclasses", "fold", "tokens", "numerals")
)  # what they make of the word lists is kept for the mutants of the other modules
_LONGEST, _TIMES = 20.0, 4.0  # seconds, and times as long as all tests took: then a mutant hangs, which is noticed


def run(count: int = 200, seed: int | None = None) -> list[Row]:
    """Draw mutants, judge each in a process of its own, print those that nothing noticed; the same ones for a seed."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    judge = Judge(count, seed)
    options = [option for plugin in ("cacheprovider", "xdist", "terminal") for option in ("-p", f"no:{plugin}")]
    pytest.main([*options, "-o", "addopts=--import-mode=importlib", str(TESTS)], plugins=[judge])
    killed = judge.judged - len(judge.survivors)
    print(f"    seed {seed}: of {judge.possible} mutants {count} drawn, {judge.equal} of them known to change nothing")
    return [Row("reader: mutants noticed", killed, "", "mutants", judge.judged, least=0.85)]


class Judge:
    """A pytest plugin that runs the collected tests once, and then once for each mutant."""

    def __init__(self, count: int, seed: int) -> None:
        self.count, self.seed = count, seed
        self.possible = self.equal = self.judged = 0
        self.survivors: list[Mutant] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is slow or searches by chance."""
        items[:] = [
            item
            for item in items
            if not any(slow in item.nodeid for slow in _SLOW) and not hasattr(item.obj, "hypothesis")  # type: ignore[attr-defined]
        ]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge the mutants in place of the usual run."""
        took: dict[pytest.Item, float] = {}
        for item in session.items:
            began = time.process_time()
            if failure(item):
                raise pytest.UsageError(f"{item.nodeid} fails without any change")
            took[item] = time.process_time() - began
        tests = sorted(session.items, key=lambda item: (not item.path.stem.endswith(_SEE_MOST), took[item]))
        whole = sum(took.values())
        print(f"    {len(tests)} tests take {whole:.1f} s", flush=True)
        gc.disable()  # what the processes share stays shared
        for mutant in self._drawn():
            self.judged += 1
            if not noticed(mutant, tests, _LONGEST + _TIMES * whole):
                self.survivors.append(mutant)
                print(f"    survives: {mutant.module.rpartition('.')[2]}.py:{mutant.line} {mutant.key}", flush=True)
            if self.judged % 10 == 0:
                print(f"    {self.judged} judged, {len(self.survivors)} survive", file=sys.stderr, flush=True)
        return True

    def _drawn(self) -> Sequence[Mutant]:
        """The mutants that are judged; those known to change nothing are drawn, too, but only counted."""
        modules = sorted(name for name in sys.modules if name.startswith(PACKAGE))
        every = [mutant for module in modules for mutant in mutants_of(module)]
        self.possible = len(every)
        drawn = random.Random(self.seed).sample(every, min(self.count, len(every)))
        known = {line.partition("\t")[0] for line in EQUAL.read_text("utf-8").splitlines()}
        kept = [mutant for mutant in drawn if mutant.key not in known]
        self.equal = len(drawn) - len(kept)
        return kept


def noticed(mutant: Mutant, tests: Sequence[pytest.Item], longest: float) -> bool:
    """Whether a test fails, or none ends in time, in a copy of this process that has the change."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] != 0
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, longest)  # of its own time, however crowded the machine is
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    try:
        mutant.put()
        _forget(mutant.module)
        failed = any(map(failure, tests))
    except BaseException:  # noqa: BLE001  # whatever a mutant brings down is noticed
        failed = True
    os._exit(int(failed))


def _forget(module: str) -> None:
    """Clear what has been remembered by the code before the change."""
    everything = module in _BUILDERS
    for thing in gc.get_objects():
        if hasattr(type(thing), "cache_clear"):
            owner = str(getattr(thing, "__module__", ""))
            if owner.startswith(PACKAGE) and (everything or owner not in _BUILDERS):
                thing.cache_clear()
    if everything:
        folding._CHARACTERS.clear()


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
