"""An outbox to fill and to look into."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from hcpov.extensions import db
from hcpov.mail.actions import enqueue
from hcpov.mail.models import Message, RefusedAddress, Relay
from hcpov.mail.sending import send_due

Travel = Callable[[float], None]


class Outbox:
    """The outbox of the tests' application."""

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app, self.monkeypatch = app, monkeypatch

    def put(self, key: str = "one", to: str = "ada@example.org", **more: Any) -> None:
        """Writes a message."""
        with self.app.app_context():
            enqueue(to, more.pop("subject", "A subject"), more.pop("text", "Words."), key, **more)
            db.session.commit()

    def put_many(self, number: int) -> None:
        """Writes messages to reader0@example.org and so on."""
        with self.app.app_context():
            for each in range(number):
                enqueue(f"reader{each}@example.org", "A subject", "Words.", f"many {each}")
            db.session.commit()

    def send(self) -> int:
        """Lets the worker's code send what is due."""
        with self.app.app_context():
            return send_due()

    @property
    def rows(self) -> list[Message]:
        """What stands in the outbox."""
        with self.app.app_context():
            return list(db.session.scalars(db.select(Message).order_by(Message.id)))

    @property
    def row(self) -> Message:
        """The one message."""
        [row] = self.rows
        return row

    @property
    def relay(self) -> Relay | None:
        """How the relay is."""
        with self.app.app_context():
            return db.session.get(Relay, 1)

    @property
    def refused(self) -> list[str]:
        """The codes with which addresses were refused."""
        with self.app.app_context():
            return list(db.session.scalars(db.select(RefusedAddress.code)))

    def settings(self, **changed: Any) -> None:
        """Changes settings until the test ends."""
        settings = self.app.config["HCPOV"]
        self.monkeypatch.setitem(self.app.config, "HCPOV", type(settings)(**(vars(settings) | changed)))


@pytest.fixture
def outbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    """The outbox, empty."""
    return Outbox(app, monkeypatch)
