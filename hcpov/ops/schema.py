"""The database's tables, brought up to date by Alembic.

Apart from the application: its servers never need Alembic, which takes 11 MB and a tenth of a second.
"""

import flask_migrate
from flask import current_app

from hcpov import config
from hcpov.extensions import db
from hcpov.ops import readiness, revisions
from hcpov.search import actions, index

FOLDER = config.ROOT / "hcpov" / "migrations"


def upgrade(revision: str = "head") -> None:
    """Makes the tables, or brings them up to a revision, all or nothing. Twice is once."""
    _bind()
    flask_migrate.upgrade(revision=revision)
    if revision == "head":  # earlier tables are not those that the search reads
        actions.catch_up()


def is_described(name: str | None, kind: str, _parents: object) -> bool:
    """Says whether the models describe a table: the search's own are no models."""
    return kind != "table" or not (name or "").startswith(tuple(index.TABLES.values()))


def downgrade(revision: str) -> None:
    """Takes the tables back to what they were at a revision."""
    _bind()
    flask_migrate.downgrade(revision=revision)


def move(revision: str) -> None:
    """Brings the tables up or back to a revision, all or nothing; `head` is the newest."""
    if revision == "head" or revision not in _behind(readiness.revision() or ""):
        upgrade(revision)
    else:
        downgrade(revision)


def _behind(revision: str) -> set[str]:
    """Returns the migrations that lie behind a revision."""
    before, found = revisions.before(), set[str]()
    while revision := before.get(revision, ""):
        found.add(revision)
    return found


def _bind() -> None:
    migrate = flask_migrate.Migrate(compare_type=True, include_name=is_described, render_as_batch=True)
    migrate.init_app(current_app, db, directory=str(FOLDER))
