"""Whether this machine can answer readers, in one word for each thing it needs."""

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops import revisions

LEAST_FREE = 64 * 1024 * 1024  # bytes: with fewer a comment may find no room

REACHABLE, AWAY = "reachable", "away"
CURRENT, OTHER, UNKNOWN = "current", "other", "unknown"
ROOMY, FULL = "roomy", "full"


@dataclass(frozen=True)
class Readiness:
    """A word for the database, one for its migrations, one for the disk of the instance folder."""

    database: str
    migrations: str
    disk: str

    @property
    def is_ready(self) -> bool:
        """Says whether readers and commenters can be sent here."""
        return (self.database, self.migrations, self.disk) == (REACHABLE, CURRENT, ROOMY)

    @property
    def lines(self) -> list[str]:
        """The words with what they are about."""
        return [f"{name}: {word}" for name, word in asdict(self).items()]


def look(settings: Settings) -> Readiness:
    """Looks at what readers need. Two queries."""
    found = revision()
    if found is None:
        return Readiness(AWAY, UNKNOWN, disk(settings.instance))
    return Readiness(REACHABLE, CURRENT if found == revisions.head() else OTHER, disk(settings.instance))


def revision() -> str | None:
    """Returns the migration that the database is at, empty where it has none; None when it cannot be asked."""
    try:
        # A database that was never migrated has no such table; that is told from one that is away.
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        db.session.rollback()
        return None
    try:
        return str(db.session.scalar(text("SELECT version_num FROM alembic_version")) or "")
    except SQLAlchemyError:
        db.session.rollback()
        return ""


def fits() -> bool:
    """Says whether this code knows the tables as they are; of a database that is away, it is not doubted."""
    return revision() in {None, revisions.head()}


def disk(folder: Path) -> str:
    """Returns whether there is room left where a folder lies."""
    try:
        return ROOMY if shutil.disk_usage(folder).free >= LEAST_FREE else FULL
    except OSError:
        return UNKNOWN
