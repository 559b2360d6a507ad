"""What in the settings refers to something that there is not: channels, desks, files, surveys."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.cases import config
from bot.outreach import entries, inbound
from flows.library import SHIPPED, examined, read_folders
from flows.model import Flow

Misfit = tuple[tuple[str | int, ...], str]
"""Where, and what is wrong there."""


Written = Any
"""The settings, which are above this and cannot be named here."""


def misfits(written: Written) -> Iterator[Misfit]:
    """Everything that each section for itself could not see. Surveys are read only where something names them."""
    channels = written.channels
    yield from config.misfits(written.desks, written.agents, written.routes, written.management, channels)
    yield from inbound.misfits(written.inbound, channels)
    for name, desk in written.desks.items():
        if desk.file and not (written.home / desk.file).is_file():
            yield ("desks", name, "file"), f"there is no file {desk.file!r}"
    if written.entries:
        flows, all_known = _surveys(written.flow_folders)
        given = values_of(written)
        yield from entries.misfits(written.entries, channels, flows, given, all_known=all_known)


def values_of(written: Written) -> Mapping[str, str]:
    """The values that the settings have for surveys' placeholders."""
    return {**written.variables, **({"company": written.company} if written.company else {})}


def _surveys(folders: Sequence[Path]) -> tuple[Mapping[str, Flow], bool]:
    """The surveys in files by id, and whether all files can be read: what cannot may be the one that is meant."""
    flows: dict[str, Flow] = {}
    broken = False
    for _, checked in examined(read_folders([SHIPPED, *folders]), None):
        broken = broken or checked.flow is None
        if checked.flow is not None:
            flows[checked.flow.id] = checked.flow
    return flows, not broken
