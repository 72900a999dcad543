"""The night's backup and its rehearsal, in a process of their own: the worker has letters and posts to see to."""

import subprocess
import sys
import threading
from datetime import datetime

from hcpov import config
from hcpov.config import Settings
from hcpov.ops.backups import names, places
from hcpov.ops.backups.refusals import Refused

# Hours of the site's own time: few read, and the day of the backup is the day that people mean.
NIGHT = range(3, 9)
NICE = 10

_under_way = threading.Lock()


def is_due(settings: Settings, now: datetime) -> bool:
    """Says whether ops want it, it is night, and tonight's is not there yet.

    Asked each hour: what a restart, a full disk or the end of the machine that was at it left undone is done an hour
    later, until the night is over.
    """
    here = now.astimezone(settings.zone)
    if settings.backups != "on" or here.hour not in NIGHT:
        return False
    began = here.replace(hour=NIGHT.start, minute=0, second=0, microsecond=0, fold=0)
    try:
        found = places.kept(settings, places.folder(settings))
    except Refused:  # taking one says in its words why the bucket is not to be reached
        return True
    return not any(moment >= began for name in found if (moment := names.moment(name)))


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
