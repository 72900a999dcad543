"""Writes of the index that are not part of what they follow."""

from sqlalchemy import insert, literal, select

from hcpov.blog.models import Post
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.search.dialects import side_of
from hcpov.search.index import TABLES, keep
from hcpov.search.models import COMMENT, POST, Due


def catch_up() -> int:
    """Puts in all that was left to be done, and returns how much. Commits as it goes."""
    done = 0
    for later in (False, True):
        while some := keep(db.session.connection(), later):
            db.session.commit()
            done += some
    db.session.commit()
    return done


def rebuild() -> int:
    """Puts everything in anew, and returns how much that was. Commits as it goes; searches work meanwhile."""
    for kind, number in ((POST, Post.id), (COMMENT, Comment.id)):
        known = select(Due.number).where(Due.kind == kind)
        row = select(number, literal(kind), literal(value=True)).where(number.not_in(known))
        db.session.execute(insert(Due).from_select(["number", "kind", "later"], row))
    db.session.commit()
    return catch_up()


def tidy() -> None:
    """Writes the indexes anew, little by little, so that nothing is left in them of what was erased. Commits each."""
    for table in TABLES.values():
        first = True
        while side_of(db.session.connection()).tidy(db.session.connection(), table, first):
            db.session.commit()
            first = False
        db.session.commit()
