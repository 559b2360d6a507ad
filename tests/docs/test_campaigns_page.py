"""What the page about campaigns promises is run, from its own files, in an empty folder."""

import re
from pathlib import Path

from bot.outreach.campaign import check
from tests.docs.pages import page
from tests.docs.test_tutorial import expect

PAGE = page("docs/howto/campaigns.md")
CHANNELS = """channels:
  sms: {kind: twilio, account_sid: ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, auth_token: b, from: "+4930111111"}
  telegram: {kind: telegram, token: "1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
"""
_FILE = re.compile(r"^`([\w./-]+)`:\n\n```(?:yaml|csv)\n(.*?)```", re.DOTALL | re.MULTILINE)


def test_every_command_does_what_it_says(tmp_path: Path):
    """With the people, the campaign and the rules of the page."""
    files = dict(_FILE.findall(PAGE))
    assert set(files) == {"people.csv", "asking/campaigns/relationship.yaml", "rules.yaml"}
    for name, content in {**files, "echolot.yaml": CHANNELS}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "COLUMNS": "160"}
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for block in blocks:
        expect(block, tmp_path, environment)
    assert len(blocks) == 5


def test_the_precise_campaign_of_the_page_is_one():
    [(_, campaign)] = [each for each in _FILE.findall(PAGE) if each[0].endswith("relationship.yaml")]
    [more] = re.findall(r"```yaml\n(  precision.*?)```", PAGE, re.DOTALL)
    found = check(campaign + more, "relationship.yaml")
    assert found.campaign, found.problems
    assert found.campaign.precision.messages == 5000
