"""Writes to the outbox."""

from datetime import timedelta

from sqlalchemy import delete, func, or_, select, update

from hcpov import clock
from hcpov.extensions import db
from hcpov.mail.models import PROBLEM_LENGTH, SUBJECT_LENGTH, Message
from hcpov.text.plain import one_line

LEASE = timedelta(minutes=5)  # longer than a relay is waited for
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
LIFE = timedelta(days=3)  # what could not be delivered by then is news no more
# Letters whose address goes with their words: they answer strangers, or who was just erased.
FORGOTTEN = ("erased ", "my-data ")


def enqueue(to: str, subject: str, text: str, dedupe_key: str) -> None:
    """Adds a message once, to be committed with what causes it; does not commit."""
    if db.session.scalar(select(Message.id).where(Message.dedupe_key == dedupe_key)) is not None:
        return
    subject = one_line(subject)[:SUBJECT_LENGTH]  # a line feed would begin a header of its own
    db.session.add(Message(to=to, subject=subject, text=text, dedupe_key=dedupe_key))
    db.session.info["nudge"] = True


def claim() -> Message | None:
    """Takes the message that has waited longest, for as long as LEASE; None when none is due. Commits.

    A worker that is killed leaves its message to be taken again when the lease is over.
    """
    now = clock.now()
    due = (Message.sent_at.is_(None), Message.gave_up_at.is_(None), Message.not_before <= now)
    while number := db.session.scalar(select(Message.id).where(*due).order_by(Message.not_before, Message.id).limit(1)):
        taken = db.session.execute(
            update(Message)
            .where(Message.id == number, *due)
            .values(tries=Message.tries + 1, not_before=now + LEASE)
            .execution_options(synchronize_session=False)
        )
        db.session.commit()
        if taken.rowcount:  # type: ignore[attr-defined]
            message = db.session.get(Message, number, populate_existing=True)
            if message is not None:  # else its owner was erased this very moment
                return message
    return None


def mark_sent(message: Message) -> None:
    """Commits that a relay took a message, and forgets its words; those of FORGOTTEN lose their address as well."""
    _write(message, sent_at=clock.now(), problem="", **_silence(message))


def mark_failed(message: Message, problem: str, for_good: bool) -> None:
    """Commits that a message was not taken: it is tried again after a longer pause each time, or given up."""
    now, problem = clock.now(), problem[:PROBLEM_LENGTH]
    if for_good or now - message.created_at > LIFE:
        _write(message, gave_up_at=now, problem=problem, **_silence(message))
    else:
        pause = min(FIRST_PAUSE * 2 ** (message.tries - 1), LONGEST_PAUSE)
        _write(message, not_before=now + pause, problem=problem)


def forget(email: str, mark: str, account_id: int | None = None) -> list[int]:
    """Deletes what was written to an address, sent or not, and returns the numbers. Does not commit.

    `mark` is how the address stands in the keys of letters about it, also where the address itself is forgotten.
    With an account, so do its letters to addresses that it had or asked for.
    """
    theirs = or_(Message.to == email, func.lower(Message.to) == email.lower(), Message.dedupe_key.contains(mark))
    if account_id is not None:
        for kind in ("new email", "changed"):
            theirs |= Message.dedupe_key.startswith(f"{kind} {account_id} ")
    gone = delete(Message).where(theirs).returning(Message.id)
    return list(db.session.scalars(gone.execution_options(synchronize_session=False)))


def _silence(message: Message) -> dict[str, str]:
    return {"text": "", "to": ""} if message.dedupe_key.startswith(FORGOTTEN) else {"text": ""}


def _write(message: Message, **values: object) -> None:
    """Commits what became of a message.

    It may have been deleted while it was on its way. SQLite may then have given its number to another message, which
    only the key tells apart.
    """
    same = (Message.id == message.id, Message.dedupe_key == message.dedupe_key)
    db.session.execute(update(Message).where(*same).values(**values))
    db.session.commit()
