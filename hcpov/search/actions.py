"""Writes of the index that are not part of what they follow."""

from hcpov.extensions import db
from hcpov.search.dialects import side_of
from hcpov.search.index import TABLES, keep


def catch_up() -> int:
    """Puts in all that was left to be done, and returns how much. Commits as it goes."""
    done = 0
    for later in (False, True):
        while some := keep(db.session.connection(), later):
            db.session.commit()
            done += some
    db.session.commit()
    return done


def tidy() -> None:
    """Writes the indexes anew, little by little, so that nothing is left in them of what was erased. Commits each."""
    for table in TABLES.values():
        first = True
        while side_of(db.session.connection()).tidy(db.session.connection(), table, first):
            db.session.commit()
            first = False
        db.session.commit()
