"""What an admin does about mail. Each is a line of the audit log; none names an address."""

from sqlalchemy import ColumnElement, func, or_, update

from hcpov import clock
from hcpov.audit.actions import note
from hcpov.extensions import db
from hcpov.mail import refusals, turns
from hcpov.mail.actions import nudge
from hcpov.mail.models import Message


def retry(account_id: int, number: int) -> bool:
    """Commits that a message is tried again at once; False when it cannot be: sent, dropped, or on its way."""
    return _change(account_id, "mail tried again", _again(), Message.id == number, Message.text != "") > 0


def retry_all(account_id: int) -> int:
    """Commits that whatever was given up and still has its words is tried again; returns how many that are."""
    failed = (Message.gave_up_at.is_not(None), Message.text != "", Message.to != "")
    return _change(account_id, "mail tried again", _again(), *failed)


def drop(account_id: int, number: int) -> bool:
    """Commits that a message is never sent; False when it is no more or on its way.

    Its key holds, so that nothing writes it again.
    """
    gone: dict[str, object] = {"to": "", "text": "", "html": "", "headers": {}, "problem": "dropped at the desk"}
    gone["gave_up_at"] = func.coalesce(Message.gave_up_at, clock.now())
    return _change(account_id, "mail dropped", gone, Message.id == number, Message.to != "") > 0


def lift(account_id: int, email: str, about: str = "an address") -> bool:
    """Commits that an address which refused mail is written to again; False when it is not known to have refused."""
    known = refusals.lift(email)
    if known:
        note(account_id, "mail allowed again", about)
    db.session.commit()
    return known


def call_again(account_id: int) -> None:
    """Commits that the relay is not left alone any longer."""
    turns.end_pause()
    note(account_id, "mail relay called", "the relay")
    nudge()
    db.session.commit()


def _again() -> dict[str, object]:
    return {"gave_up_at": None, "not_before": clock.now(), "tries": 0, "problem": ""}


def _change(account_id: int, what: str, values: dict[str, object], *which: ColumnElement[bool]) -> int:
    """Commits a change of messages that nobody has taken and that were not sent; returns how many that are."""
    free = (Message.sent_at.is_(None), or_(Message.taken_until.is_(None), Message.taken_until <= clock.now()))
    changed = update(Message).where(*free, *which).values(values).returning(Message.id)
    numbers = list(db.session.scalars(changed.execution_options(synchronize_session=False)))
    if numbers:
        about = f"message {numbers[0]}" if len(numbers) == 1 else f"{len(numbers)} messages"
        note(account_id, what, about)
        nudge()
    db.session.commit()
    return len(numbers)
