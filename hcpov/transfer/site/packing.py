"""Files on their way into a folder or an archive, under another name until all of them are there."""

import hashlib
import os
import pickle
import secrets
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from hcpov import clock
from hcpov.transfer.site import listing
from hcpov.transfer.site.problems import BadSite

TARS = (".tar.gz", ".tgz")
ZIP = ".zip"
_PIECE = 64 * 1024
_IN_MEMORY = 1024 * 1024  # bytes of a file that wait for its end; a larger one waits on the disk


class _Place(Protocol):
    """Where files are put."""

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """Puts a file."""

    def close(self) -> None:
        """Writes out what is left."""


class Package:
    """Takes files and notes their lengths and hashes, on the disk: there are as many as posts, and more."""

    def __init__(self, place: _Place, notes: IO[bytes]) -> None:
        self._place, self._notes = place, notes
        self.files = 0

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        """Puts a file that comes in pieces."""
        digest, length = hashlib.sha256(), 0

        def watched() -> Iterator[bytes]:
            nonlocal length
            for piece in _gathered(pieces):
                digest.update(piece)
                length += len(piece)
                yield piece

        self._place.put(path, watched())
        self.files += 1
        self._notes.write(listing.one({"path": path, "bytes": length, "sha256": digest.hexdigest()}) + b"\n")

    def finish(self, path: str, head: dict[str, object]) -> None:
        """Puts the list of all files that were put, behind a line of facts, as one piece of JSON."""
        self._notes.seek(0)
        self._place.put(path, self._manifest(head))

    def _manifest(self, head: dict[str, object]) -> Iterator[bytes]:
        yield listing.one(head)[:-1] + b', "files": [\n'
        for number, line in enumerate(self._notes):
            yield (b",\n" if number else b"") + line[:-1]
        yield b"\n]}\n"


def _gathered(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yields many small pieces as fewer: to press each by itself takes most of the time."""
    waiting, length = [], 0
    for piece in pieces:
        waiting.append(piece)
        length += len(piece)
        if length >= _PIECE:
            yield b"".join(waiting)
            waiting, length = [], 0
    yield b"".join(waiting)


@contextmanager
def packing(target: Path) -> Iterator[Package]:
    """Yields what takes the files for `target`, which is there afterwards, whole, or not at all.

    Only its owner can read it. Raises BadSite when there is something already, or no folder to write into.
    """
    target = Path(os.path.abspath(target))  # noqa: PTH100  # a link that leads nowhere yet is nothing to follow
    if os.path.lexists(target):
        raise BadSite(f"{target} is there already. Name a folder or file that is not, or take that one away.")
    if not target.parent.is_dir():
        raise BadSite(f"There is no folder {target.parent}. Make it, or name another.")
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.partial")
    try:
        with tempfile.TemporaryFile(dir=target.parent) as notes:
            place = _place(target, beside)
            try:
                yield Package(place, notes)
            finally:
                place.close()
        _settle(beside, target)
    except BaseException:
        if beside.is_dir():
            shutil.rmtree(beside, ignore_errors=True)
        beside.unlink(missing_ok=True)
        raise


def _place(target: Path, beside: Path) -> _Place:
    if target.name.endswith(ZIP):
        return _Zip(_opened(beside), target.parent)
    return _Tar(_opened(beside), target.parent) if target.name.endswith(TARS) else _Folder(beside)


def _opened(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def _settle(beside: Path, target: Path) -> None:
    """Gives it its name; an archive once it is on the disk, so that a crash leaves no half of it under that name."""
    if not beside.is_dir():  # a folder has as many files as posts, and more: its manifest tells whether all are whole
        _sync(beside)
    beside.rename(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Folder:
    def __init__(self, path: Path) -> None:
        path.mkdir(mode=0o700)
        self._path = path

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        file = self._path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as out:
            out.writelines(pieces)

    def close(self) -> None:
        pass


class _Entries:
    """The entries of an archive that is being written, on the disk: 200,000 of them would take 100 MB."""

    def __init__(self, folder: Path) -> None:
        self._file, self._number = tempfile.TemporaryFile(dir=folder), 0  # noqa: SIM115  # goes with the archive

    def append(self, entry: zipfile.ZipInfo) -> None:
        pickle.dump(entry, self._file)
        self._number += 1

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[zipfile.ZipInfo]:
        self._file.seek(0)
        for _ in range(self._number):
            yield pickle.load(self._file)  # noqa: S301  # what was written above, in a file without a name

    def close(self) -> None:
        self._file.close()


class _Zip:
    def __init__(self, file: IO[bytes], folder: Path) -> None:
        self._file, self._zip = file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._entries = _Entries(folder)
        self._zip.filelist = self._entries  # type: ignore[assignment]  # all that is asked of it while writing
        self._now = clock.now().timetuple()[:6]

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        entry = zipfile.ZipInfo(path, self._now)
        entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        with self._zip.open(entry, "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece)
        self._zip.NameToInfo.clear()  # for reading, which nobody does here; it grows with every file

    def close(self) -> None:
        try:
            self._zip.close()
        finally:
            self._entries.close()
            self._file.close()


class _Tar:
    def __init__(self, file: IO[bytes], folder: Path) -> None:
        self._file, self._folder = file, folder
        self._tar = tarfile.open(fileobj=file, mode="w:gz", compresslevel=6)  # noqa: SIM115  # closed by `close`
        self._now = int(clock.now().timestamp())

    def put(self, path: str, pieces: Iterable[bytes]) -> None:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(self._folder)) as waiting:
            waiting.writelines(pieces)
            entry = tarfile.TarInfo(path)
            entry.size, entry.mtime, entry.mode = waiting.tell(), self._now, 0o600
            waiting.seek(0)
            self._tar.addfile(entry, waiting)
        self._tar.members.clear()  # type: ignore[attr-defined]  # they are kept for reading; there are as many as posts

    def close(self) -> None:
        try:
            self._tar.close()
        finally:
            self._file.close()
