"""Many messages at once, and what is taken back of them. Nothing here commits."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from hcpov import clock
from hcpov.extensions import db
from hcpov.mail.letters import stored
from hcpov.mail.models import Message

FETCHED = 1000

_WAITS = (Message.sent_at.is_(None), Message.gave_up_at.is_(None))


class Letter(NamedTuple):
    """A message to be."""

    to: str
    subject: str
    text: str
    dedupe_key: str
    html: str = ""
    headers: dict[str, str] = {}  # noqa: RUF012  # read, never written


def enqueue_all(letters: Sequence[Letter]) -> None:
    """Adds those messages that are not there yet. One statement for all of them."""
    if not letters:
        return
    now = clock.now()
    rows = [
        {
            **stored(each.to, each.subject, each.text, each.html, each.headers),
            "dedupe_key": each.dedupe_key,
            "created_at": now,
            "not_before": now,
            "tries": 0,
            "problem": "",
            "asked_for": False,
        }
        for each in letters
    ]
    insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(Message.__table__).on_conflict_do_nothing(index_elements=["dedupe_key"])
    db.session.execute(statement, rows)
    db.session.info["nudge"] = True


def waiting(*kinds: str) -> Iterator[str]:
    """Yields the keys of messages that wait to be sent and begin with one of these words. One query."""
    begins = or_(*(Message.dedupe_key.startswith(f"{kind} ", autoescape=True) for kind in kinds))
    wanted = select(Message.dedupe_key).where(*_WAITS, begins)
    yield from db.session.scalars(wanted.execution_options(yield_per=FETCHED))


def take_back(about: str) -> int:
    """Deletes the messages that wait and are about something, such as `post 12`, and returns how many."""
    return _delete(Message.dedupe_key.startswith(f"{about} ", autoescape=True))


def take_back_from(to: str, keys: Sequence[str]) -> int:
    """Deletes the messages that wait for an address and have keys like these (SQL's LIKE); returns how many."""
    return _delete(Message.to == to, or_(*(Message.dedupe_key.like(key) for key in keys)))


def _delete(*which: Any) -> int:
    gone = db.session.execute(delete(Message).where(*_WAITS, *which).execution_options(synchronize_session=False))
    return int(gone.rowcount)  # type: ignore[attr-defined]
