"""Writes about subscriptions."""

from sqlalchemy import delete, or_, select
from sqlalchemy.exc import IntegrityError

from hcpov import clock, config
from hcpov.extensions import db
from hcpov.mail.actions import enqueue
from hcpov.updates import tokens
from hcpov.updates.models import Subscription

CONFIRM = """Somebody, probably you, asked {site} to keep this address updated.

To say yes, open this address and press the button:

{link}

Until then nothing is sent. If it was not you, do nothing.
"""


def ask(email: str, blog_id: int | None, post_id: int | None = None) -> None:
    """Notes that an address asked to be kept updated, to be confirmed by mail. Asking twice is asking once. Commits.

    With `post_id` it asks for the answers in that post's thread, with neither for the whole site.

    Somebody who left and asks again is asked to confirm again: only the mailbox's owner can say yes.
    """
    email = email.casefold()
    where = (Subscription.blog_id.is_not_distinct_from(blog_id), Subscription.post_id.is_not_distinct_from(post_id))
    known = db.session.scalar(select(Subscription).where(Subscription.email == email, *where))
    try:
        if known is None:
            known = Subscription(email=email, blog_id=blog_id, post_id=post_id)
            db.session.add(known)
            db.session.flush()
        elif known.left_at is not None:
            known.left_at, known.confirmed_at, known.created_at = None, None, clock.now()
        if known.confirmed_at is None:
            key = f"confirm {known.id} {known.created_at.timestamp():.0f}"
            settings = config.current()
            link = f"{settings.site_url}/updates/{tokens.issue(known.id)}"
            enqueue(email, "Please confirm your address", CONFIRM.format(site=settings.site_name, link=link), key)
        db.session.commit()
    except IntegrityError:  # a second click came between: it is noted
        db.session.rollback()


def confirm(subscription_id: int) -> bool:
    """Commits that an address's owner said yes; False when there is no such wish any more. Twice is once."""
    subscription = db.session.get(Subscription, subscription_id)
    if subscription is None or subscription.left_at is not None:
        return False
    subscription.confirmed_at = subscription.confirmed_at or clock.now()
    db.session.commit()
    return True


def forget(email: str) -> list[int]:
    """Deletes all wishes of an address and returns their numbers. Does not commit."""
    theirs = or_(Subscription.email == email, Subscription.email == email.casefold())
    gone = delete(Subscription).where(theirs).returning(Subscription.id)
    return list(db.session.scalars(gone.execution_options(synchronize_session=False)))
