"""The demo's weekly report comes to its Slack channel, once, with the sample year's figures."""

from commands.demo import running
from commands.devices.seats import ROOM
from commands.devices.slack import TEAM
from web.server import Site


async def test_p4_the_demos_report_arrives_in_slack(tmp_path):
    """The stand-in shows it as people there read it."""
    async with running(tmp_path, Site("127.0.0.1", 0)) as stage:
        room = stage.devices["slack"].sandbox.workspace(TEAM).channel(ROOM)
        [told] = await room.hears(1, 45)
        assert told.startswith("Our week · Echolot · ")
        assert "NPS " in told
        assert "/files/" in told
