"""The swap: the proved copy becomes the site, and all of the old site stays in a folder of its own.

Killed at any moment, the site is the old one or the new one. Pictures never change, so those of the copy are added
before the database is replaced in one step, and those that are too many taken away behind it.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from hcpov.auth import tombstones
from hcpov.config import Settings
from hcpov.media import buckets
from hcpov.ops.backups import postgres
from hcpov.ops.backups import sqlite as databases
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.backups.side import Side
from hcpov.permissions import write_private

BEFORE = "before-restore-"
BESIDE = ("-wal", "-shm", "-journal")
PICTURE = "image/webp"


def check_alone(settings: Settings) -> None:
    """Raises Refused when somebody has the database open, Litestream included, or it cannot be replaced in one step."""
    if not databases.is_used(settings):
        postgres.check_alone(postgres.address(settings))
        return
    path = databases.path(settings)
    if path.parent.is_dir() and path.parent.stat().st_dev != settings.instance.stat().st_dev:
        raise Refused("The database and the instance folder lie on different disks. Put HCPOV_INSTANCE beside it.")
    if not path.exists():
        return
    try:
        with closing(databases.connected(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.DatabaseError:  # damaged: it is about to be replaced
        return
    if Path(f"{path}-wal").exists():  # the last to close the database takes it away
        raise Refused("Another program has the database open. Stop it, and Litestream too, then restore.")


def swap(settings: Settings, side: Side, media: Path | None, stamp: str) -> str:
    """Makes the copy the site; returns where the old one is. `media` are the pictures, None leaves them."""
    check_alone(settings)
    before = settings.instance / f"{BEFORE}{stamp}"
    before.mkdir(mode=0o700)
    _keep(settings, before)
    wanted = sorted(media.iterdir()) if media and media.is_dir() else []
    _add(settings, wanted)
    write_private(settings.instance / tombstones.FILE, (side.site / tombstones.FILE).read_bytes())
    if side.url:
        url = postgres.address(settings)
        old = postgres.beside(url, f"_before_{stamp}")
        try:
            postgres.swap(url, side.url, old)
        except Refused:
            shutil.rmtree(before)
            raise
        where = f"the database {old.database}, and {before}"
    else:
        _replace(databases.path(settings), side.database, before)
        where = str(before)
    if media and not settings.media_url:
        _take_away(settings, {each.name for each in wanted})
    for name in ("jobs.sqlite3", "jobs.sqlite3-wal", "jobs.sqlite3-shm"):  # what was due belongs to the old site
        if (settings.instance / name).exists():
            (settings.instance / name).rename(before / name)
    shutil.rmtree(settings.instance / "pages", ignore_errors=True)
    _see_on_disk(settings.instance)
    return where


def _keep(settings: Settings, before: Path) -> None:
    """Keeps what is no database: pictures as second names of the same files, which takes no room."""
    for name in (tombstones.FILE, "hcpov.cfg"):
        if (settings.instance / name).exists():
            shutil.copy2(settings.instance / name, before / name)
    (before / "media").mkdir(mode=0o700)
    folder = settings.instance / "media"
    for path in folder.iterdir() if folder.is_dir() else ():
        os.link(path, before / "media" / path.name)


def _add(settings: Settings, wanted: Iterable[Path]) -> None:
    if settings.media_url:
        there = buckets.sizes(settings.media_url)
        for path in wanted:
            if there.get(path.name) != path.stat().st_size:
                buckets.send(settings.media_url, path.name, path, PICTURE)
        return
    folder = settings.instance / "media"
    folder.mkdir(exist_ok=True)
    for path in wanted:  # one that is there already may be damaged
        path.chmod(0o644)
        path.rename(folder / path.name)
    _see_on_disk(folder)


def _take_away(settings: Settings, wanted: set[str]) -> None:
    for path in (settings.instance / "media").iterdir():
        if path.name not in wanted:
            path.unlink()


def _replace(path: Path, new: Path, before: Path) -> None:
    """Puts the new database where the old one is, which keeps a name in `before`. Litestream begins anew with it."""
    if path.exists():
        os.link(path, before / path.name)
        for ending in BESIDE:  # only a damaged database has them still
            if Path(f"{path}{ending}").exists():
                Path(f"{path}{ending}").rename(before / f"{path.name}{ending}")
    state = path.with_name(f".{path.name}-litestream")
    if state.exists():
        state.rename(before / state.name)
    new.replace(path)
    _see_on_disk(path.parent)


def _see_on_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
