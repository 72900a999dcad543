"""What the worker is woken for."""

from sqlalchemy import event

from hcpov.extensions import db, huey
from hcpov.mail import sending


def install() -> None:
    """Wakes the worker whenever a message was committed."""
    if not event.contains(db.session, "after_commit", _nudge):
        event.listen(db.session, "after_commit", _nudge)


@huey.task()
def send_mail() -> None:
    """Sends what is due."""
    sending.send_due()


def _nudge(_session: object) -> None:
    """A nudge that is lost costs a minute, no message: the clock sends what waits as well."""
    if db.session.info.pop("nudge", False):
        send_mail()
