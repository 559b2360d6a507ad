"""The postman: takes letters out of the ledger one by one and hands them over, to a mail server or into a folder.

From just before a letter may have arrived it is written down as `sending`. If its sender dies then, or the server does
not answer, it is in doubt and stays there: it is not sent again (docs/decisions/0033).
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import structlog

from bot.errors import Conflict, StoreUnavailable
from commands.report_facts import Teller
from commands.reports import Reports
from insights.reports.alarm import Alarm
from insights.reports.letter import letter as report_letter
from insights.reports.plan import Report
from insights.reports.words import REPORT
from integrations.mail.config import MailSettings
from integrations.mail.message import Written, message
from integrations.mail.smtp import Handing, InDoubt, NotTaken
from storage import reports as runs
from storage.reports import Letter
from web.pictures import Undrawable

log = structlog.get_logger("postman")

EVERY = 2.0  # s between looks
COME_HOME = 20.0  # s
LEASE = 180_000  # ms in which a letter is made and the server is reached
DELIVERY = 300_000  # ms in which it is handed over
FIRST_RETRY, LONGEST_RETRY = 60_000, 3600_000  # ms, doubling
WORTH = 24 * 3600_000  # ms after which a letter that could not be sent is given up
_alarm = msgspec.json.Decoder(Alarm).decode


class Failed(Exception):
    """It cannot be sent; no other try would change that."""


class Postman:
    """Sends until it is stopped; any number of processes may do so at once."""

    def __init__(
        self, reports: Reports, teller: Teller, store: Any, mail: MailSettings | None, home: Path, company: str,
        owner: str, clock: Callable[[], int],
    ) -> None:  # fmt: skip
        """`home` is where relative folders begin; `owner` is unique to this process; `clock` gives epoch ms."""
        self._reports = reports
        self._teller = teller
        self._store = store
        self._mail = mail
        self._home = home
        self._company = company
        self._owner = owner
        self._clock = clock

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            step = asyncio.create_task(self.step())
            try:
                sent = await asyncio.shield(step)
            except (StoreUnavailable, Conflict) as error:
                log.warning("postman_waits", error=str(error))
                sent = False
            except asyncio.CancelledError:  # a letter that is being handed over would be in doubt
                with suppress(StoreUnavailable, Conflict, TimeoutError):
                    await asyncio.wait_for(step, COME_HOME)
                raise
            if not sent:
                await asyncio.sleep(EVERY)

    async def step(self) -> bool:
        """One letter; whether there was one."""
        now = self._clock()
        letter, doubted = await self._store.run(lambda: runs.lease(self._owner, now, now + LEASE))
        if doubted:
            log.warning("letters_in_doubt", letters=doubted)
        if letter is None:
            return False
        try:
            sent = await self._sent(letter)
        except NotTaken as error:
            await self._again(letter, str(error), later=error.later)
        except InDoubt as error:
            log.warning("letter_in_doubt", report=letter.report)
            await self._settle(letter, "unknown", str(error))
        except Failed as error:
            await self._settle(letter, "failed", str(error))
        except (StoreUnavailable, Conflict):
            raise
        except Exception as error:  # figures that cannot be told, a folder that is full
            log.exception("letter_not_made", report=letter.report)
            await self._again(letter, type(error).__name__, later=True)
        else:
            if sent:
                await self._settle(letter, "sent", "")
        return True

    async def _sent(self, letter: Letter) -> bool:
        """Hand it over; False if somebody else has the letter by now. Raises NotTaken, InDoubt and Failed."""
        report = self._reports.get(letter.report)
        if report is None:
            raise Failed("there is no such report any more")
        made = await self._made(letter, report)
        way, _, to = letter.receiver.partition(":")
        if way == "folder":
            await asyncio.to_thread(_write, self._home / to, made)
            return True
        if self._mail is None:
            raise Failed("the settings do not say how e-mail is sent")
        name, now = self._company or "Echolot", self._clock()
        content = message(letter.id, self._mail.sender, name, to, made, now)
        handing = Handing(self._mail)
        try:
            await asyncio.to_thread(handing.prepare, to)
            now = self._clock()
            if not await self._store.run(lambda: runs.hand_over(letter, self._owner, now, now + DELIVERY)):
                return False
            await asyncio.to_thread(handing.deliver, content)
        finally:
            await asyncio.to_thread(handing.close)
        return True

    async def _made(self, letter: Letter, report: Report) -> Written:
        if letter.facts:
            said = self._teller.alarm(report, _alarm(letter.facts))
            return Written(said.title, said.text, None, f"{letter.report}-{letter.period.replace(':', '-')}.txt")
        facts = await self._teller.facts(report, date.fromisoformat(letter.first), date.fromisoformat(letter.last))
        said = report_letter(facts)
        try:
            pdf = await self._teller.pdf(facts)
        except Undrawable:  # the text says the same
            pdf = None
        ending = "txt" if pdf is None else "pdf"
        title = (
            REPORT[report.language]["test"].format(title=said.title)
            if runs.is_test(letter.kind, letter.period)
            else said.title
        )
        return Written(title, said.text, pdf, f"{letter.report}-{letter.first}-{letter.last}.{ending}")

    async def _again(self, letter: Letter, why: str, *, later: bool) -> None:
        now = self._clock()
        wait = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(letter.attempts - 1, 16))
        if not later or now + wait > letter.created_at + WORTH:
            log.warning("letter_given_up", report=letter.report, reason=why)
            await self._settle(letter, "failed", why)
            return
        log.info("letter_waits", report=letter.report, reason=why)
        await self._settle(letter, "queued", why, now + wait)

    async def _settle(self, letter: Letter, state: str, error: str, not_before: int = 0) -> None:
        now = self._clock()
        while True:
            try:
                await self._store.run(lambda: runs.settle(letter, self._owner, state, error, not_before, now))
            except (StoreUnavailable, Conflict):  # what we know is worth keeping
                await asyncio.sleep(EVERY / 4)
            else:
                return


def _write(folder: Path, made: Written) -> None:
    """Put the file there as a whole; the same one again changes nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".{made.file}.partial"
    with partial.open("wb") as file:
        file.write(made.pdf if made.pdf is not None else made.text.encode())
        file.flush()
        os.fsync(file.fileno())
    partial.replace(folder / made.file)
