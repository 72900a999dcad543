"""The rehearsal: a backup that nobody has put back is none. It is taken, put back beside the site, proved, and removed.

What it found is written down, for whoever looks after the site.
"""

import json
import time
from dataclasses import asdict

from hcpov import clock
from hcpov.config import Settings
from hcpov.ops.backups import findings, names, restoring, running, taking
from hcpov.ops.backups import side as sides
from hcpov.ops.backups.findings import Found
from hcpov.ops.backups.refusals import Refused, told
from hcpov.ops.backups.taking import Progress
from hcpov.permissions import write_private


def rehearse(settings: Settings, progress: Progress) -> Found:
    """Takes a backup and proves that it can be put back, while the site runs; writes down what it found."""
    moment, begun, size = clock.now(), time.monotonic(), 0
    try:
        taken = taking.take(settings, None, False, progress)
        size = taken.size
        words = _proved(settings, taken.path.name, names.stamp(moment), progress)
        if missing := taken.manifest.missing:
            raise Refused(f"Pictures that the database names and nobody has: {len(missing)}, such as {missing[0]}.")
        found = Found(moment, True, words, round(time.monotonic() - begun, 1), size)
    except Refused as problem:
        found = Found(moment, False, str(problem), round(time.monotonic() - begun, 1), size)
    except Exception as problem:
        _write(settings, Found(moment, False, f"It broke off: {type(problem).__name__}.", 0.0, size))
        raise
    _write(settings, found)
    return found


def _proved(settings: Settings, name: str, stamp: str, progress: Progress) -> str:
    """Puts a kept backup back beside the site and removes it again; returns what it was worth. Raises Refused."""
    with (
        told("The backup was taken, and not tried."),
        running.one_at_a_time(settings.instance),
        sides.made(settings, stamp) as side,
    ):
        manifest = restoring.unpacked(settings, restoring.found(settings, name, side.folder), side, progress)
        restoring.proved(settings, side, manifest)
        counts = side.facts().counts
    return f"{name} can be put back: {counts['post']:,} posts, {counts['comment']:,} comments."


def _write(settings: Settings, found: Found) -> None:
    path = findings.path(settings)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with told("What the rehearsal found could not be written down."):
        write_private(path, json.dumps({**asdict(found), "moment": found.moment.isoformat()}).encode() + b"\n")
