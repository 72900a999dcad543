"""What the worker does for posts: publishes them when their time has come."""

from datetime import timedelta

from sqlalchemy import event

from hcpov import clock
from hcpov.blog import actions, queries
from hcpov.extensions import db, huey

AHEAD = timedelta(seconds=90)  # more than the minute between two looks


def install() -> None:
    """Puts a post's time into the queue whenever a schedule was committed."""
    if not event.contains(db.session, "after_commit", _remember):
        event.listen(db.session, "after_commit", _remember)


@huey.task()
def publish_scheduled() -> None:
    """Publishes what is due."""
    actions.publish_due()


def look_ahead() -> None:
    """Publishes what is due, and puts into the queue what will be before the next look.

    So a queue that was lost, or a time set by somebody else's hand, costs no post its minute.
    """
    actions.publish_due()
    for moment in queries.due_before(clock.now() + AHEAD):
        publish_scheduled.schedule(eta=moment)


def _remember(_session: object) -> None:
    if moment := db.session.info.pop("publish_at", None):
        publish_scheduled.schedule(eta=moment)
