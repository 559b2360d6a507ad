"""The command line as a person uses it: real processes, what they say, and what they refuse."""

import asyncio
import csv
import io
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT

import httpx
import pytest

from commands.export import _csv
from web.shapes import Response
from web.spreadsheets import cell

ROOT = Path(__file__).parents[1]
PHONE, SENDER = "+4915112345678", "+4930555010"
ACCOUNT = "AC" + "0" * 32


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ECHOLOT_")}
    return subprocess.run(  # our own program
        [sys.executable, ROOT / "run.py", *arguments],
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def run_async(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return await asyncio.to_thread(run, *arguments, **environment)


def test_help_names_every_command_and_loads_none_of_them():
    script = "import sys, run\ntry: run.main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules, file=sys.stderr)"
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in ("demo", "serve", "worker", "check", "simulate", "read", "send", "export", "db", "doctor"):
        assert f"\n  {name} " in shown.stdout
    loaded = shown.stderr.split()
    heavy = ("twilio", "pydantic", "starlette", "aiohttp", "uvicorn", "sqlalchemy", "structlog", "rapidfuzz", "yaml")
    assert [name for name in heavy if name in loaded] == []


@pytest.mark.parametrize("name", ["demo", "serve", "worker", "send", "export", "user", "doctor"])
def test_every_command_explains_itself(name):
    shown = run(name, "--help")
    assert shown.returncode == 0
    assert "Usage: run.py " + name in shown.stdout


def test_a_mistyped_command_gets_a_suggestion():
    shown = run("exprot")
    assert shown.returncode == 2
    assert "Did you mean 'export'?" in shown.stderr


@pytest.mark.parametrize("arguments", [["serve"], ["doctor"], ["send", "--flow", "a", "--to", "sms:1"], ["worker"]])
def test_wrong_settings_stop_everything_with_every_problem(tmp_path, arguments):
    (tmp_path / "wrong.yaml").write_text("databse_url: x\nport: many\n")
    shown = run(*arguments, ECHOLOT_CONFIG=str(tmp_path / "wrong.yaml"))
    assert shown.returncode == 1
    told = shown.stdout + shown.stderr
    assert "wrong.yaml:1:1: databse_url: unknown setting; did you mean 'database_url'?" in told
    assert "wrong.yaml:2:7: port:" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("arguments", [["serve", "--port", "0"], ["send", "--flow", "mine", "--to", "sms:+4930123456"]])
def test_a_broken_flow_never_starts_and_its_line_is_named(tmp_path, arguments):
    (tmp_path / "mine.yaml").write_text("format: 1\nid: mine\nkind: transactional\nlanguages: [en]\nsteps: 3\n")
    (tmp_path / "e.yaml").write_text("{flows_dir: ., database_url: 'sqlite:///x.db'}")
    shown = run(*arguments, ECHOLOT_CONFIG=str(tmp_path / "e.yaml"))
    assert shown.returncode == 1
    assert "mine.yaml:5:" in shown.stderr
    assert not (tmp_path / "x.db").exists()


def test_workers_of_their_own_need_postgresql(tmp_path):
    shown = run("worker", ECHOLOT_DATABASE_URL=f"sqlite:///{tmp_path}/x.db")
    assert shown.returncode == 1
    assert "need PostgreSQL" in shown.stderr


def test_an_api_key_is_shown_once_and_kept_as_a_hash():
    shown = run("user", "api-key", "crm").stdout
    key = next(word for word in shown.split() if word.startswith("eck_"))
    assert shown.count(key) == 1
    assert "name: crm, sha256: " in shown


def test_s24_no_cell_of_the_csv_is_a_formula(tmp_path):
    output = io.StringIO()
    write = _csv(output)
    texts = ["=1+1", "+49", "-5", "@x", "\tx", "\r=x", " =x", "＝1", 'a "q", b', "zwei\nZeilen", "normal"]
    for text in texts:
        write(Response("s", "t", "f", "r", "v", "c", "de", -5, "", text, "", []))
    rows = list(csv.DictReader(io.StringIO(output.getvalue(), newline="")))
    assert [row["comment"] for row in rows] == [*("'" + text for text in texts[:8]), *texts[8:]]
    assert {row["score"] for row in rows} == {"-5"}
    assert cell(None) is None


async def started(environment: dict[str, str], *arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    """A command that goes on until it is told to stop, and the last word of what it says when it is ready."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, ROOT / "run.py", *arguments, env=os.environ | environment, stdout=PIPE, stderr=STDOUT
    )
    while True:
        line = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
        assert line, "it ended"
        if line.startswith(("Echolot ", "The Echolot ")):
            return process, line.split()[-1]


async def test_the_demo_runs_until_it_is_told_to_stop(tmp_path):
    process, url = await started({}, "demo", "--no-browser", "--port", "0", "--data", str(tmp_path / "kept"))
    async with httpx.AsyncClient(base_url=url) as client:
        page = (await client.get("/?lang=en")).text
        assert all(device in page for device in ("SMS", "Telegram", "Slack"))
        wanted = {"device": "sms", "flow": "relationship", "language": "de"}
        assert (await client.post("/demo/start", json=wanted)).status_code == 204
        nonsense = [
            ("start", wanted | {"flow": "x"}),
            ("fault", {"device": "sms", "name": "x"}),
            ("text", {"device": "sms", "text": " "}),
        ]
        for action, body in nonsense:
            assert (await client.post(f"/demo/{action}", json=body)).status_code == 422
    process.terminate()
    assert await process.wait() == 0
    assert (tmp_path / "kept" / "demo.db").exists()


def test_the_doctor_finds_what_needs_an_operator(sqlite_url, tmp_path):
    path = sqlite_url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as database:
        database.execute(
            "INSERT INTO inbox (channel, event_key, kind, lane, received_at, ready_at, body, state, error)"
            " VALUES ('sms', 'SM1', 'unreadable', 'sms:+49', 1, 1, 'geheim', 'poison', 'no such field')"
        )
    (tmp_path / "e.yaml").write_text(
        f"{{database_url: '{sqlite_url}', public_url: 'http://x.example', channels: {{sms: {{kind: twilio,"
        f" account_sid: {ACCOUNT}, from: '+4930123456'}}}}}}"
    )
    shown = run("doctor", ECHOLOT_CONFIG=str(tmp_path / "e.yaml"))
    assert shown.returncode == 1
    assert "1 events could not be understood" in shown.stdout
    assert "sms unreadable SM1: no such field" in shown.stdout
    assert "geheim" not in shown.stdout
    assert "without a secret" in shown.stdout
    assert "not https" in shown.stdout
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
    assert "run.py db upgrade" in run("doctor", ECHOLOT_CONFIG=str(tmp_path / "e.yaml")).stdout
    broken = run("doctor", ECHOLOT_DATABASE_URL="postgresql://127.0.0.1:1/x")
    assert broken.returncode == 1
    assert "PostgreSQL does not answer" in broken.stdout
