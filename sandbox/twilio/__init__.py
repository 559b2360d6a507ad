"""A stand-in for Twilio's REST API and webhooks, for the demo and the tests."""

from sandbox.faults import Fault
from sandbox.twilio.app import TwilioSandbox
from sandbox.twilio.model import Account

__all__ = ["Account", "Fault", "TwilioSandbox"]
