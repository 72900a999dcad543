"""What the worker is woken for: something was published, withdrawn or held."""

import time
from typing import Any

from sqlalchemy import event

from hcpov.blog.models import Post, State
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db, huey
from hcpov.updates.news import actions

PAUSE = 2  # seconds: a hundred comments in that time are one nudge

_nudged = {"at": float("-inf")}


def install() -> None:
    """Wakes the worker whenever something was committed that somebody may want to hear of, or of no more."""
    if not event.contains(db.session, "after_flush", _look):
        event.listen(db.session, "after_flush", _look)
        event.listen(db.session, "after_commit", _nudge)


@huey.task()
def tell_soon() -> None:
    """Tells of what is new."""
    actions.tell()


def _look(session: Any, _context: object) -> None:
    """Looks only at what was read or set already: a question to the database has no place here."""
    if any(_is_news(each) for each in (*session.new, *session.dirty)):
        session.info["news"] = True


def _is_news(row: object) -> bool:
    if not isinstance(row, Post | Comment):
        return False
    known = row.__dict__
    state, told = known.get("state"), known.get("announced_at") is not None
    if state in {State.PUBLISHED, CommentState.PUBLISHED}:
        return not told
    return told or (state == CommentState.HELD and known.get("noticed_at") is None)


def _nudge(_session: object) -> None:
    """A nudge that is lost costs a minute, no letter. While one waits for its time, others are spared."""
    if not db.session.info.pop("news", False) or time.monotonic() < _nudged["at"] + PAUSE:
        return
    _nudged["at"] = time.monotonic()
    tell_soon.schedule(delay=PAUSE)
