"""What a backup says of itself: `manifest.json`, the first thing in it."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from hcpov.ops.backups.refusals import Refused
from hcpov.text import pictures

NAME = "manifest.json"
FORMAT = 1
MOST_BYTES = 256 * 1024 * 1024  # of the manifest: some million pictures
SQLITE, POSTGRES = "database.sqlite3", "database.dump"
TOMBSTONES, SETTINGS, SECRETS = "tombstones.jsonl", "hcpov.cfg", "secrets.cfg"
MEDIA = "media/"
AT_ONCE = 1 << 20

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Kept:
    """A file of the backup: how long it is, and what is in it."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What is in the backup. `counts` are rows by table, `missing` pictures that the database names and nobody has."""

    program: str
    revision: str
    moment: datetime
    counts: dict[str, int]
    files: dict[str, Kept]
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def database(self) -> str:
        """The name of the database's file."""
        return SQLITE if SQLITE in self.files else POSTGRES

    @property
    def size(self) -> int:
        """How many bytes its files are when they are unpacked."""
        return sum(each.size for each in self.files.values())


def kept(path: Path) -> Kept:
    """Returns what is to be said of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while some := file.read(AT_ONCE):
            digest.update(some)
            size += len(some)
    return Kept(size, digest.hexdigest())


def written(manifest: Manifest) -> bytes:
    """Returns the manifest as it is stored."""
    return json.dumps({**asdict(manifest), "moment": manifest.moment.isoformat()}, indent=1).encode()


def read(data: bytes) -> Manifest:
    """Returns a manifest that was stored. Raises Refused for one that is newer than this program or no manifest."""
    try:
        said = json.loads(data)
        number = said["format"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused("This is no backup of ours: its manifest cannot be read. Take another one.") from None
    if type(number) is int and number > FORMAT:
        raise Refused(
            f"This backup was made by a newer version ({str(said.get('program'))[:40]!r}). "
            "Bring this program up to date first, then restore."
        )
    try:
        return _read(said)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused("The manifest of this backup is damaged. Take another one.") from None


def allowed(name: str) -> bool:
    """Says whether a backup may have a file of that name: ours have these only, so that no path leads elsewhere."""
    if name in {SQLITE, POSTGRES, TOMBSTONES, SETTINGS, SECRETS}:
        return True
    return name.startswith(MEDIA) and pictures.NAME.fullmatch(name.removeprefix(MEDIA)) is not None


def _read(said: dict[str, Any]) -> Manifest:
    files = {name: Kept(each["size"], each["sha256"]) for name, each in said["files"].items()}
    for name, each in files.items():
        if not allowed(name) or type(each.size) is not int or each.size < 0 or not _DIGEST.fullmatch(each.sha256):
            raise ValueError(name)
    counts = {str(table): int(number) for table, number in said["counts"].items()}
    manifest = Manifest(
        program=str(said["program"]),
        revision=str(said["revision"]),
        moment=datetime.fromisoformat(said["moment"]),
        counts=counts,
        files=files,
        missing=[str(each) for each in said["missing"]],
        format=int(said["format"]),
    )
    if (SQLITE in files) == (POSTGRES in files) or manifest.moment.tzinfo is None:
        raise ValueError("one database, and a moment with its zone")
    return manifest
