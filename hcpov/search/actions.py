"""Writes of the index that are not part of what they follow."""

from collections.abc import Callable

from hcpov.extensions import db
from hcpov.search.dialects import side_of
from hcpov.search.index import TABLES, keep


def catch_up(step: Callable[[int], None] = lambda _some: None) -> int:
    """Puts in all that was left to be done, and returns how much. Commits as it goes, and tells each `step`.

    Each commit has what it took and put in. Whoever is killed in between leaves the rest for the next, and two who do
    it at once do each part once.
    """
    done = 0
    for later in (False, True):
        while some := keep(db.session.connection(), later):
            db.session.commit()
            step(some)
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
