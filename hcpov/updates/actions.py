"""Writes about subscriptions."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hcpov import clock
from hcpov.extensions import db
from hcpov.updates.models import Subscription


def ask(email: str, blog_id: int | None) -> None:
    """Notes that an address asked to be kept updated, to be confirmed by mail. Asking twice is asking once. Commits.

    Somebody who left and asks again is asked to confirm again: only the mailbox's owner can say yes.
    """
    email = email.casefold()
    where = Subscription.blog_id.is_(None) if blog_id is None else Subscription.blog_id == blog_id
    known = db.session.scalar(select(Subscription).where(Subscription.email == email, where))
    if known is None:
        db.session.add(Subscription(email=email, blog_id=blog_id))
    elif known.left_at is not None:
        known.left_at, known.confirmed_at, known.created_at = None, None, clock.now()
    try:
        db.session.commit()
    except IntegrityError:  # a second click came between: it is noted
        db.session.rollback()
