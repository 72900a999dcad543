"""What was erased for good, joined for a restore: what the running site knows and what the backup knew.

The site's own counts, for it is the later one. The backup's is joined to it: the site may be a new machine, or have
lost its file.
"""

import json
import sqlite3
from datetime import UTC, datetime
from typing import Any

from hcpov.auth import tombstones
from hcpov.config import Settings
from hcpov.ops.backups import facts, postgres, sqlite
from hcpov.ops.backups.refusals import Refused


def joined(settings: Settings, backup: bytes) -> bytes:
    """Returns the lines of both. A database that is damaged or not there adds none: its file has them too."""
    file = settings.instance / tombstones.FILE
    lines = [*(file.read_bytes() if file.exists() else b"").splitlines(), *backup.splitlines()]
    try:
        if sqlite.is_used(settings):
            with sqlite.opened(sqlite.path(settings)) as connection:
                lines += _in_table(connection)
        else:
            with postgres.opened(postgres.address(settings)) as connection_:
                lines += _in_table(connection_)
    except (Refused, sqlite3.DatabaseError):
        pass
    return b"".join(line + b"\n" for line in dict.fromkeys(lines))


def _in_table(connection: Any) -> list[bytes]:
    if "tombstone" not in facts.tables(connection):
        return []
    rows = connection.execute("SELECT kind, number, how, at FROM tombstone").fetchall()
    return [
        json.dumps({"kind": kind, "number": number, "how": how, "at": _aware(at).isoformat()}).encode("ascii")
        for kind, number, how, at in rows
    ]


def _aware(at: str | datetime) -> datetime:
    moment = datetime.fromisoformat(at) if isinstance(at, str) else at
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
