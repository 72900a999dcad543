"""An archive opened into a folder, within limits: nothing in it is believed before it was looked at."""

import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from hcpov.transfer.site.problems import AGAIN, BadSite

MOST_FILES = 5_000_000
# An archive may become so many times as large, and a little: texts are pressed to a tenth, the same words to less.
MOST_TIMES, AND_SOME = 100, 64 * 1024 * 1024
LONGEST_PATH = 500
_PIECE = 1024 * 1024
_KEPT_FREE = 64 * 1024 * 1024  # of the disk, for everybody else

_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    UnicodeDecodeError,
)

_Member = tuple[str, IO[bytes] | None]


@contextmanager
def opened(path: Path, beside: Path) -> Iterator[Path]:
    """Yields the folder of an export: itself, or what is in its archive, in a folder that goes afterwards.

    Raises BadSite for an archive that is damaged, grows too large, or has in it what no export has.
    """
    if path.is_dir():
        yield path
        return
    try:
        beside.mkdir(mode=0o700)
        _unpack(path, beside)
        yield beside
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def is_safe(path: str) -> bool:
    """Says whether a name leads to a place inside the folder, in one way only."""
    parts = path.split("/")
    plain = path.isprintable() and "\\" not in path and ":" not in path and len(path) <= LONGEST_PATH
    return plain and all(part not in {"", ".", ".."} for part in parts)


def _unpack(path: Path, folder: Path) -> None:
    left = path.stat().st_size * MOST_TIMES + AND_SOME
    left = min(left, shutil.disk_usage(folder).free - _KEPT_FREE)
    try:
        members = _zipped(path) if zipfile.is_zipfile(path) else _tarred(path)
        for number, (name, file) in enumerate(members, start=1):
            if number > MOST_FILES:
                raise BadSite(f"There are more than {MOST_FILES:,} files in {path.name}: no export has so many.")
            left = _copy(name, file, folder, left)
    except _DAMAGED as problem:
        what = "is damaged, or is no .zip and no .tar.gz"
        raise BadSite(f"{path.name} {what} ({type(problem).__name__}). {AGAIN}.") from None


def _copy(name: str, file: IO[bytes] | None, folder: Path, left: int) -> int:
    """Puts one file into the folder; returns how many bytes may still come."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in name)[:80]
    if not is_safe(name):
        raise BadSite(f"The archive has a file “{shown}”, which leads out of its folder. It is no export of ours.")
    if file is None:
        raise BadSite(f"“{shown}” in the archive is a link or a device. It is no export of ours.")
    place = folder / PurePosixPath(name)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as out:
            while piece := file.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise BadSite(
                        f"What is in the archive is too large for it, or for the disk: it broke off at “{shown}”. "
                        "Unpack it by hand where there is room, and import the folder."
                    )
                out.write(piece)
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise BadSite(f"“{shown}” is in the archive twice. It is no export of ours.") from None
    return left


def _zipped(path: Path) -> Iterator[_Member]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if entry.is_dir() and is_safe(entry.filename.rstrip("/")):
                continue
            # The name as it stands there: what Python reads ends at a NUL.
            if kind not in {0, stat.S_IFREG}:
                yield entry.orig_filename, None
                continue
            with archive.open(entry) as file:
                yield entry.orig_filename, file


def _tarred(path: Path) -> Iterator[_Member]:
    with tarfile.open(path, mode="r|gz") as archive:
        for entry in archive:
            if entry.isdir() and is_safe(entry.name):
                continue
            yield entry.name, archive.extractfile(entry) if entry.isreg() else None
            archive.members.clear()  # type: ignore[attr-defined]  # nobody goes back
