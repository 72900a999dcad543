"""Writes to the audit log."""

from typing import Any

from sqlalchemy import ColumnElement, update

from hcpov.audit.models import ABOUT_LENGTH, REASON_LENGTH, WHAT_LENGTH, Audit
from hcpov.extensions import db


def note(account_id: int | None, what: str, about: str, reason: str = "", **details: Any) -> None:
    """Adds a line to the log, to be committed with what it tells of; does not commit.

    `details` are facts such as a role or a date; never a secret, an address or a text of somebody.
    """
    line = Audit(account_id=account_id, what=what[:WHAT_LENGTH], about=about[:ABOUT_LENGTH], details=details)
    line.reason = reason[:REASON_LENGTH]
    db.session.add(line)


def forget(account_id: int, about: ColumnElement[bool]) -> None:
    """Takes a person out of the log: who did it, and the free words of the lines about them. Does not commit.

    What was done and when stays: the log would else have holes that nobody can explain.
    """
    db.session.execute(update(Audit).where(about).values(reason="", details={}))
    db.session.execute(update(Audit).where(Audit.account_id == account_id).values(account_id=None))
