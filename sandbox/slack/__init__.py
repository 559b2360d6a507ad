"""A stand-in for Slack's Web API, Events API, Socket Mode and interactivity, for the demo and the tests."""

from sandbox.faults import Fault
from sandbox.slack.app import SlackSandbox
from sandbox.slack.model import App, Channel, Team, User

__all__ = ["App", "Channel", "Fault", "SlackSandbox", "Team", "User"]
