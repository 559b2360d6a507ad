"""`make test`: lint, types and every test, with one summary at the end; `--nightly` for the large figures."""

import argparse
import os
import subprocess
import sys
import time

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2
PROCESSES = min(CORES, 7) + 1  # one more than cores: while some tests wait for servers and clocks, others go on
GATES = (("bot/engine/*,bot/runtime/*", 100), ("*", 95))  # per cent of branches and lines


def main() -> int:
    """Run everything, even after a failure, and say at the end what failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nightly", action="store_true", help="also the large figures (hours)")
    nightly = parser.parse_args().nightly
    failed = [name for name, command in _checks() if not _run(name, command)]
    if not _run("tests", _tests(nightly=nightly)):
        failed.append("tests")
    if not nightly:
        failed += [f"coverage of {what}" for what, least in GATES if not _covered(what, least)]
    print("\n" + (f"FAILED: {', '.join(failed)}" if failed else "Everything passed."))
    return 1 if failed else 0


def _checks() -> tuple[tuple[str, list[str]], ...]:
    return (
        ("ruff", ["ruff", "check", "--quiet", "."]),
        ("format", ["ruff", "format", "--check", "--quiet", "."]),
        ("mypy", ["mypy", "--no-error-summary"]),
    )


def _tests(*, nightly: bool) -> list[str]:
    """Several processes, whole files each: what a file sets up is set up once."""
    processes = 2 if nightly else PROCESSES  # at night figures are taken, on a machine that is not crowded
    spread = ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-q", *spread]
    if nightly:
        return [*command, "-m", "nightly", "--timeout", "14400"]
    return [*command, "-m", "not nightly", "--cov", "--cov-report=", "--no-cov-on-fail", "--durations=10"]


def _covered(what: str, least: int) -> bool:
    command = ["coverage", "report", f"--include={what}", f"--fail-under={least}", "--skip-covered", "--show-missing"]
    return _run(f"coverage of {what}: at least {least} %", command)


def _run(name: str, command: list[str]) -> bool:
    print(f"\n== {name}", flush=True)
    began = time.monotonic()
    passed = subprocess.run(command, check=False, env=_environment()).returncode == 0
    print(f"== {name}: {'ok' if passed else 'FAILED'} ({time.monotonic() - began:.0f} s)", flush=True)
    return passed


def _environment() -> dict[str, str]:
    """Ours, but what is compiled is kept: tests start hundreds of processes of the product."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


if __name__ == "__main__":
    sys.exit(main())
