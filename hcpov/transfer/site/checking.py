"""What an export says it holds, held against what is there, before anything of it is believed."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hcpov.transfer.intake import Progress
from hcpov.transfer.site import layout, listing
from hcpov.transfer.site.problems import AGAIN, BadSite, broken
from hcpov.transfer.site.unpacking import is_safe

_FILES = b', "files": [\n'
_PIECE = 1024 * 1024


@dataclass(frozen=True)
class Contents:
    """An export that was found whole: its folder, what it says of itself, and its files in their order."""

    folder: Path
    head: dict[str, Any]
    files: dict[str, None]

    def has(self, path: str) -> bool:
        """Says whether there is such a file."""
        return path in self.files

    def under(self, *folders: str) -> Iterator[str]:
        """Yields the files in some folders."""
        return (path for path in self.files if path.startswith(folders))

    def items(self, path: str) -> Iterator[tuple[str, Any]]:
        """Yields the items of a list, with where each stands."""
        return listing.read(self.folder / path, path)

    @property
    def counts(self) -> dict[str, int]:
        """How much of everything there is, by its own account."""
        found: dict[str, int] = self.head["counts"]
        return found


def checked(folder: Path, progress: Progress) -> Contents:
    """Returns what is in a folder. Raises BadSite for a newer format, and when any file is other than it was."""
    manifest = folder / layout.MANIFEST
    there = set(_there(folder))
    if layout.MANIFEST not in there:
        raise BadSite(f"There is no {layout.MANIFEST}, so this is no export of a site, or only a part of one. {AGAIN}.")
    files: dict[str, None] = {}
    with manifest.open("rb") as lines:
        head = _head(lines.readline(listing.LONGEST))
        with progress("Checking", head["number"]) as bar:
            for number, line in enumerate(lines, start=2):
                if line == b"]}\n":
                    break
                where = f"{layout.MANIFEST}, line {number}"
                path = _verify(folder, listing.parsed(line.rstrip(b",\n"), where), there, where)
                files[path] = None
                bar.update(1)
            else:
                raise broken(layout.MANIFEST, "its end is missing")
    strange = there - {layout.MANIFEST} - files.keys()
    if strange:
        raise BadSite(f"{min(strange)[:80]} is not named in {layout.MANIFEST}. Take it out of the folder. {AGAIN}.")
    if missing := [path for path in layout.NEEDED if path not in files]:
        raise broken(layout.MANIFEST, f"{missing[0]} is missing")
    return Contents(folder, head, files)


def _there(folder: Path) -> Iterator[str]:
    """Yields the files that are in the folder; a link is none, wherever it leads."""
    for place, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(place) / name
            shown = path.relative_to(folder).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise BadSite(f"{shown[:80]} is a link or a device. No export has such. {AGAIN}.")
            if path.is_file():
                yield shown


def _head(line: bytes) -> dict[str, Any]:
    where = f"{layout.MANIFEST}, line 1"
    if not line.endswith(_FILES):
        raise broken(where, "this is not as it was written")
    head = listing.parsed(line.removesuffix(_FILES) + b"}", where)
    version = head.get("version")
    if head.get("format") != layout.FORMAT or not isinstance(version, int):
        raise broken(where, "this is no export of a site")
    if version > layout.VERSION:
        raise BadSite(
            f"The export has version {version} of the format, and {layout.VERSION} is the newest that is known here. "
            "Upgrade this site to the version that the export comes from, then import it."
        )
    counts = head.get("counts")
    if not isinstance(counts, dict) or not all(
        isinstance(each, int) for each in (*counts.values(), head.get("number"))
    ):
        raise broken(where, "the counts are missing")
    return dict(head)


def _verify(folder: Path, said: Any, there: set[str], where: str) -> str:
    if not isinstance(said, dict) or not isinstance(path := said.get("path"), str) or not is_safe(path):
        raise broken(where, "a file was expected, by its name in the export")
    if path not in there:
        raise BadSite(f"{path} is missing. {AGAIN}.")
    digest, length = hashlib.sha256(), 0
    with (folder / path).open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            length += len(piece)
    if length != said.get("bytes") or digest.hexdigest() != said.get("sha256"):
        raise BadSite(f"{path} is not as it was exported: it was changed, damaged or cut short. {AGAIN}.")
    return path
