"""When the worker of this machine last did what is due: a file, whose time says it."""

import os
from pathlib import Path

from hcpov import clock, config

FILE = "worker-seen"


def beat() -> None:
    """Notes that the worker is at work. A disk that is full is told elsewhere."""
    path = config.current().instance / FILE
    now = clock.now().timestamp()
    try:
        path.touch(mode=0o600)
        os.utime(path, (now, now))
    except OSError:
        return


def age(instance: Path) -> float | None:
    """Returns how many seconds ago that was; None when no worker ever was."""
    try:
        return max(0.0, clock.now().timestamp() - (instance / FILE).stat().st_mtime)
    except OSError:
        return None
