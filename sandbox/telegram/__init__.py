"""A stand-in for Telegram's Bot API, its people and its groups, for the demo and the tests."""

from sandbox.faults import Fault
from sandbox.telegram.app import TelegramSandbox
from sandbox.telegram.model import Bot

__all__ = ["Bot", "Fault", "TelegramSandbox"]
