"""Writes about wishes: who wants to hear of what, and how often."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from flask import render_template
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from hcpov import clock, config
from hcpov.auth import tombstones
from hcpov.auth.letters import mark
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.mail import batches
from hcpov.mail.actions import enqueue
from hcpov.updates import queries, tokens
from hcpov.updates.addresses import same
from hcpov.updates.models import Cadence, Place, Subscription
from hcpov.updates.news import digests

PENDING = 20  # wishes of one address that may wait for a yes
ONE_LETTER = timedelta(days=1)  # how long one unanswered letter keeps others back
UNANSWERED, LEFT = timedelta(days=7), timedelta(days=30)  # how long such a wish is kept


def ask(
    email: str,
    blog_id: int | None,
    post_id: int | None = None,
    comment_id: int | None = None,
    cadence: Cadence = Cadence.AT_ONCE,
    sure: bool = False,
) -> None:
    """Notes that an address asked to be kept updated, to be confirmed by mail. Asking twice is asking once. Commits.

    With `post_id` it asks for that post's thread, with `comment_id` as well for the answers under one comment of it,
    with none for the whole site. However much is asked for an address, by whomever, it gets one letter until it answers
    or a day is over; that letter's page shows all that waits.

    Somebody who left and asks again is asked to confirm again: only the mailbox's owner can say yes. That is known,
    and no letter is written, where `sure`: a member asks for their own address.
    """
    email, place = same(email), Place(blog_id, post_id, comment_id)
    for _ in range(2):  # the second time for whoever lost against another request
        try:
            _note(email, place, cadence, sure)
            db.session.commit()
            return
        except IntegrityError:
            db.session.rollback()


def confirm(email: str, numbers: Collection[int]) -> None:
    """Commits that an address's owner said yes to some of what waits. Twice is once."""
    now = clock.now()
    theirs = (Subscription.email == email, Subscription.id.in_(numbers), *queries.pending())
    _run(update(Subscription).where(*theirs).values(confirmed_at=now, told_at=now))
    db.session.commit()


def change(email: str, number: int, cadence: Cadence) -> None:
    """Commits how often an address wants to hear of something.

    Nothing is missed: what waits for a digest is sent now, should there be no digest any more.
    """
    wish = db.session.scalar(select(Subscription).where(*_own(email, number), *queries.active()).with_for_update())
    if wish is None or wish.cadence == cadence:
        db.session.rollback()
        return
    now = clock.now()
    if cadence == Cadence.AT_ONCE and (rest := digests.of_wish(wish, now)):
        batches.enqueue_all([rest])
    if Cadence.AT_ONCE in {wish.cadence, cadence}:
        wish.told_at = now
    wish.cadence = cadence
    db.session.commit()


def leave(email: str, number: int | None = None) -> None:
    """Commits that an address left one of its wishes, or all: what waits to be sent is taken back. Twice is once."""
    theirs = [Subscription.email == email] if number is None else list(_own(email, number))
    left = update(Subscription).where(*theirs, Subscription.left_at.is_(None)).values(left_at=clock.now())
    numbers = list(db.session.scalars(left.returning(Subscription.id).execution_options(synchronize_session=False)))
    buried = [tombstones.bury(tombstones.LEFT, each) for each in numbers]
    for each in numbers:
        take_back(email, each)
    db.session.commit()
    tombstones.write_down(buried)


def come_back(email: str, number: int) -> None:
    """Commits that an address which left hears again of what it had confirmed.

    A restored backup does not take it back: only what is older than its tombstone is left again.
    """
    now = clock.now()
    gone = (*_own(email, number), Subscription.left_at.is_not(None), Subscription.confirmed_at.is_not(None))
    _run(update(Subscription).where(*gone).values(left_at=None, created_at=now, told_at=now))
    db.session.commit()


def move(old: str, new: str) -> None:
    """Commits that the wishes of a member's old address are the new one's, which its mailbox has confirmed.

    What the new address has asked for itself stays as it is; the old one leaves that.
    """
    old, new = same(old), same(new)
    if old == new:
        return
    known = {wish.place for wish in db.session.scalars(select(Subscription).where(Subscription.email == new))}
    for wish in db.session.scalars(select(Subscription).where(Subscription.email == old, *queries.active())):
        if wish.place not in known:
            take_back(old, wish.id)
            wish.email = new
    try:
        db.session.commit()
    except IntegrityError:  # the new address asked at this very moment: then it hears of it anyway
        db.session.rollback()
    leave(old)


def forget(email: str) -> list[int]:
    """Deletes all wishes of an address and returns their numbers. Does not commit."""
    theirs = or_(Subscription.email == email, Subscription.email == same(email))
    gone = delete(Subscription).where(theirs).returning(Subscription.id)
    return list(db.session.scalars(gone.execution_options(synchronize_session=False)))


def forget_old() -> int:
    """Commits that wishes are forgotten which nobody confirmed, or that were left long ago; returns how many."""
    now = clock.now()
    unanswered = Subscription.confirmed_at.is_(None) & (Subscription.created_at < now - UNANSWERED)
    gone = _run(delete(Subscription).where(or_(unanswered, Subscription.left_at < now - LEFT)))
    db.session.commit()
    return gone


def take_back(email: str, number: int) -> None:
    """Takes back what waits to be sent for one wish. Does not commit."""
    batches.take_back_from(email, [f"post % {number}", f"comment % {number}", f"digest {number} %"])


def _note(email: str, place: Place, cadence: Cadence, sure: bool) -> None:
    _alone(email)
    now = clock.now()
    wish = db.session.scalar(select(Subscription).where(Subscription.email == email, *queries.at(place)))
    if wish is None:
        if not sure and queries.number_pending(email) >= PENDING:
            return
        wish = Subscription(email=email, **place._asdict())
        db.session.add(wish)
    elif wish.left_at is not None:
        wish.left_at, wish.confirmed_at, wish.letter_at, wish.created_at = None, None, None, now
    if sure or wish.confirmed_at is None:
        wish.cadence = cadence
    if sure and wish.confirmed_at is None:
        wish.confirmed_at = wish.told_at = now
    db.session.flush()
    if wish.confirmed_at is None:
        _write(wish, now)


def _write(wish: Subscription, now: datetime) -> None:
    """Asks the mailbox, unless it was asked lately and has not answered yet."""
    last = queries.last_letter(wish.email)
    if last is not None and last > now - ONE_LETTER:
        return
    wish.letter_at = now
    settings = config.current()
    context = {"what": queries.described(wish), "site": settings.site_name, "link": tokens.address(wish.key)}
    text = render_template("updates/mail/confirm.txt", **context)
    enqueue(
        wish.email, gettext("Please confirm your address"), text, f"confirm {wish.id} {now.timestamp()}", asked_for=True
    )


def _alone(email: str) -> None:
    """Waits until no other request asks for this address.

    The update takes SQLite's lock for writing. PostgreSQL has a lock for a number, which needs no row to be there.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(int(mark(email)[:12], 16))))
    else:
        _run(update(Subscription).where(Subscription.id == 0).values(id=0))


def _own(email: str, number: int) -> tuple[ColumnElement[bool], ...]:
    return (Subscription.email == email, Subscription.id == number)


def _run(statement: Any) -> int:
    done: Any = db.session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)
