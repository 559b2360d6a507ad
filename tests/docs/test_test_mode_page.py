"""What docs/howto/test-mode.md shows is run, against a server and a provider; what it says of the API is taken."""

import asyncio
import json
import os
import re

import msgspec

from tests.docs.pages import page
from tests.docs.test_tutorial import expect
from tests.test_cli_server import server, world  # noqa: F401 - fixtures
from tests.test_trials import DRAFT
from web.shapes import Invitation

PAGE = page("docs/howto/test-mode.md")
AUTHOR = "+4915112345678"


async def test_every_command_does_what_it_says(world, server, tmp_path):  # noqa: F811 - fixtures
    """The author sends, reads the mark, answers with a 2 and finds it among the tests alone."""
    sandbox, _, settings = world
    phone = sandbox.phone(AUTHOR)
    (tmp_path / "surveys").mkdir()
    (tmp_path / "surveys" / "coffee.yaml").write_text(DRAFT.replace("{{ company }}:", "Hi, this is Acme Coffee."))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **settings}
    send, look = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    await asyncio.to_thread(expect, send, tmp_path, environment)
    [mark] = re.findall(r"```text\n(.*?) …\n```", PAGE)
    assert (await phone.hears(1, 30))[0].startswith(mark)
    await phone.text("2")
    await phone.hears(2, 30)
    await asyncio.to_thread(expect, look, tmp_path, environment)


def test_the_invitation_is_one():
    """All its keys are the API's."""
    [text] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    wanted = msgspec.json.decode(text, type=Invitation)
    assert (wanted.test, wanted.to) == (True, f"sms:{AUTHOR}")
    assert json.loads(text)["source"].startswith("format: 1\nid: ")
