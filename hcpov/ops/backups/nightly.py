"""The night's backup and its rehearsal, in a process of their own: the worker has letters and posts to see to."""

import subprocess
import sys
import threading
from datetime import datetime
from zoneinfo import ZoneInfo

from hcpov import config
from hcpov.config import Settings

HOUR = 3  # of the site's own time: few read, and the day of the backup is the day that people mean
NICE = 10

_under_way = threading.Lock()


def is_due(settings: Settings, now: datetime) -> bool:
    """Says whether it is the hour, and whether ops want it."""
    return settings.backups == "on" and hour(now, settings.zone) == HOUR


def hour(now: datetime, zone: ZoneInfo) -> int:
    """Returns the hour of a moment; the second of two hours of the same name, when clocks are set back, is none."""
    here = now.astimezone(zone)
    return -1 if here.fold else here.hour


def begin() -> threading.Thread | None:
    """Starts it and returns at once; None when the last one is still under way."""
    if not _under_way.acquire(blocking=False):
        return None
    thread = threading.Thread(target=_run, name="backup", daemon=True)
    thread.start()
    return thread


def _run() -> None:
    try:
        words = ["nice", "-n", str(NICE), sys.executable, "-m", "hcpov.cli", "backup", "--rehearse"]
        subprocess.run(words, cwd=config.ROOT, stdin=subprocess.DEVNULL, check=False)  # the system's nice
    finally:
        _under_way.release()
