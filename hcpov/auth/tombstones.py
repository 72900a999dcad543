"""What was erased for good, by kind and number alone, so that a restored backup does not bring it back.

A restored database brings back an older table of them as well. So each is also a line in a plain file of the instance
folder, which holds no personal data and has to be kept apart from the backups: kind, number, how, at.
"""

import json
import logging
import os
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import insert, select

from hcpov import clock, config
from hcpov.auth.models import Tombstone
from hcpov.extensions import db

ACCOUNT, COMMENT, SUBSCRIPTION, MESSAGE = "account", "comment", "subscription", "message"
TEXT = "text"  # something was removed from a post, by the post's number
LEFT = "left"  # a subscription that is there, and is not written to
KINDS = (ACCOUNT, COMMENT, SUBSCRIPTION, MESSAGE, TEXT, LEFT)
FILE = "tombstones.jsonl"

# How: what became of comments, and whether posts keep the name.
REMOVED, ANONYMOUS, NAMED = "removed", "anonymous", "named"

log = logging.getLogger(__name__)


class Buried(NamedTuple):
    """A tombstone outside its table."""

    kind: str
    number: int
    how: str
    at: datetime


def bury(kind: str, number: int, how: str = "") -> Buried:
    """Adds a tombstone, or says anew how. Does not commit; `write_down` belongs behind the commit."""
    buried = Buried(kind, number, how, clock.now())
    db.session.merge(Tombstone(**buried._asdict()))
    return buried


def bury_all(kind: str, numbers: Collection[int], how: str = "") -> list[Buried]:
    """Adds tombstones for those that have none. At most two queries. Does not commit."""
    if not numbers:
        return []
    between = Tombstone.number.between(min(numbers), max(numbers))
    known = set(db.session.scalars(select(Tombstone.number).where(Tombstone.kind == kind, between)))
    now = clock.now()
    return put([Buried(kind, number, how, now) for number in sorted(set(numbers) - known)])


def put(buried: list[Buried]) -> list[Buried]:
    """Adds tombstones that are not there yet, as they are, and returns them. Does not commit."""
    if buried:
        db.session.execute(insert(Tombstone), [each._asdict() for each in buried])
    return buried


def write_down(buried: Sequence[Buried]) -> None:
    """Appends tombstones to the file. A disk that refuses is told in the log; `catch_up` tries again."""
    if not buried:
        return
    lines = "".join(json.dumps({**each._asdict(), "at": each.at.isoformat()}) + "\n" for each in buried)
    try:
        handle = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as file:
            file.write(lines.encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        log.error("%s could not be written: %s", FILE, type(problem).__name__)


def catch_up() -> int:
    """Appends what the table has and the file lacks, and returns how many.

    A crash or a full disk may have come between. With several machines, each has a file of its own.
    """
    missing = sorted(set(in_table()) - set(in_file()))
    write_down(missing)
    return len(missing)


def in_table() -> list[Buried]:
    """Returns the tombstones in the database. One query."""
    wanted = select(Tombstone.kind, Tombstone.number, Tombstone.how, Tombstone.at)
    return [Buried(*row) for row in db.session.execute(wanted)]


def in_file() -> list[Buried]:
    """Returns the tombstones in the file. A line that cannot be read, such as one cut short by a crash, is left out."""
    try:
        with _path().open(encoding="utf-8", errors="replace") as file:
            return [buried for line in file if (buried := _read(line))]
    except FileNotFoundError:
        return []


def newest(buried: Iterable[Buried]) -> list[Buried]:
    """Returns one tombstone for each thing: what was last said of it."""
    last: dict[tuple[str, int], Buried] = {}
    for each in sorted(buried, key=lambda each: each.at):
        last[each.kind, each.number] = each
    return list(last.values())


def _read(line: str) -> Buried | None:
    try:
        said = json.loads(line)
        buried = Buried(said["kind"], said["number"], said["how"], datetime.fromisoformat(said["at"]))
    except (ValueError, KeyError, TypeError):
        return None
    fits = (
        buried.kind in KINDS
        and type(buried.number) is int
        and 0 < buried.number < 2**31
        and isinstance(buried.how, str)
        and len(buried.how) <= 20
        and buried.at.tzinfo is not None
    )
    return buried if fits else None


def _path() -> Path:
    return config.current().instance / FILE
