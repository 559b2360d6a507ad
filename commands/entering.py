"""The entries of the settings as the workers need them: with the surveys that begin there now."""

from bot.fitting import values_of
from bot.outreach.entries import Entries
from bot.runtime.entering import SHUT, Doors
from commands.address_keys import pseudonyms
from flows.library import Library, UnknownFlow
from flows.model import Flow
from settings import Settings


def entries(settings: Settings) -> Entries:
    """What customers may begin themselves; days are those of the rules' zone."""
    zone = settings.outreach.policy().zone
    return Entries(each.made(name, zone) for name, each in settings.entries.items())


def doors(settings: Settings, library: Library) -> Doors:
    """The same with their surveys. Raises NoAddressKey: who agreed has to be named, or nothing could be proved."""
    if not settings.entries:
        return SHUT
    pseudonyms(settings)

    def current(flow: str) -> Flow | None:
        try:
            return library.get(flow)
        except UnknownFlow:
            return None

    return Doors(entries(settings), current, values_of(settings))
