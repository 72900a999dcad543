"""All comments of one person at once, removed or made nobody's. Nothing here commits.

Statements take all of them together; only the posts they stood under are gone through, some hundred at a time.
"""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from hcpov.auth.tombstones import ANONYMOUS, REMOVED
from hcpov.blog.models import Post
from hcpov.comments.models import Comment, Decision, Report, State
from hcpov.comments.queries import ALIVE
from hcpov.comments.subjects import said_by, talk
from hcpov.extensions import db
from hcpov.pages import changes
from hcpov.text.messages import mark

AT_ONCE = 500
FORMER_READER = mark("A former reader")

NOBODY: dict[str, Any] = {
    "title": "",
    "place": "",
    "email": "",
    "disclosure": "",
    "account_id": None,
    "network": None,
    "reasons": [],
}
STUB: dict[str, Any] = NOBODY | {"name": "", "body": "", "html": "", "body_mark": "", "state": State.REMOVED}


class Erased(NamedTuple):
    """The numbers of comments that were removed, and of those that stay and are nobody's."""

    removed: list[int]
    kept: list[int]


def of_address(email: str) -> ColumnElement[bool]:
    """Says which comments a guest left under an address, however it is written."""
    same = or_(Comment.email == email, func.lower(Comment.email) == email.lower())
    return and_(Comment.account_id.is_(None), Comment.email != "", same)


def of_account(account_id: int, email: str) -> ColumnElement[bool]:
    """Says which comments are a member's: those left signed in, and a guest's under the same address."""
    return or_(Comment.account_id == account_id, of_address(email))


def erase_all(theirs: ColumnElement[bool], how: str, name: str) -> Erased:
    """Removes comments, or takes everything from them that says whose they are and shows `name` instead.

    Only what is public can stay; what was held, returned or set aside is removed in any case. A removed comment leaves
    an empty stub where somebody answered it, or where an import would bring it back.
    """
    chosen = select(Comment.id).where(theirs)
    _run(update(Decision).where(Decision.comment_id.in_(chosen)).values(before={}))  # takes SQLite's lock for writing
    _run(chosen.with_for_update())  # and this PostgreSQL's, which keeps a new answer off what is about to go
    changes.touch(*_shown_in(theirs))
    kept = []
    if how == ANONYMOUS:
        nobodys = update(Comment).where(theirs, Comment.state == State.PUBLISHED).values(NOBODY | {"name": name})
        kept = list(_run(nobodys.returning(Comment.id)))
    removed = _remove(theirs)
    _count_again(sorted({post_id for _, post_id in removed}))
    return Erased([number for number, _ in removed], [number for (number,) in kept])


def _shown_in(theirs: ColumnElement[bool]) -> set[str]:
    """Names what shows these comments: their threads, and what a member said."""
    found = _run(select(Comment.post_id, Comment.account_id).where(theirs).distinct())
    return {word for post_id, member in found for word in (*talk(post_id), said_by(member))}


def still_there(how: str) -> ColumnElement[bool]:
    """Says which comments still hold what an erasure took from them."""
    whose = or_(Comment.email != "", Comment.account_id.is_not(None), Comment.title != "", Comment.place != "")
    return Comment.body != "" if how == REMOVED else and_(Comment.body != "", whose)


def _remove(theirs: ColumnElement[bool]) -> list[Any]:
    """Deletes what nobody answered, answers first, and empties the rest; returns number and post of each."""
    answer = aliased(Comment)
    answered = select(answer.id).where(answer.parent_id == Comment.id, answer.state.in_(ALIVE)).exists()
    _run(delete(Report).where(Report.comment_id.in_(select(Comment.id).where(theirs))))
    gone = []
    for depth in (Comment.parent_id.is_not(None), Comment.parent_id.is_(None)):
        leaves = delete(Comment).where(theirs, depth, ~answered, Comment.origin.is_(None))
        gone += _run(leaves.returning(Comment.id, Comment.post_id))
    gone += _run(update(Comment).where(theirs).values(STUB).returning(Comment.id, Comment.post_id))
    return gone


def _count_again(post_ids: list[int]) -> None:
    """Counts a post's comments anew. The posts are locked first: whoever posts meanwhile waits, and is not lost."""
    for start in range(0, len(post_ids), AT_ONCE):
        some = Post.id.in_(post_ids[start : start + AT_ONCE])
        _run(update(Post).where(some).values(comment_count=Post.comment_count))
        public = (Comment.post_id == Post.id, Comment.state == State.PUBLISHED)
        number = select(func.count()).select_from(Comment).where(*public).correlate(Post).scalar_subquery()
        newest = select(func.max(Comment.created_at)).where(*public).correlate(Post).scalar_subquery()
        _run(update(Post).where(some).values(comment_count=number, last_comment_at=newest))


def _run(statement: Any) -> Any:
    """Runs a statement; what it touches was said for all of them together."""
    return db.session.execute(statement.execution_options(synchronize_session=False, touches=()))
