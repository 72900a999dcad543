"""Where backups are kept: a folder, or a bucket when HCPOV_BACKUP_URL names one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from hcpov.config import Settings
from hcpov.media import buckets
from hcpov.media.buckets import Unreachable
from hcpov.ops.backups import names
from hcpov.ops.backups.refusals import Refused

KIND = "application/gzip"


def folder(settings: Settings) -> Path:
    """Returns the folder that backups are made in, and kept where no bucket is set."""
    return settings.instance / "backups"


def kept(settings: Settings, of: Path) -> dict[str, int]:
    """Returns the backups that are kept, with their bytes, the oldest first."""
    found = {each.name: each.stat().st_size for each in of.iterdir() if each.is_file()} if of.is_dir() else {}
    if settings.backup_url and of == folder(settings):
        with _told():
            found |= buckets.sizes(settings.backup_url)
    return {name: found[name] for name in sorted(found) if names.moment(name)}


def send_away(settings: Settings, backup: Path) -> bool:
    """Puts a backup into the bucket and removes it here; False when none is set. Raises Refused, and it stays here."""
    if not settings.backup_url:
        return False
    with _told():
        buckets.send(settings.backup_url, backup.name, backup, KIND)
    backup.unlink()
    return True


def fetch(settings: Settings, name: str, to: Path) -> None:
    """Writes a kept backup to a file. Raises Refused."""
    with _told():
        buckets.fetch(settings.backup_url, name, to)


def tidy(settings: Settings, of: Path, now: datetime) -> int:
    """Removes what the rule gives up, here and in the bucket, each for itself; returns how many."""
    here = names.superfluous((each.name for each in of.iterdir() if each.is_file()), now)
    for name in here:
        (of / name).unlink(missing_ok=True)
    if not settings.backup_url or of != folder(settings):
        return len(here)
    with _told():
        there = names.superfluous(buckets.sizes(settings.backup_url), now)
        for name in there:
            buckets.remove(settings.backup_url, name)
    return len(here) + len(there)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except Unreachable as problem:
        raise Refused(f"The bucket of HCPOV_BACKUP_URL failed: {problem}. Backups made here stay here.") from None
