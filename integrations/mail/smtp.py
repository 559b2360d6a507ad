"""Handing a letter to a mail server, in two steps: up to where nothing can have arrived, and from there on.

The standard library's client, in a thread: it is kept as well as Python is, and one letter at a time needs no more.
"""

import contextlib
import smtplib
import ssl

from integrations.mail.config import MailSettings

PATIENCE = 30.0  # s for one answer
_LATER = 400, 499


class NotTaken(Exception):
    """The server has certainly not taken it. `later`: it may take it if it is asked again."""

    def __init__(self, why: str, *, later: bool) -> None:
        self.later = later
        super().__init__(why)


class InDoubt(Exception):
    """Nobody knows whether the server has taken it."""


class Handing:
    """One letter to one mailbox. Every step blocks."""

    def __init__(self, config: MailSettings) -> None:
        """Nothing is connected yet."""
        self._config = config
        self._client: smtplib.SMTP | None = None

    def prepare(self, to: str) -> None:
        """Connect, sign in, name both mailboxes. Nothing can have arrived after that. Raises NotTaken."""
        try:
            client = self._connected()
            _accepted(client.mail(self._config.sender))
            _accepted(client.rcpt(to))
        except smtplib.SMTPAuthenticationError as error:
            raise NotTaken("the mail server refuses user or password", later=True) from error
        except smtplib.SMTPResponseException as error:
            raise _answered(error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(f"the mail server does not answer: {type(error).__name__}", later=True) from error

    def deliver(self, content: bytes) -> None:
        """Hand it over. Raises NotTaken where the server says so, and InDoubt where it says nothing."""
        if self._client is None:
            raise AssertionError("prepare comes first")
        try:
            code, answer = self._client.data(content)
        except smtplib.SMTPDataError as error:
            raise _answered(error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise InDoubt(f"no answer to the letter: {type(error).__name__}") from error
        if code != 250:
            raise _answered(smtplib.SMTPDataError(code, answer))

    def _connected(self) -> smtplib.SMTP:
        config = self._config
        if config.security == "tls":
            context = ssl.create_default_context()
            client: smtplib.SMTP = smtplib.SMTP_SSL(config.host, config.port, timeout=PATIENCE, context=context)
        else:
            client = smtplib.SMTP(config.host, config.port, timeout=PATIENCE)
        self._client = client
        if config.security == "starttls":
            client.starttls(context=ssl.create_default_context())
        client.ehlo_or_helo_if_needed()
        if config.user:
            client.login(config.user, config.password.get_secret_value())
        return client

    def close(self) -> None:
        """Take leave; the server's answer to that is not needed."""
        if self._client is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._client.quit()
            self._client.close()


def _accepted(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if code not in (250, 251):
        raise smtplib.SMTPResponseException(code, words)


def _answered(error: smtplib.SMTPResponseException) -> NotTaken:
    """The server's words may name the mailbox, so that only its number is kept."""
    code = error.smtp_code
    return NotTaken(f"the mail server answers {code}", later=_LATER[0] <= code <= _LATER[1])
