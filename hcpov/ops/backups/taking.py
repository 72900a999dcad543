"""A backup, taken while the site runs: the database as it was at one moment, then what it names.

Pictures never change and are written before the database names them, so that those of a moment are there after it.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hcpov import clock
from hcpov.auth import tombstones
from hcpov.config import Settings
from hcpov.media import buckets
from hcpov.ops.backups import archive, names, places, postgres, running, sqlite
from hcpov.ops.backups import manifest as manifests
from hcpov.ops.backups import settings as kept_settings
from hcpov.ops.backups.facts import Facts
from hcpov.ops.backups.manifest import MEDIA, Manifest
from hcpov.ops.backups.refusals import Refused, told
from hcpov.text import pictures

Progress = Callable[[str, int], AbstractContextManager[Any]]
UNDER_WAY = ".being-made-"


@dataclass(frozen=True)
class Taken:
    """A backup that was taken: its file, `away` when that lies in the bucket now, and how many old ones went."""

    path: Path
    manifest: Manifest
    size: int
    seconds: float
    away: bool
    removed: int


def take(settings: Settings, to: Path | None, with_secrets: bool, progress: Progress) -> Taken:
    """Takes a backup, keeps it, and removes what the rule gives up. Raises Refused, having kept nothing half-made."""
    begun = time.monotonic()
    folder = to or places.folder(settings)
    with told("No backup was kept."), running.one_at_a_time(settings.instance):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob(f"{UNDER_WAY}*"):  # by a process that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=UNDER_WAY) as work:
            manifest, file = _made(settings, Path(work), with_secrets, progress)
            path = _free(folder, manifest.moment)
            file.rename(path)
        size = path.stat().st_size
        away = to is None and places.send_away(settings, path)
        removed = places.tidy(settings, folder, clock.now())
    return Taken(path, manifest, size, time.monotonic() - begun, away, removed)


def need(settings: Settings) -> int:
    """Returns how many bytes a backup may take while it is made: the database as it is and pressed, and the media."""
    size = sqlite.size(sqlite.path(settings)) if sqlite.is_used(settings) else postgres.size(settings)
    return size + size // 2 + sum(path.stat().st_size for path in _media(settings).values())


def _made(settings: Settings, work: Path, with_secrets: bool, progress: Progress) -> tuple[Manifest, Path]:
    free = shutil.disk_usage(work).free
    if (needed := need(settings)) > free:
        raise Refused(f"A backup needs {needed / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB are free. Make room first.")
    moment = clock.now()
    files: dict[str, Path] = {}
    if sqlite.is_used(settings):
        files[manifests.SQLITE] = work / manifests.SQLITE
        facts = sqlite.snapshot(sqlite.path(settings), files[manifests.SQLITE])
    else:
        files[manifests.POSTGRES] = work / manifests.POSTGRES
        facts = postgres.dump(settings, files[manifests.POSTGRES])
    files |= _words(settings, work, with_secrets)
    files |= _fetched(settings, work, facts) if settings.media_url else _media(settings)
    missing = [name for name in facts.pictures if MEDIA + name not in files]
    manifest = Manifest(
        program=version("hcpov"),
        revision=facts.revision,
        moment=moment,
        counts=facts.counts,
        files={name: manifests.kept(path) for name, path in files.items()},
        missing=missing,
    )
    made = work / "made.tar.gz"
    with progress("Packing", manifest.size) as bar:
        archive.write(made, manifest, files, bar.update)
    return manifest, made


def _words(settings: Settings, work: Path, with_secrets: bool) -> dict[str, Path]:
    """Returns what is told in lines: what was erased, the settings, and only when it is asked for the secrets."""
    erased = settings.instance / tombstones.FILE
    texts = {
        manifests.TOMBSTONES: erased.read_bytes() if erased.exists() else b"",
        manifests.SETTINGS: kept_settings.plain(settings).encode(),
    }
    if with_secrets:
        texts[manifests.SECRETS] = kept_settings.secret(settings).encode()
    for name, text in texts.items():
        (work / name).touch(mode=0o600)
        (work / name).write_bytes(text)
    return {name: work / name for name in texts}


def _media(settings: Settings) -> dict[str, Path]:
    folder = settings.instance / "media"
    found = sorted(folder.iterdir()) if folder.is_dir() and not settings.media_url else []
    return {MEDIA + path.name: path for path in found if pictures.NAME.fullmatch(path.name)}


def _fetched(settings: Settings, work: Path, facts: Facts) -> dict[str, Path]:
    """Fetches from the bucket what the database names; others may keep things there too."""
    (work / "media").mkdir()
    try:
        there = buckets.sizes(settings.media_url)
        found = {MEDIA + name: work / "media" / name for name in facts.pictures if name in there}
        for path in found.values():
            buckets.fetch(settings.media_url, path.name, path)
    except buckets.Unreachable as problem:
        raise Refused(f"The bucket of HCPOV_MEDIA_URL gave no picture: {problem}. Try again later.") from None
    return found


def _free(folder: Path, moment: datetime) -> Path:
    """Returns the first name from a moment on that no backup has."""
    while (path := folder / names.name(moment)).exists():
        moment += timedelta(seconds=1)
    return path
