"""Addresses that asked to be kept updated, and what was written to them."""

from typing import Any

from flask import Flask

from hcpov import clock
from hcpov.extensions import db
from hcpov.mail.models import Message
from hcpov.updates import tokens
from hcpov.updates.models import Subscription
from hcpov.updates.news import actions

EMAIL = "reader@example.org"


def wish(app: Flask, email: str = EMAIL, confirmed: bool = True, **columns: Any) -> tuple[int, str]:
    """Makes a wish, and returns its number and the path that letters hold."""
    now = clock.now()
    if confirmed:
        columns = {"confirmed_at": now, "told_at": now} | columns
    with app.app_context():
        row = Subscription(email=email, **columns)
        db.session.add(row)
        db.session.commit()
        return row.id, f"/updates/{tokens.issue(row.key)}"


def stored(app: Flask) -> list[Subscription]:
    """Returns all wishes as they are now."""
    with app.app_context():
        return list(db.session.scalars(db.select(Subscription).order_by(Subscription.id)))


def tell(app: Flask) -> list[tuple[str, str]]:
    """Does what the worker does each minute; returns the (address, subject) of all letters there are by now."""
    with app.app_context():
        actions.tell()
        actions.write_digests()
    return [(letter.to, letter.subject) for letter in letters(app)]


def letters(app: Flask) -> list[Message]:
    """Returns all letters."""
    with app.app_context():
        return list(db.session.scalars(db.select(Message).order_by(Message.id)))
