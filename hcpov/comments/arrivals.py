"""Comments on their way in: those that came at once are written together."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from hcpov.blog.models import Post
from hcpov.captcha import actions as captcha
from hcpov.comments.models import Comment, State
from hcpov.comments.subjects import publishing, talk
from hcpov.comments.threads import Shown
from hcpov.extensions import db
from hcpov.pages.changes import TOUCHES

# Made once, and past the unit of work: either costs as much as the writing itself.
_comment = Comment.__table__
_SHOWN = (
    *("id", "post_id", "parent_id", "account_id", "name", "title", "place", "html", "disclosure", "state"),
    *("created_at", "edited_at", "edited_by_editor"),
)
_ADDED = insert(_comment).returning(  # type: ignore[arg-type]  # it is a table
    *(_comment.c[name] for name in _SHOWN), sort_by_parameter_order=True
)
_post = Post.__table__
_COUNTED = (
    update(_post)  # type: ignore[arg-type]  # as above
    .where(_post.c.id == bindparam("post"))
    .values(comment_count=_post.c.comment_count + bindparam("more"), last_comment_at=bindparam("moment"))
    .returning(_post.c.comment_count)
)


@dataclass
class Arrival:
    """A comment to be written: its row, and the challenge that it uses up, if it is one of a code.

    What is shown of it as it was `written` is None until it is, and stays so where the database refuses it: from one
    form comes one comment. `count` is how many its post has with it, None where it is held.
    """

    row: dict[str, Any]
    challenge: dict[str, Any] | None = None
    written: Shown | None = None
    count: int | None = None

    @property
    def is_public(self) -> bool:
        """Says whether readers see it."""
        return bool(self.row["state"] == State.PUBLISHED)


def write(arrivals: list[Arrival]) -> None:
    """Writes comments, their challenges and the counts of their posts. Does not commit.

    In one order, whoever came first, so that two processes that write the same do not each wait for the other.
    """
    arrivals = sorted(arrivals, key=lambda each: str(each.row["submission_key"]))
    public = [each for each in arrivals if each.is_public]
    touched = {name for each in public for name in publishing(each.row["post_id"], each.row["account_id"])}
    rows, options = [each.row for each in arrivals], {TOUCHES: touched}
    for each, written in zip(arrivals, db.session.execute(_ADDED, rows, execution_options=options), strict=True):
        each.written = written
    if used := [each.challenge for each in arrivals if each.challenge]:
        captcha.spend(used)
    moments = defaultdict[int, list[datetime]](list)
    for each in public:
        moments[each.row["post_id"]].append(each.row["created_at"])
    counts = {post: count_in(post, max(moments[post]), len(moments[post])) for post in sorted(moments)}
    for each in public:
        each.count = counts[each.row["post_id"]]


def count_in(post_id: int, moment: datetime, more: int = 1) -> int:
    """Counts published comments in their post; returns how many it has now. Does not commit.

    In SQL, so that two writers cannot lose one. What was changed goes out first: whoever locks a comment asks for its
    post afterwards, and never the other way round.
    """
    db.session.flush()
    values = {"post": post_id, "moment": moment, "more": more}
    return int(db.session.execute(_COUNTED, values, execution_options={TOUCHES: talk(post_id)}).scalar_one())
