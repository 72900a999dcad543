"""Who saves first, and what is kept for those who come second. Nothing here commits."""

from sqlalchemy import ColumnElement, delete, update

from hcpov.blog.models import UNPUBLISHED, Draft, Earlier, Post, State
from hcpov.extensions import db

EARLIER = 20  # versions that a merge can start from


def claim(post: Post, base: int, fact: ColumnElement[bool]) -> bool:
    """Counts a version on, if it is still `base`: the database itself decides between two who save at once.

    Does not commit; a claim that failed is rolled back.
    """
    claimed = db.session.execute(
        update(Post).where(Post.id == post.id, Post.version == base, fact).values(version=base + 1)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]
        db.session.rollback()
        return False
    db.session.refresh(post)
    return True


def move(post: Post, state: State) -> bool:
    """Moves a post that is not public, if it still is as it was read: two who decide at once decide once.

    Does not commit; a move that failed is rolled back.
    """
    as_read = (Post.id == post.id, Post.state == post.state, Post.version == post.version)
    move_ = update(Post).where(*as_read, Post.state.in_(UNPUBLISHED)).values(state=state)
    moved = db.session.execute(move_.execution_options(touches=()))  # what follows makes it public, row by row
    if not moved.rowcount:  # type: ignore[attr-defined]
        db.session.rollback()
        return False
    db.session.refresh(post)
    return True


def keep_earlier(post_id: int, version: int, fields: dict[str, str], account_id: int | None) -> None:
    """Keeps the text that is saved over, and forgets the oldest: a merge needs where somebody began.

    Does not commit.
    """
    db.session.add(Earlier(post_id=post_id, version=version, fields=fields, account_id=account_id))
    db.session.execute(delete(Earlier).where(Earlier.post_id == post_id, Earlier.version <= version - EARLIER))


def forget_earlier(post_id: int) -> None:
    """Forgets earlier texts. What somebody typed and did not save stays: those words are nowhere else.

    Does not commit.
    """
    db.session.execute(delete(Earlier).where(Earlier.post_id == post_id))


def drop_drafts(post_id: int, account_id: int | None, tab: str | None) -> None:
    """Throws away what somebody typed and did not save: in one tab, or in all. Does not commit."""
    mine = (Draft.post_id == post_id, Draft.account_id == account_id)
    db.session.execute(delete(Draft).where(*mine, *([Draft.tab == tab] if tab is not None else [])))
