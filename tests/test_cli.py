"""The command line as a person uses it: real processes, a real server, the Twilio sandbox, a real database."""

import asyncio
import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE, STDOUT

import httpx
import pytest

from commands.export import _csv, cell
from sandbox.twilio import Account, TwilioSandbox
from web.server import Site
from web.shapes import Response

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


@pytest.fixture
async def world(tmp_path):
    """A provider, and settings that lead there."""
    hooks = {SENDER: ""}
    sandbox = TwilioSandbox([Account(ACCOUNT, "t0ken", hooks)])
    provider = Site("127.0.0.1", 0)
    await provider.start(sandbox)
    config = tmp_path / "echolot.yaml"
    config.write_text(
        f"""
        database_url: sqlite:///e.db
        company: Muster GmbH
        channels:
          sms: {{kind: twilio, account_sid: {ACCOUNT}, auth_token: t0ken, from: "{SENDER}", settle: 1s, gather: 100ms,
                api_url: "{provider.url}"}}
        """
    )
    yield sandbox, hooks, {"ECHOLOT_CONFIG": str(config)}
    await sandbox.close()
    await provider.stop()


@pytest.fixture
async def server(world):
    """`run.py serve` on a free port, with the provider's webhook pointing at it."""
    _, hooks, environment = world
    process = await asyncio.create_subprocess_exec(
        sys.executable, ROOT / "run.py", "serve", "--port", "0", env=os.environ | environment, stderr=subprocess.PIPE
    )
    url = ""
    while not url:
        line = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
        assert line, "the server ended"
        url = line.split()[-1] if line.startswith("Echolot listens on ") else ""
    hooks[SENDER] = f"{url}/hooks/sms"
    yield url
    process.terminate()
    _, log = await process.communicate()
    assert process.returncode == 0, log.decode()


async def test_the_whole_way_from_send_to_export_while_the_server_runs(world, server):
    sandbox, _, environment = world
    phone = sandbox.phone(PHONE)
    to = f"sms:{PHONE}"
    sent = await run_async("send", "--flow", "relationship", "--to", to, "--language", "de", **environment)
    assert (sent.returncode, sent.stderr) == (0, "")
    assert sent.stdout.startswith(("Sent", "Delivered"))
    assert "Muster GmbH" in (await phone.hears(1))[0]
    await phone.text("3, weil der Versand lahm war")
    await phone.hears(2)
    exported = await run_async("export", "responses", "--format", "jsonl", **environment)
    (response,) = [json.loads(line) for line in exported.stdout.splitlines()]
    assert response["score"] == 3
    assert response["segment"] == "detractor"
    assert "Versand lahm" in response["comment"]
    assert (response["channel"], response["flow"], response["language"]) == ("sms", "relationship", "de")
    assert response["at"].endswith("Z")

    looked = await run_async("doctor", "--json", **environment)
    found = {each["about"]: each for each in map(json.loads, looked.stdout.splitlines())}
    assert found["server"]["level"] == "good"
    assert found["database"]["level"] == "good"
    assert "public_url" in found["channels"]["text"]
    assert looked.returncode == 1

    await phone.text("STOP")
    async with asyncio.timeout(10):
        refused = await run_async("send", "--flow", "relationship", "--to", to, **environment)
        while refused.returncode == 0:
            refused = await run_async("send", "--flow", "relationship", "--to", to, **environment)
    assert refused.returncode == 1
    assert "opted out" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--flow", "relationshp", "--to", "sms:+4930123456"], "did you mean 'relationship'?"),
        (["--flow", "relationship", "--to", "sma:+4930123456"], "did you mean 'sms'?"),
        (["--flow", "relationship", "--to", "+4930123456"], "CHANNEL:ADDRESS"),
        (["--flow", "relationship", "--to", "sms:abc"], "a number with its country"),
        (["--flow", "relationship", "--to", "sms:+4930123456", "--set", "frist_name=A"], "did you mean 'first_name'?"),
    ],
)
async def test_send_says_what_does_not_fit(world, arguments, told):
    _, _, environment = world
    refused = await run_async("send", *arguments, **environment)
    assert refused.returncode == 1
    assert told in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_send_without_a_server_does_the_work_itself(world):
    sandbox, _, environment = world
    sent = await run_async(
        "send", "--flow", "relationship", "--to", f"sms:{PHONE}", "--set", "first_name=Ada", **environment
    )
    assert (sent.returncode, sent.stdout.strip()) == (0, "Sent: the provider has taken it.")
    assert "Ada" in sandbox.phone(PHONE).heard()[0]


async def test_send_tells_why_the_provider_refused(world):
    _, _, environment = world
    sent = await run_async("send", "--flow", "relationship", "--to", "sms:+15005550009", **environment)
    assert sent.returncode == 1
    assert "21614" in sent.stdout


async def test_p13_the_server_answers_health_and_forged_calls_over_real_http(world, server):
    async with httpx.AsyncClient(base_url=server) as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.post("/hooks/sms", data={"Body": "10"})).status_code == 403
        assert (await client.get("/")).status_code == 404
        assert (await client.get("/demo/events")).status_code == 404
        figures = (await client.get("/metrics")).text
    assert 'echolot_webhooks_total{channel="sms",outcome="forged"} 1.0' in figures
    exported = await run_async("export", "responses", **world[2])
    assert exported.stdout == ""


async def test_a_second_server_on_the_same_sqlite_file_is_refused(world, server):
    second = await run_async("serve", "--port", "0", **world[2])
    assert second.returncode == 1
    assert "in use by process" in second.stderr


def test_s24_no_cell_of_the_csv_is_a_formula(tmp_path):
    output = io.StringIO()
    write = _csv(output)
    texts = ["=1+1", "+49", "-5", "@x", "\tx", "\r=x", " =x", "＝1", 'a "q", b', "zwei\nZeilen", "normal"]
    for text in texts:
        write(Response("s", "t", "f", "r", "c", "de", -5, "", text, "", []))
    rows = list(csv.DictReader(io.StringIO(output.getvalue(), newline="")))
    assert [row["comment"] for row in rows] == [*("'" + text for text in texts[:8]), *texts[8:]]
    assert {row["score"] for row in rows} == {"-5"}
    assert cell(None) is None


async def test_send_on_an_empty_postgresql_creates_the_tables_and_sends(world, bare_postgres_url):
    sandbox, _, environment = world
    on = environment | {"ECHOLOT_DATABASE_URL": bare_postgres_url}
    sent = await run_async("send", "--flow", "relationship", "--to", f"sms:{PHONE}", **on)
    assert (sent.returncode, sent.stdout.strip()) == (0, "Sent: the provider has taken it.")
    assert len(sandbox.phone(PHONE).heard()) == 1
    looked = await run_async("doctor", "--json", **on)
    found = {each["about"]: each for each in map(json.loads, looked.stdout.splitlines())}
    assert found["database"]["level"] == "good"
    assert found["outbox"]["text"] == "sms sent 1"
    assert (await run_async("export", "responses", "--format", "csv", **on)).stdout.startswith("at,score,segment")


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


async def test_a_worker_on_postgresql_sends_what_another_process_stored(world, bare_postgres_url):
    sandbox, _, environment = world
    on = environment | {"ECHOLOT_DATABASE_URL": bare_postgres_url}
    stored = await run_async("send", "--flow", "relationship", "--to", f"sms:{PHONE}", "--wait", "0", **on)
    assert stored.returncode == 0
    process, _ = await started(on, "worker")
    assert len(await sandbox.phone(PHONE).hears(1)) == 1
    process.terminate()
    assert await process.wait() == 0


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
