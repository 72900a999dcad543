"""The way from the outbox to the relay."""

import hashlib
import logging
import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from types import TracebackType
from urllib.parse import unquote, urlsplit

import click

from hcpov import config
from hcpov.mail import actions
from hcpov.mail.models import Message

SECONDS = 30  # for the relay to answer each of our words
AT_ONCE = 500  # messages in one go; the rest waits for the next

log = logging.getLogger(__name__)


class Refused(Exception):
    """The relay will never take this message; the text says its code, without the address."""


class Relay:
    """A connection to the relay in HCPOV_SMTP_URL, opened with the first message and kept for the next.

    Without a relay, messages are printed, on a site that only this machine can reach.
    """

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)
        self.line: smtplib.SMTP | None = None

    def __enter__(self) -> "Relay":
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        self.hang_up()

    def hang_up(self) -> None:
        """Ends the connection, if there is one."""
        if self.line is not None:
            with suppress(OSError, smtplib.SMTPException):
                self.line.quit()
            self.line = None

    def send(self, message: EmailMessage) -> None:
        """Hands one message over. Raises Refused, or OSError and SMTPException when it can be tried again."""
        if not self.parts.scheme:
            click.echo(f"\n{message.as_string(policy=message.policy.clone(cte_type='8bit'))}")
            return
        if self.line is None:
            self.line = self._call()
        try:
            self.line.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            [(code, _)] = refused.recipients.values()
            self._sort(code, refused)
        except smtplib.SMTPDataError as refused:
            self._sort(refused.smtp_code, refused)
        except (smtplib.SMTPNotSupportedError, UnicodeEncodeError, ValueError):
            raise Refused("the relay takes no such address") from None

    def _sort(self, code: int, error: Exception) -> None:
        if 500 <= code < 600:
            raise Refused(f"refused with {code}") from None
        raise error

    def _call(self) -> smtplib.SMTP:
        """Opens the connection; with STARTTLS where the relay offers it, and always before a password is said."""
        host, context = self.parts.hostname or "", ssl.create_default_context()
        line: smtplib.SMTP
        if self.parts.scheme == "smtps":
            line = smtplib.SMTP_SSL(host, self.parts.port or 465, timeout=SECONDS, context=context)
        else:
            line = smtplib.SMTP(host, self.parts.port or 25, timeout=SECONDS)
        try:
            line.ehlo()
            if self.parts.scheme == "smtp" and line.has_extn("starttls"):
                line.starttls(context=context)
            self._sign_in(line)
        except BaseException:
            line.close()
            raise
        return line

    def _sign_in(self, line: smtplib.SMTP) -> None:
        if not self.parts.username:
            return
        if not isinstance(line.sock, ssl.SSLSocket):
            raise smtplib.SMTPNotSupportedError("the relay offers no TLS, so the password was kept back")
        line.login(unquote(self.parts.username), unquote(self.parts.password or ""))


def send_due() -> int:
    """Sends what is due and returns how many messages were sent. Commits after each.

    A relay that cannot be reached ends the go: the message is tried again after a pause, and so are the others.
    """
    settings, sent = config.current(), 0
    if not settings.smtp_url and not settings.is_local:
        log.warning("no mail is sent: HCPOV_SMTP_URL names no relay")
        return 0
    with Relay(settings.smtp_url) as relay:
        while sent < AT_ONCE and (message := actions.claim()):
            try:
                relay.send(written(message))
            except Refused as refused:
                actions.mark_failed(message, str(refused), for_good=True)
            except (OSError, smtplib.SMTPException) as failed:
                log.warning("the relay could not take message %s: %s", message.id, type(failed).__name__)
                actions.mark_failed(message, type(failed).__name__, for_good=False)
                break
            else:
                actions.mark_sent(message)
                sent += 1
    return sent


def written(message: Message) -> EmailMessage:
    """Returns the message as it travels.

    Its Message-ID follows from the row: should it be sent twice, mail programs can know it as one (RFC 5322 3.6.4).
    """
    settings = config.current()
    mark = hashlib.sha256(message.dedupe_key.encode()).hexdigest()[:32]
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = Address(settings.site_name, addr_spec=settings.sender)
    mail["To"] = message.to
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(message.created_at)
    mail["Message-ID"] = f"<{mark}.{message.id}@{settings.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 5: nobody's holiday answer comes back
    mail.set_content(message.text)
    return mail
