"""What wakes the sender, and the thread in which it works.

Mail has a thread of its own in the worker: at a slow rate an announcement takes an hour, and nothing else may wait for
it.
"""

import logging
from threading import Event, Thread

from flask import Flask
from sqlalchemy import event

from hcpov.extensions import db, huey
from hcpov.mail import sending

MINUTE = 60.0

log = logging.getLogger(__name__)
_wake = Event()


def install() -> None:
    """Wakes the worker whenever a message was committed."""
    if not event.contains(db.session, "after_commit", _nudge):
        event.listen(db.session, "after_commit", _nudge)


@huey.task()
def send_mail() -> None:
    """Wakes the sender."""
    _wake.set()


def begin(app: Flask) -> Thread:
    """Starts the sender of a worker, which sends what is due each minute and whenever it is woken."""
    thread = Thread(target=_keep_sending, args=[app], name="mail", daemon=True)
    thread.start()
    return thread


def end(thread: Thread, seconds: float) -> None:
    """Lets the sender finish the message that is on its way, for so long at most."""
    sending.stop.set()
    _wake.set()
    thread.join(seconds)


def _keep_sending(app: Flask) -> None:
    while not sending.stop.is_set():
        _wake.clear()
        try:
            with app.app_context():
                sending.send_due()
        except Exception:  # such as a database that is away: the next minute tries again
            log.exception("mail could not be sent")
        _wake.wait(MINUTE)


def _nudge(_session: object) -> None:
    """A nudge that is lost costs a minute, no message: what waits is looked for each minute as well."""
    if db.session.info.pop("nudge", False):
        send_mail()
