"""Who is at work in an instance folder: the site, a backup or a restore.

A lock goes with its process, even a killed one. The site shares its lock among its processes; a restore wants it alone.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hcpov.ops.backups.refusals import Refused

SITE, BACKUPS = "running.lock", "backups.lock"

_held: list[int] = []


def stay(instance: Path) -> None:
    """Says until this process ends that the site runs. Raises Refused while a restore is under way."""
    _held.append(_locked(instance / SITE, fcntl.LOCK_SH, "A restore is under way. Start the site when it is over."))


@contextmanager
def stopped(instance: Path) -> Iterator[None]:
    """Keeps the site from starting. Raises Refused when it runs."""
    words = "The site runs. Stop `hcpov serve` and `hcpov worker`, then restore. Nothing was changed."
    with _alone(instance / SITE, words):
        yield


@contextmanager
def one_at_a_time(instance: Path) -> Iterator[None]:
    """Keeps other backups and restores away. Raises Refused when one is under way."""
    with _alone(instance / BACKUPS, "Another backup or restore is under way. Wait until it is over."):
        yield


@contextmanager
def _alone(path: Path, words: str) -> Iterator[None]:
    handle = _locked(path, fcntl.LOCK_EX, words)
    try:
        yield
    finally:
        os.close(handle)


def _locked(path: Path, way: int, words: str) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, way | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise Refused(words) from None
    return handle
