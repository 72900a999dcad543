"""A real SMTP server on loopback, that keeps what it is given, and can be told to behave badly."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from flask import Flask

from hcpov.mail.sending import send_due
from tests.live import free_port, wait_until

LINK = re.compile(r"https?://\S+")


class PostOffice:
    """What arrived, and how the server behaves.

    `to_…` is what it answers at a step instead of yes: a line of SMTP, or None. At the steps in `silent_at` it never
    answers, at those in `drops_at` it breaks the line. The steps: hello, sender, recipient, data (the whole text is
    there, nothing is kept), kept (the text is kept, and was taken).
    """

    def __init__(self) -> None:
        self.port = 0
        self.behave()

    def behave(self) -> None:
        """Forgets what arrived, and behaves well from now on."""
        self.arrived: list[EmailMessage] = []
        self.to_hello: str | None = None
        self.to_sender: str | None = None
        self.to_recipient: str | None = None
        self.to_text: str | None = None
        self.silent_at: set[str] = set()
        self.drops_at: set[str] = set()
        self.slow = 0.0  # seconds before it says that it took a text
        self.most: int | None = None  # messages on one line; the next one hears 421
        self.calls = 0
        self.tried: list[str] = []
        self.recipients: list[str] = []

    async def handle_EHLO(  # noqa: N802  # aiosmtpd looks for these names
        self, server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Answers a call."""
        self.calls += 1
        session.host_name, session.texts = hostname, 0
        await self._mood(server, "hello")
        return [self.to_hello] if self.to_hello else responses

    async def handle_HELO(self, _server: Any, session: Any, _envelope: Any, hostname: str) -> str:  # noqa: N802
        """Answers a call from who cannot do more, or was refused just before."""
        session.host_name, session.texts = hostname, 0
        return self.to_hello or "250 here"

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Takes or refuses a sender; or hangs up, when there were too many messages on this line."""
        await self._mood(server, "sender")
        if self.most is not None and session.texts >= self.most:
            asyncio.get_running_loop().call_later(0.01, server.transport.close)
            return "421 4.7.0 too many messages on this line"
        if self.to_sender:
            return self.to_sender
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Takes or refuses a recipient."""
        self.tried.append(address)
        await self._mood(server, "recipient")
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Takes a message, or says why not; or hangs up before or after it was taken."""
        await self._mood(server, "data")
        if self.to_text:
            return self.to_text
        message = message_from_bytes(envelope.content, policy=policy.SMTP)
        assert isinstance(message, EmailMessage)
        session.texts += 1
        self.arrived.append(message)
        self.recipients += envelope.rcpt_tos
        await asyncio.sleep(self.slow)
        await self._mood(server, "kept")
        return "250 OK"

    async def _mood(self, server: Any, step: str) -> None:
        if step in self.silent_at:
            await asyncio.sleep(60)
        if step in self.drops_at:
            server.transport.abort()
            await asyncio.sleep(0)

    def collect(self, app: Flask) -> list[EmailMessage]:
        """Lets the worker's code send what is due, and returns what arrived since the last time."""
        with app.app_context():
            send_due()
        arrived, self.arrived = self.arrived, []
        return arrived

    def letter(self, app: Flask) -> tuple[EmailMessage, str]:
        """Returns the one message that waits, and its words."""
        [message] = self.collect(app)
        return message, words(message)

    def wait_for(self, number: int, seconds: float = 20) -> list[EmailMessage]:
        """Returns what arrived when `number` messages did; fails after `seconds`."""
        wait_until(lambda: len(self.arrived) >= number, seconds)
        return self.arrived


def words(message: EmailMessage) -> str:
    """Returns the plain text of a message, or the text of the part that it is."""
    body = message.get_body(("plain",)) or message
    return str(body.get_content()).replace("\r\n", "\n")


def link(text: str, part: str) -> str:
    """Returns the path of the link in a letter that has `part` in it."""
    [found] = [match[0] for match in LINK.finditer(text) if part in match[0]]
    return "/" + str(found).split("/", 3)[3]


@contextmanager
def open_post_office(port: int = 0, **options: Any) -> Iterator[PostOffice]:
    """Runs the server until the context ends; `options` are aiosmtpd's."""
    options = {"enable_SMTPUTF8": False} | options
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=port or free_port(), **options)
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop()
