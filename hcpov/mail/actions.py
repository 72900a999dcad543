"""Writes to the outbox."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, func, literal_column, or_, select, update

from hcpov import clock
from hcpov.extensions import db
from hcpov.mail import letters, refusals, turns
from hcpov.mail.models import PROBLEM_LENGTH, Message, RefusedAddress

LEASE = timedelta(minutes=20)  # longer than the slowest relay is waited for: relay.LONGEST and a call
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
LIFE = timedelta(days=3)  # what could not be delivered by then is news no more
WORDS_KEPT = timedelta(days=7)  # of what was given up and an admin may try again
ADDRESS_KEPT = timedelta(days=30)
# Whatever writes a message sets its own mark in the same transaction, or has the moment in the key; the key is a second
# lock. The longest time in which anything of ours writes the same again is a week, so that a year is enough.
KEY_KEPT = timedelta(days=365)
AT_ONCE = 1000  # rows in one transaction
# Letters whose address goes with their words: they answer strangers, or who was just erased.
FORGOTTEN = ("erased ", "my-data ")


def enqueue(
    to: str,
    subject: str,
    text: str,
    dedupe_key: str,
    html: str = "",
    headers: Mapping[str, str] | None = None,
    asked_for: bool = False,
) -> None:
    """Adds a message once, to be committed with what causes it; does not commit.

    `html` says the same as `text`; its markup must be safe. Raises ValueError for a header that is ours to set. A
    message that is `asked_for` is tried even at an address that refused mail: see Message.
    """
    if db.session.scalar(select(Message.id).where(Message.dedupe_key == dedupe_key)) is not None:
        return
    said = letters.stored(to, subject, text, html, headers)
    db.session.add(Message(**said, dedupe_key=dedupe_key, asked_for=asked_for))
    nudge()


def nudge() -> None:
    """Wakes the worker when the transaction is committed; does not commit."""
    db.session.info["nudge"] = True


def claim(rate: int = 0) -> Message | None:
    """Takes the message that has waited longest; None when none is due, or the relay is left alone. Commits.

    What somebody asked for goes first: a new password must not wait behind the news for ten thousand readers.

    `rate` is in messages a minute for all workers together, 0 is no limit; `wait_for` says when it lets this one go.
    It is the caller's for LEASE after that. A worker that is killed leaves it to be taken again when the lease is over.
    """
    while not turns.is_paused():
        now = clock.now()
        due = (Message.sent_at.is_(None), Message.gave_up_at.is_(None), Message.not_before <= now)
        number = _longest_waiting(Message.asked_for.is_(True), *due) or _longest_waiting(~Message.asked_for, *due)
        if number is None:
            return None
        until = now + timedelta(seconds=turns.take(now, rate)) + LEASE
        taken = update(Message).where(Message.id == number, *due).execution_options(synchronize_session=False)
        found = db.session.execute(taken.values(tries=Message.tries + 1, not_before=until, taken_until=until))
        if not found.rowcount:  # type: ignore[attr-defined]
            db.session.rollback()  # another worker was quicker, and has used the turn
            continue
        db.session.commit()
        if message := _detached(number):
            code = "" if message.asked_for else refusals.known(message.to)
            if not code:
                db.session.rollback()  # nothing stays open while a relay is waited for
                return message
            _give_up(message, f"this address refused mail before, with {code}")
    return None


def _longest_waiting(*which: ColumnElement[bool]) -> int | None:
    return db.session.scalar(select(Message.id).where(*which).order_by(Message.not_before, Message.id).limit(1))


def wait_for(message: Message) -> float:
    """Returns the seconds until a message that was taken may go."""
    assert message.taken_until is not None
    return max(0.0, (message.taken_until - LEASE - clock.now()).total_seconds())


def mark_sent(message: Message) -> None:
    """Commits that a relay took a message, and forgets its words; those of FORGOTTEN lose their address as well.

    The relay is known to be back, and an address that refused mail once to take it again.
    """
    turns.relay_is_back()
    if message.asked_for:
        refusals.lift(message.to)
    _write(message, sent_at=clock.now(), problem="", taken_until=None, **_silence(message))


def mark_failed(message: Message, problem: str) -> None:
    """Commits that a message was not taken now: it is tried again after a longer pause each time, or given up."""
    now = clock.now()
    if now - message.created_at > LIFE:
        mark_refused(message, problem)
        return
    pause = min(FIRST_PAUSE * 2 ** (message.tries - 1), LONGEST_PAUSE)
    _write(message, _ours(message), not_before=now + pause, taken_until=None, problem=problem[:PROBLEM_LENGTH])


def mark_refused(message: Message, problem: str, code: str = "") -> None:
    """Commits that a message is given up. With `code` its address is not written to again.

    What may be tried again from the desk keeps its words for WORDS_KEPT.
    """
    if code:
        refusals.remember(message.to, code)
    _give_up(message, problem, keep=not code and not message.asked_for)


def give_back(message: Message) -> None:
    """Commits that a message was not tried at all, and waits as before."""
    back = {"tries": message.tries - 1, "not_before": clock.now(), "taken_until": None}
    _write(message, _ours(message), **back)


def pause(problem: str) -> None:
    """Commits that the relay is away, and is left alone by all workers for a while: longer each time."""
    turns.pause(problem)
    db.session.commit()


def forget(email: str, mark: str, account_id: int | None = None) -> list[int]:
    """Deletes what was written to an address, sent or not, and returns the numbers. Does not commit.

    `mark` is how the address stands in the keys of letters about it, also where the address itself is forgotten.
    With an account, so do its letters to addresses that it had or asked for.
    """
    refusals.lift(email)
    theirs = or_(Message.to == email, func.lower(Message.to) == email.lower(), Message.dedupe_key.contains(mark))
    if account_id is not None:
        for kind in ("new email", "changed"):
            theirs |= Message.dedupe_key.startswith(f"{kind} {account_id} ")
    gone = delete(Message).where(theirs).returning(Message.id)
    return list(db.session.scalars(gone.execution_options(synchronize_session=False)))


def forget_old() -> None:
    """Forgets words, addresses, messages and refusals whose time is over. Commits in steps, so that nobody waits."""
    now = clock.now()
    silent = {"text": "", "html": "", "headers": {}}
    _in_steps((Message.gave_up_at < now - WORDS_KEPT) & (Message.text != ""), silent)
    for at in (Message.sent_at, Message.gave_up_at):
        # Written out, not as a value: only so can SQLite see that an index has just these.
        _in_steps((at < now - ADDRESS_KEPT) & (Message.to != literal_column("''")), {"to": "", **silent})
        _in_steps(at < now - KEY_KEPT, None)
    db.session.execute(delete(RefusedAddress).where(RefusedAddress.at < now - refusals.REMEMBERED))
    db.session.commit()


def _detached(number: int) -> Message | None:
    """Returns a message that later commits do not read again; None when its owner was erased this very moment."""
    message = db.session.get(Message, number, populate_existing=True)
    if message is not None:
        db.session.expunge(message)
    return message


def _in_steps(which: ColumnElement[bool], values: Mapping[str, object] | None) -> None:
    """Changes or deletes some messages at a time, until none is left. Commits."""
    while numbers := list(db.session.scalars(select(Message.id).where(which).limit(AT_ONCE))):
        of_these = Message.id.in_(numbers)
        change = delete(Message).where(of_these) if values is None else update(Message).where(of_these).values(values)
        db.session.execute(change.execution_options(synchronize_session=False))
        db.session.commit()


def _give_up(message: Message, problem: str, keep: bool = False) -> None:
    silence = {} if keep and not message.dedupe_key.startswith(FORGOTTEN) else _silence(message)
    facts = {"gave_up_at": clock.now(), "taken_until": None, "problem": problem[:PROBLEM_LENGTH]}
    _write(message, Message.sent_at.is_(None), **facts, **silence)


def _silence(message: Message) -> dict[str, object]:
    silent: dict[str, object] = {"text": "", "html": "", "headers": {}}
    return silent | {"to": ""} if message.dedupe_key.startswith(FORGOTTEN) else silent


def _ours(message: Message) -> ColumnElement[bool]:
    """Says whether a message is still with the worker that took it."""
    return Message.taken_until == message.taken_until


def _write(message: Message, *still: ColumnElement[bool], **values: object) -> None:
    """Commits what became of a message.

    It may have been deleted while it was on its way. SQLite may then have given its number to another message, which
    only the key tells apart.
    """
    same = (Message.id == message.id, Message.dedupe_key == message.dedupe_key, *still)
    db.session.execute(update(Message).where(*same).values(**values))
    db.session.commit()
