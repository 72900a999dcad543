"""What an upgrade would do, said before it does anything."""

import shutil
from collections.abc import Iterator

from hcpov.config import Settings
from hcpov.ops.backups import findings, sqlite, taking
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.upgrades import releases, services
from hcpov.ops.upgrades.releases import Release

COPIES = 3  # of the database, beside the backup: as it was, tried, and what a migration writes
CODE = 100_000_000  # bytes that a new release takes at most, when all its packages are those that are here


def migrations(release: Release, found: str) -> list[str]:
    """Returns the migrations from a revision to a release's newest, in order. Raises Refused for an older release."""
    known, steps = release.migrations, [release.head]
    if found and found not in known:
        raise Refused(
            f"The database is at {found}, which {release.name} does not know: it is an older version. "
            "To go back to the release before this one: hcpov upgrade --back. Nothing was changed."
        )
    while steps[-1] and steps[-1] != found:
        steps.append(known[steps[-1]])
    return steps[-2::-1]


def lines(settings: Settings, version: str, steps: list[str], found: str) -> Iterator[str]:
    """Yields what ops want to know first. Raises Refused when there is no room for it."""
    here = releases.linked()
    yield f"From {here.version} to {version}." if version else f"In place, {here.version}: code and link stay."
    tables = f"{len(steps)} migration{'s'[: len(steps) - 1]}: {', '.join(steps)}" if steps else "nothing to change"
    yield f"Tables at {found or 'nothing'}: {tables}."
    if last := findings.last(settings):
        yield f"The last backup and its rehearsal took {last.seconds:,.0f} s, on {last.moment:%Y-%m-%d}."
    needed = taking.need(settings) + COPIES * _size(settings) + (CODE if version else 0)
    free = shutil.disk_usage(settings.instance).free
    yield f"It needs up to {needed / 1e6:,.0f} MB on the disk; {free / 1e6:,.0f} MB are free."
    if needed > free:
        raise Refused("Make room first. Nothing was changed.")
    units = services.active()
    yield f"Started anew at the end: {', '.join(units)}." if units else "No service of systemd runs the site."
    if settings.machines > 1:
        yield f"HCPOV_MACHINES is {settings.machines}: stop the site on the other machines first."


def _size(settings: Settings) -> int:
    return sqlite.size(sqlite.path(settings)) if sqlite.is_used(settings) else taking.need(settings)
