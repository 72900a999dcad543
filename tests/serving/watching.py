"""What a running site does, seen from outside: its log, and its processes in /proc."""

import os
from pathlib import Path

from tests.live import Site, wait_until

PATIENT = 120
SERVES, NEW, FAILED = "serve at", "The new processes serve", "The reload failed"


def serves(site: Site, times: int = 1) -> None:
    """Waits until the site has begun to serve for the n-th time."""
    wait_until(lambda: site.log.count(SERVES) >= times or site.process.poll() is not None, PATIENT)
    assert site.process.poll() is None, site.log


def reloaded(site: Site, times: int) -> None:
    """Waits until the n-th reload is over: the old processes are gone, and the worker has begun."""
    wait_until(lambda: site.log.count(NEW) >= times, PATIENT)
    wait_until(lambda: len(below(site.process.pid)) == 1, PATIENT)


def below(pid: int) -> list[int]:
    """Returns the processes that a process has started, in the order of their numbers."""
    found = []
    for each in Path("/proc").iterdir():
        try:
            if each.name.isdigit() and int((each / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(each.name))
        except OSError:  # it has ended
            continue
    return sorted(found)


def runs(group: int) -> bool:
    """Says whether a process of this group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
