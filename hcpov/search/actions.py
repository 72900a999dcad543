"""Writes of the index that are not part of what they follow."""

from sqlalchemy import insert, literal, select

from hcpov.extensions import db
from hcpov.search.index import keep
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
    for kind, wanted in ((POST, select(_post.id)), (COMMENT, select(_comment.id))):
        row = wanted.add_columns(literal(kind), literal(True))
        known = select(_due.number).where(_due.kind == kind)
        row = row.where(wanted.selected_columns[0].not_in(known))
        db.session.execute(insert(Due).from_select(["number", "kind", "later"], row))
    db.session.commit()
    return catch_up()
