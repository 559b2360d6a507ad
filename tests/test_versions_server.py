"""Versions around running servers: real processes, files that change below them, kill -9, two on one PostgreSQL."""

import asyncio
import contextlib
import json
from pathlib import Path

import pytest

from tests.test_cli import PHONE, SENDER, run_async, started
from tests.test_cli_server import world  # noqa: F401 - a fixture

FLOW = """format: 1
id: coffee
kind: transactional
languages: [en]
variables: {{company: Acme}}
steps:
  - id: score
    ask: {{type: nps, text: "{{{{ company }}}}: {words}, 0-10? Reply STOP to opt out"}}
  - id: why
    ask: {{type: text, text: "{words}: why?"}}
"""
OTHER = "+4915112345679"
PATIENCE = 30.0  # s for what takes about one on a machine of its own


class House:
    """A folder with a survey, and the provider's phones."""

    def __init__(self, world, folder: Path) -> None:  # noqa: F811
        self.sandbox, self.hooks, self.environment = world
        self.file = folder / "surveys" / "coffee.yaml"
        self.file.parent.mkdir()
        self.environment |= {"ECHOLOT_FLOWS_DIR": "surveys", "ECHOLOT_LOG": "json"}
        self.save("One")

    def save(self, words: str, more: str = "") -> None:
        new = self.file.with_suffix(".new")
        new.write_text(FLOW.format(words=words) + more)
        new.replace(self.file)

    @contextlib.asynccontextmanager
    async def server(self, **more: str):
        process, url = await started(self.environment | more, "serve", "--port", "0")
        self.hooks[SENDER] = f"{url}/hooks/sms"
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.communicate()

    async def flow(self, *arguments: str, **more: str) -> str:
        done = await run_async("flow", *arguments, **(self.environment | more))
        assert done.returncode == 0, done.stderr
        return done.stdout

    async def list(self, **more: str) -> dict:
        return json.loads(await self.flow("list", "--json", **more))

    async def version(self, n: int, **more: str) -> None:
        """Until this version of coffee runs."""
        async with asyncio.timeout(PATIENCE):
            while await self.current(**more) < n:  # noqa: ASYNC110 - processes
                await asyncio.sleep(0.05)

    async def current(self, **more: str) -> int:
        flows = {flow["id"]: flow["version"] for flow in (await self.list(**more))["flows"]}
        return flows["coffee"]["n"] if flows["coffee"] else 0

    async def ask(self, phone: str, count: int = 1, **more: str) -> str:
        """What somebody hears who is asked now."""
        done = await run_async("send", "--flow", "coffee", "--to", f"sms:{phone}", **(self.environment | more))
        assert done.returncode == 0, done.stderr
        return (await self.sandbox.phone(phone).hears(count))[-1]


@pytest.fixture
def house(world, tmp_path):  # noqa: F811
    return House(world, tmp_path)


async def test_files_change_below_a_running_server(house):
    """New conversations use what was saved, running ones do not; a broken file changes nothing until it is mended."""
    async with house.server():
        assert "One" in await house.ask(PHONE)
        house.save("Two")
        await house.version(2)
        assert "Two" in await house.ask(OTHER)
        await house.sandbox.phone(PHONE).text("9")
        assert (await house.sandbox.phone(PHONE).hears(2))[-1].startswith("One: why?")
        house.save("Three", "    next: nowhere\n")
        [problem] = (await house.list())["problems"]
        assert (problem["line"], problem["code"], Path(problem["file"]).name) == (11, "unknown-step", "coffee.yaml")
        await asyncio.sleep(1.5)
        assert "Two" in await house.ask(OTHER, 2)
        house.save("Three")
        await house.version(3)
        assert (await house.list())["problems"] == []
        assert "Three" in await house.ask(OTHER, 3)
        await house.flow("rollback", "coffee")
        assert "Two" in await house.ask(OTHER, 4)
    async with house.server():
        assert "Two" in await house.ask(OTHER, 5)


async def test_a_server_starts_with_what_was_published_while_a_file_is_broken(house):
    """A process that is started anew at night does not stay away for a half-written file."""
    async with house.server():
        await house.version(1)
    house.save("Two", "    next: nowhere\n")
    async with house.server():
        assert "One" in await house.ask(PHONE)
        house.save("Two")
        await house.version(2)


async def test_p1_kill_9_while_versions_are_published(house):
    """Whoever was answered finds their version, its number and its source, after the server's death."""
    answered = []
    for times in range(3):
        async with house.server() as process:
            await house.version(max(answered, default=1))

            async def publish(words: str) -> None:
                file = house.file.parent.parent / f"{words}.yaml"
                file.write_text(FLOW.format(words=words))
                done = await run_async("flow", "publish", str(file), "--json", **house.environment)
                if done.returncode == 0:
                    answered.append(json.loads(done.stdout)["version"]["n"])

            trying = [asyncio.create_task(publish(f"w{times}{each}")) for each in range(4)]
            while not any(task.done() for task in trying):  # noqa: ASYNC110 - processes
                await asyncio.sleep(0.02)
            process.kill()
            await asyncio.gather(*trying)
    told = json.loads(await house.flow("history", "coffee", "--json"))["versions"]
    numbers = [each["n"] for each in told]
    assert numbers == list(range(len(told), 0, -1))
    assert answered
    assert set(answered) <= set(numbers)
    for number in numbers[1:]:
        await house.flow("diff", "coffee", str(number), "published")


async def test_two_servers_on_one_postgresql(house, bare_postgres_url):
    """What one of them publishes, or an author beside them, the other one asks within two seconds."""
    on = {"ECHOLOT_DATABASE_URL": bare_postgres_url}
    async with house.server(**on), house.server(**on):
        await house.version(1, **on)
        house.save("Two")
        await house.version(2, **on)
        assert "Two" in await house.ask(PHONE, **on)
        await house.flow("rollback", "coffee", "--note", "no", **on)
        await asyncio.sleep(2)
        assert "One" in await house.ask(OTHER, **on)
        told = json.loads(await house.flow("history", "coffee", "--json", **on))["versions"]
        assert [(each["n"], each["kind"]) for each in told] == [(3, "rolled_back"), (2, "file"), (1, "file")]
