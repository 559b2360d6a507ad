"""The command line around a running server and workers: real processes, the Twilio sandbox, a real database."""

import asyncio
import json
import os
import subprocess
import sys

import httpx
import pytest

from sandbox.twilio import Account, TwilioSandbox
from tests.test_cli import ACCOUNT, PHONE, ROOT, SENDER, run_async, started
from web.server import Site


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
        assert (await client.get("/")).status_code == 401  # nobody has signed in
        assert (await client.get("/demo/events")).status_code == 404
        figures = (await client.get("/metrics")).text
    assert 'echolot_webhooks_total{channel="sms",outcome="forged"} 1.0' in figures
    exported = await run_async("export", "responses", **world[2])
    assert exported.stdout == ""


async def test_contacts_are_imported_through_the_server_that_runs(world, server, tmp_path):
    """It writes, and the command counts and reports as ever; the same file again changes nothing."""
    (tmp_path / "people.csv").write_text(
        "Kundennr;Name;Mobil\n1;Ada;+4915112345678\n2;Bob;+49 12\n;Eve;+4915112345679\n"
    )
    bring = ("import", "contacts", str(tmp_path / "people.csv"), "--report", str(tmp_path / "refused.csv"))
    first = await run_async(*bring, **world[2])
    assert (first.returncode, first.stdout.splitlines()[-2]) == (
        0,
        "3 rows: 2 new, 0 changed, 0 same, 1 refused, 0 suppressed, 0 doubtful",
    )
    assert "area code" in (tmp_path / "refused.csv").read_text("utf-8-sig")
    assert "0 new, 0 changed, 2 same, 1 refused" in (await run_async(*bring, **world[2])).stdout
    exported = await run_async("contacts", "export", **world[2])
    assert sorted(json.loads(each)["name"] for each in exported.stdout.splitlines()) == ["Ada", "Eve"]


async def test_a_second_server_on_the_same_sqlite_file_is_refused(world, server):
    second = await run_async("serve", "--port", "0", **world[2])
    assert second.returncode == 1
    assert "in use by process" in second.stderr


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


async def test_a_worker_on_postgresql_sends_what_another_process_stored(world, bare_postgres_url):
    sandbox, _, environment = world
    on = environment | {"ECHOLOT_DATABASE_URL": bare_postgres_url}
    stored = await run_async("send", "--flow", "relationship", "--to", f"sms:{PHONE}", "--wait", "0", **on)
    assert stored.returncode == 0
    process, _ = await started(on, "worker")
    assert len(await sandbox.phone(PHONE).hears(1)) == 1
    process.terminate()
    assert await process.wait() == 0
