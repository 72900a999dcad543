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
    """What arrived, and what the server answers to the next recipient or text: a line of SMTP, or None for yes."""

    def __init__(self) -> None:
        self.arrived: list[EmailMessage] = []
        self.to_recipient: str | None = None
        self.to_text: str | None = None
        self.hangs_up = False
        self.port = 0

    async def handle_RCPT(  # noqa: N802  # aiosmtpd looks for this name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Takes or refuses a recipient."""
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # as above
        """Takes a message, or says why not; or hangs up after it was taken."""
        if self.to_text:
            return self.to_text
        message = message_from_bytes(envelope.content, policy=policy.SMTP)
        assert isinstance(message, EmailMessage)
        self.arrived.append(message)
        if self.hangs_up:
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 OK"

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
    """Returns the text of a message."""
    return str(message.get_content()).replace("\r\n", "\n")


def link(text: str, part: str) -> str:
    """Returns the path of the link in a letter that has `part` in it."""
    [found] = [match[0] for match in LINK.finditer(text) if part in match[0]]
    return "/" + str(found).split("/", 3)[3]


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    """Runs the server until the context ends."""
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=free_port())
    controller.start()
    office.port = controller.port
    try:
        yield office
    finally:
        controller.stop()
