"""One upgrade at a time. The lock goes with the last process of an upgrade, even when the first was killed."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hcpov.ops.backups.refusals import Refused

FILE = "upgrade.lock"


@contextmanager
def alone(instance: Path) -> Iterator[int]:
    """Keeps other upgrades away; yields the lock, for children. Raises Refused while one is under way."""
    handle = os.open(instance / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise Refused(
                f"Another upgrade is under way (process {who}). Wait until it is over, then look with: hcpov doctor"
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield handle
    finally:
        os.close(handle)


def is_under_way(instance: Path) -> bool:
    """Says whether an upgrade is under way."""
    try:
        with alone(instance):
            return False
    except Refused:
        return True
