"""A restore: everything is checked first, put into a side copy, proved there, and only then swapped in."""

import shutil
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hcpov import clock, signing
from hcpov.auth import tombstones
from hcpov.config import Settings
from hcpov.ops.backups import archive, erased, litestream, names, places, running, sqlite, swapping
from hcpov.ops.backups import manifest as manifests
from hcpov.ops.backups import settings as kept_settings
from hcpov.ops.backups import side as sides
from hcpov.ops.backups.facts import Facts
from hcpov.ops.backups.manifest import MEDIA, Manifest
from hcpov.ops.backups.refusals import Refused, told
from hcpov.ops.backups.side import Side
from hcpov.ops.backups.taking import Progress
from hcpov.permissions import write_private

UNCHANGED = "Nothing was changed."
MARGIN = 3  # times the database: a migration and an erasure write it anew


@dataclass(frozen=True)
class Restored:
    """What was put back: `said` is what erasing again said, `before` where the old site is, `notes` what to know."""

    facts: Facts
    said: str
    before: str
    seconds: float
    notes: list[str]


def checked(settings: Settings, file: Path, progress: Progress) -> Manifest:
    """Reads a whole backup and returns what it says of itself. Raises Refused. Changes nothing."""
    manifest = _fits(settings, file)
    with progress("Checking", manifest.size) as bar:
        return archive.unpack(file, None, bar.update)


def restore(settings: Settings, name: str, progress: Progress) -> Restored:
    """Puts a backup back: a file, or the name of one that is kept. Raises Refused, having changed nothing."""
    begun, stamp = time.monotonic(), names.stamp(clock.now())
    with told(UNCHANGED), running.stopped(settings.instance), running.one_at_a_time(settings.instance):
        swapping.check_alone(settings)
        with sides.made(settings, stamp) as side:
            manifest = unpacked(settings, found(settings, name, side.folder), side, progress)
            said = proved(settings, side, manifest)
            facts = side.facts()
            before = swapping.swap(settings, side, side.unpacked / "media", stamp)
            notes = _settings_back(settings, side.unpacked)
    return Restored(facts, said, before, time.monotonic() - begun, notes)


def go_back(settings: Settings, moment: datetime) -> Restored:
    """Makes the database what it was at a moment, from Litestream's copies. Raises Refused, having changed nothing.

    Pictures stay as they are: none is ever changed, so that those of that moment are among them.
    """
    begun, stamp = time.monotonic(), names.stamp(clock.now())
    if not sqlite.is_used(settings):
        raise Refused("Litestream copies SQLite. On PostgreSQL, restore a backup or recover the server.")
    with told(UNCHANGED), running.stopped(settings.instance), running.one_at_a_time(settings.instance):
        swapping.check_alone(settings)
        with sides.made(settings, stamp) as side:
            litestream.fetch(settings, moment, side.database)
            sides.check_revision(side.facts().revision, "as it was then")
            said = ready(settings, side, b"")
            facts = side.facts()
            before = swapping.swap(settings, side, None, stamp)
    return Restored(facts, said, before, time.monotonic() - begun, [])


def found(settings: Settings, name: str, to: Path) -> Path:
    """Returns the file of that name; one that is kept in the bucket is fetched into the folder `to` first."""
    path = Path(name)
    if path.exists() or not names.moment(name):
        return path
    if (places.folder(settings) / name).exists() or not settings.backup_url:
        return places.folder(settings) / name
    places.fetch(settings, name, to / name)
    return to / name


def unpacked(settings: Settings, file: Path, side: Side, progress: Progress) -> Manifest:
    """Unpacks a backup into the side copy. Raises Refused."""
    manifest = _fits(settings, file)
    with progress("Unpacking", manifest.size) as bar:
        return archive.unpack(file, side.unpacked, bar.update)


def proved(settings: Settings, side: Side, manifest: Manifest) -> str:
    """Makes a site of what was unpacked and proves it; returns what erasing again said. Raises Refused."""
    facts = sides.load(side, side.unpacked / manifest.database)
    if (facts.counts, facts.revision) != (manifest.counts, manifest.revision):
        wrong = [table for table, number in manifest.counts.items() if facts.counts.get(table) != number]
        raise Refused(f"The database has not what the manifest counts: {', '.join(wrong)}. {UNCHANGED}")
    lost = {name for name in facts.pictures if MEDIA + name not in manifest.files} - set(manifest.missing)
    if lost:
        raise Refused(f"The database names pictures that are not in the backup: {len(lost)}. {UNCHANGED}")
    file = side.unpacked / manifests.TOMBSTONES
    return ready(settings, side, file.read_bytes() if file.exists() else b"")


def ready(settings: Settings, side: Side, backup: bytes) -> str:
    """Brings the copy up to date and erases again whom the site or the backup knows as erased."""
    write_private(side.site / tombstones.FILE, erased.joined(settings, backup))
    return sides.settle(side, settings)


def _fits(settings: Settings, file: Path) -> Manifest:
    """Returns the manifest of a backup that could be put here. Raises Refused."""
    manifest = archive.read_manifest(file)
    sides.check_revision(manifest.revision, manifest.program)
    here = sqlite.is_used(settings)
    if here != (manifest.database == manifests.SQLITE):
        raise Refused(
            f"This backup is of {'PostgreSQL' if here else 'SQLite'}, and the site is on "
            f"{'SQLite' if here else 'PostgreSQL'}. Set HCPOV_DATABASE_URL to what it was, then restore."
        )
    needed = manifest.size + MARGIN * manifest.files[manifest.database].size
    if needed > (free := shutil.disk_usage(settings.instance).free):
        raise Refused(f"This restore needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free. Make room first.")
    return manifest


def _settings_back(settings: Settings, unpacked: Path) -> list[str]:
    """Puts settings and the key back where this machine has none: what is set here was set for a reason."""
    secrets = kept_settings.read(unpacked / manifests.SECRETS)
    lines = kept_settings.read(unpacked / manifests.SETTINGS) | secrets
    key, notes = lines.pop("HCPOV_SECRET_KEY", ""), []
    for name in kept_settings.OF_THE_MACHINE:
        lines.pop(name, None)
    cfg, file = settings.instance / "hcpov.cfg", settings.instance / "secret-key"
    if lines and not cfg.exists():
        write_private(cfg, "".join(f"{name} = {value}\n" for name, value in lines.items()).encode())
        notes.append(f"Settings were put back into {cfg}.")
    if key and not settings.secret_key and not file.exists():
        write_private(file, key.encode())
        notes.append("The key that signs was put back.")
    elif key and signing.present(settings) != key:
        notes.append("The key that signs here is another one than in the backup, and stays. Everybody signs in anew.")
    return notes
