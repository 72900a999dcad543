"""The line to the relay in HCPOV_SMTP_URL: opened with the first message and kept for the next."""

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from threading import Timer
from time import monotonic
from types import TracebackType
from urllib.parse import unquote, urlsplit

from hcpov.mail.answers import Away, Later, Refused, Step, broken, sorted_out
from hcpov.mail.letters import Letter

SECONDS = 60.0  # for the relay to answer each of our words
END_SECONDS = 600.0  # to answer the end of a text: RFC 5321 4.5.3.2.6, for who hangs up too early sends it twice
CALL_SECONDS = 240.0  # for the whole of a call
LONGEST = 840.0  # for a message on an open line, should a relay answer drop by drop; with a call less than LEASE

DOTS = re.compile(rb"(?m)^\.")  # RFC 5321 4.5.2


class Line:
    """A kept line. Whatever goes wrong is raised as one of answers.Away, Later or Refused."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)
        self.line: smtplib.SMTP | None = None

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Ends the connection, if there is one."""
        line, self.line = self.line, None
        if line is not None:
            with suppress(OSError, smtplib.SMTPException):
                line.quit()
            line.close()

    def send(self, letter: Letter) -> None:
        """Hands one message over. A relay that hung up since the last message is called once more."""
        started, was_open = monotonic(), self.line is not None
        try:
            self._offer(letter)
        except Away:
            if not was_open or monotonic() - started > SECONDS:
                raise
            self._offer(letter)

    def _offer(self, letter: Letter) -> None:
        """Offers a message; after a no, the line is ready for the next one."""
        if self.line is None:
            self.line = self._call()
        line, step = self.line, Step.SENDER
        watch = Timer(LONGEST, _cut, [line])
        watch.daemon = True
        watch.start()
        try:
            text, options = _text(letter, line)
            _expect(step, line.mail(letter.sender, options))
            step = Step.RECIPIENT
            _expect(step, line.rcpt(letter.recipient.address))
            step = Step.DATA
            _expect(step, line.docmd("DATA"), 354)
            step = Step.END
            _wait(line, END_SECONDS)
            line.send(text)
            _expect(step, line.getreply())
            _wait(line, SECONDS)
        except (Later, Refused):
            self._begin_anew()
            raise
        except Away:
            self.hang_up()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.line = None
            line.close()
            raise broken(step, error) from None
        finally:
            watch.cancel()

    def _begin_anew(self) -> None:
        """Clears what the relay noted of a message that it did not take."""
        line = self.line
        try:
            if line is not None and line.rset()[0] != 250:
                self.hang_up()
        except (OSError, smtplib.SMTPException):
            self.hang_up()

    def _call(self) -> smtplib.SMTP:
        """Opens the line. Raises Away."""
        started = monotonic()
        try:
            line = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise broken(Step.CALL, error) from None
        if monotonic() - started > CALL_SECONDS:
            line.close()
            raise Away("the relay took too long to answer the call")
        return line

    def _connect(self) -> smtplib.SMTP:
        """Opens the line; with STARTTLS where the relay offers it, and always before a password is said."""
        host, context = self.parts.hostname or "", ssl.create_default_context()
        line: smtplib.SMTP
        if self.parts.scheme == "smtps":
            line = smtplib.SMTP_SSL(host, self.parts.port or 465, timeout=SECONDS, context=context)
        else:
            line = smtplib.SMTP(host, self.parts.port or 25, timeout=SECONDS)
        try:
            line.ehlo_or_helo_if_needed()
            if self.parts.scheme == "smtp" and line.has_extn("starttls"):
                line.starttls(context=context)
                line.ehlo()
            self._sign_in(line)
        except BaseException:
            line.close()
            raise
        return line

    def _sign_in(self, line: smtplib.SMTP) -> None:
        if not self.parts.username:
            return
        if not isinstance(line.sock, ssl.SSLSocket):
            raise Away("the relay offers no TLS, so the password was kept back")
        line.login(unquote(self.parts.username), unquote(self.parts.password or ""))


def _text(letter: Letter, line: smtplib.SMTP) -> tuple[bytes, list[str]]:
    """Returns the message with its end, and what MAIL says of it. Raises Refused for an address that cannot be said."""
    text, options = letter.mail.as_bytes(), []
    if letter.recipient.is_international:
        if not line.has_extn("smtputf8"):
            raise Refused("the relay takes no letters outside ASCII in an address")
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    if line.has_extn("size"):
        options.append(f"SIZE={len(text)}")
    return DOTS.sub(b"..", text.removesuffix(b"\r\n")) + b"\r\n.\r\n", options


def _expect(step: Step, answer: tuple[int, bytes], wanted: int = 250) -> None:
    """Raises what follows from any answer but yes."""
    code, words = answer
    if code != wanted and not (step is Step.RECIPIENT and code == 251):
        raise sorted_out(step, code, words)


def _wait(line: smtplib.SMTP, seconds: float) -> None:
    if line.sock is not None:
        line.sock.settimeout(seconds)


def _cut(line: smtplib.SMTP) -> None:
    """Ends a line from another thread: whoever reads from it hears that it is over."""
    with suppress(OSError):
        if line.sock is not None:
            line.sock.shutdown(socket.SHUT_RDWR)
