"""A side copy of the site in the instance folder: brought up to date and proved there, then swapped in or removed."""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from hcpov import config
from hcpov.config import Settings
from hcpov.ops import revisions
from hcpov.ops.backups import postgres, sqlite
from hcpov.ops.backups.facts import Facts
from hcpov.ops.backups.refusals import Refused

FOLDER = "restoring-"


@dataclass(frozen=True)
class Side:
    """The copy. `url` is its database on PostgreSQL, where that lies beside the site's."""

    folder: Path
    url: URL | None

    @property
    def unpacked(self) -> Path:
        """Where a backup is unpacked to."""
        return self.folder / "unpacked"

    @property
    def site(self) -> Path:
        """The copy's own instance folder."""
        return self.folder / "site"

    @property
    def database(self) -> Path:
        """The copy's database on SQLite."""
        return self.site / "hcpov.sqlite3"

    def facts(self) -> Facts:
        """Returns the facts of its database. Raises Refused when it is not whole."""
        return postgres.examined(self.url) if self.url else sqlite.examined(self.database)


@contextmanager
def made(settings: Settings, stamp: str) -> Iterator[Side]:
    """Yields an empty side copy, and removes what is left of it, and what a killed restore left."""
    sweep(settings)
    side = Side(settings.instance / f"{FOLDER}{stamp}", _beside(settings, stamp))
    try:
        for folder in (side.folder, side.unpacked, side.site):
            folder.mkdir(mode=0o700, parents=True)
        yield side
    finally:
        shutil.rmtree(side.folder, ignore_errors=True)
        if side.url:
            postgres.drop(side.url)


def sweep(settings: Settings) -> None:
    """Removes what a killed restore or upgrade left, with the database that went with it."""
    for left in settings.instance.glob(f"{FOLDER}*"):
        if url := _beside(settings, left.name.removeprefix(FOLDER)):
            postgres.drop(url)
        shutil.rmtree(left, ignore_errors=True)


def _beside(settings: Settings, stamp: str) -> URL | None:
    return None if sqlite.is_used(settings) else postgres.beside(postgres.address(settings), f"_restore_{stamp}")


def load(side: Side, file: Path) -> Facts:
    """Puts a backup's database into the copy and returns its facts. Raises Refused when it is not whole."""
    if side.url:
        postgres.create(side.url)
        postgres.load(side.url, file)
    else:
        file.rename(side.database)
    return side.facts()


def settle(side: Side, settings: Settings) -> str:
    """Brings the copy up to date and erases again who was erased, in a process of its own; returns what it said."""
    url = side.url.render_as_string(hide_password=False) if side.url else ""
    given = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    given |= {"HCPOV_INSTANCE": str(side.site), "HCPOV_DATABASE_URL": url, "HCPOV_PAGES_MB": "0"}
    # A machine that has no key yet gets the backup's, which is put in place later; the copy needs any.
    key = settings.secret_key or secrets.token_hex(32)
    given |= {"HCPOV_SECRET_KEY": key, "HCPOV_SITE_URL": settings.site_url}
    done = subprocess.run(
        [sys.executable, "-m", "hcpov.cli", "erase-again", "--upgrade"],
        cwd=config.ROOT,
        env=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise Refused(f"The copy could not be brought up to date: {last} Nothing was changed.")
    if not side.url:
        with closing(sqlite.connected(side.database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return done.stdout.strip()


def check_revision(revision: str, program: str) -> None:
    """Raises Refused for a database that a newer program has changed."""
    if not revisions.is_known(revision):
        raise Refused(
            f"This backup was made by a newer version ({program[:40]}, migration {revision[:40]!r}). "
            "Bring this program up to date first, then restore."
        )
