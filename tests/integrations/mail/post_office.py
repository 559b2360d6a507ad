"""A mail server at the provider's edge: takes letters over SMTP, and goes wrong on demand."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

FAULTS = ("refuse_sender", "later", "refuse_data", "later_data", "reset_before", "reset_after", "refuse_mailbox")


class PostOffice:
    """What has come in; `spoil` says for each letter what goes wrong, "" for nothing."""

    def __init__(self, spoil: Callable[[], str] = lambda: "") -> None:
        self.spoil = spoil
        self.letters: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.port = 0

    @property
    def ids(self) -> list[str]:
        """The Message-IDs of all letters, in the order in which they came."""
        return [str(each["Message-ID"]) for each in self.letters]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await self._talk(reader, writer)
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fault = self.spoil()
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                if fault == "reset_before":
                    return
                writer.write(b"354 go on\r\n")
                content = (await reader.readuntil(b"\r\n.\r\n"))[:-5].replace(b"\r\n..", b"\r\n.")
                if fault in ("refuse_data", "later_data"):
                    writer.write(b"554 no\r\n" if fault == "refuse_data" else b"451 busy\r\n")
                    continue
                self.raw.append(content)
                self.letters.append(message_from_bytes(content, policy=policy.default))
                if fault == "reset_after":
                    return
                writer.write(b"250 taken\r\n")
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                return
            else:
                writer.write(next(self._answers(verb, fault)))

    def _answers(self, verb: bytes, fault: str) -> Iterator[bytes]:
        if verb == b"MAIL" and fault in ("refuse_sender", "later"):
            yield b"550 no\r\n" if fault == "refuse_sender" else b"421 later\r\n"
        if verb == b"RCPT" and fault == "refuse_mailbox":
            yield b"550 nobody here\r\n"
        yield b"250 fine\r\n"


@asynccontextmanager
async def open_office(spoil: Callable[[], str] = lambda: "") -> AsyncIterator[PostOffice]:
    """A post office on a free port of this machine."""
    office = PostOffice(spoil)
    server = await asyncio.start_server(office.talk, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
