"""The file of a backup: tar in gzip, its manifest first, nothing in it but regular files of known names.

Reading is strict: what is not exactly as it was written is refused before anything of it is used. gzip's own sum leaves
out its head and the bits between its blocks, so the file ends with the hash of all bytes before, in the comment of an
empty gzip member, which `tar` and `gunzip` pass over.
"""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self

from hcpov.ops.backups import manifest as manifests
from hcpov.ops.backups.manifest import AT_ONCE, Kept, Manifest
from hcpov.ops.backups.refusals import Refused

LEVEL = 6
HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no name, no time: gzip's sum does not cover its head
EMPTY = b"\x03\x00" + bytes(8)  # no content, its sum and its size
MOST_PADDING = 1 << 20
DAMAGED = "is damaged or only half there. Copy it again, or take another one."

Told = Callable[[int], object]


class Plain(tarfile.TarInfo):
    """A member that is a file. Links, devices and the long headers that could fill the memory are refused unread."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """Returns what a header says. Raises Refused for anything but a file."""
        info = super().frombuf(buf, encoding, errors)
        if info.type != tarfile.REGTYPE:
            raise Refused("This backup has something in it that is no file. Take another one.")
        return info


class Read:
    """A file that is read once; it counts and hashes what passes."""

    def __init__(self, file: IO[bytes], told: Told) -> None:
        self.file, self.told = file, told
        self.digest, self.size = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """Returns the next bytes."""
        some = self.file.read(size)
        self.digest.update(some)
        self.size += len(some)
        self.told(len(some))
        return some

    def kept(self) -> Kept:
        """Returns what is to be said of what passed."""
        return Kept(self.size, self.digest.hexdigest())


def write(to: Path, manifest: Manifest, files: dict[str, Path], told: Told) -> None:
    """Writes the archive, to be read by its owner only, and sees it on the disk."""
    handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        with (
            gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=LEVEL, mtime=0) as pressed,
            tarfile.open(fileobj=pressed, mode="w|", format=tarfile.GNU_FORMAT) as tar,
        ):
            data = manifests.written(manifest)
            tar.addfile(_info(manifests.NAME, len(data), manifest), io.BytesIO(data))
            for name, path in files.items():
                with path.open("rb") as file:
                    read = Read(file, told)
                    tar.addfile(_info(name, manifest.files[name].size, manifest), read)
                if read.kept() != manifest.files[name]:
                    raise Refused(f"{name} changed while it was copied. Try again.")
        out.flush()
        with to.open("rb") as written:
            out.write(end(hashlib.file_digest(written, hashlib.sha256).hexdigest()))
        out.flush()
        os.fsync(out.fileno())


def end(digest: str) -> bytes:
    """Returns the last bytes of a backup: an empty gzip member (RFC 1952 2.3) whose comment is the hash of the rest."""
    return HEAD[:3] + b"\x10" + HEAD[4:] + digest.encode() + b"\x00" + EMPTY


def read_manifest(file: Path) -> Manifest:
    """Returns what a backup says of itself. Raises Refused."""
    with _opened(file) as (tar, _pressed):
        return _manifest(tar)


def unpack(file: Path, folder: Path | None, told: Told) -> Manifest:
    """Reads a whole backup into an empty folder, or nowhere when it is only checked. Raises Refused.

    What is refused leaves files behind in the folder, which is the caller's to remove.
    """
    with _opened(file) as (tar, pressed):
        _see_end(file)
        manifest = _manifest(tar)
        waiting = dict(manifest.files)
        while info := tar.next():
            said = waiting.pop(info.name, None)
            if said is None or not info.isreg() or info.size != said.size:
                raise Refused("This backup has something in it that its manifest does not name. Take another one.")
            content = tar.extractfile(info)
            assert content is not None
            if _copied(content, folder / info.name if folder else None, told) != said:
                raise Refused(f"{info.name} in this backup is not as it was written. Take another one.")
        if waiting:
            raise Refused(f"This backup is not whole: {next(iter(waiting))} is missing. Take another one.")
        padding = 0
        while some := pressed.read(AT_ONCE):  # to the end, where gzip says what all of it sums up to
            padding += len(some)
            if any(some) or padding > MOST_PADDING:
                raise Refused("This backup has something behind its end. Take another one.")
    return manifest


@contextmanager
def _opened(file: Path) -> Iterator[tuple[tarfile.TarFile, gzip.GzipFile]]:
    try:
        with file.open("rb") as raw:
            if raw.read(len(HEAD)) != HEAD:
                raise Refused(f"{file.name} is no backup of ours, or damaged. Take another one.")
            raw.seek(0)
            with (
                gzip.GzipFile(fileobj=raw, mode="rb") as pressed,
                tarfile.open(fileobj=pressed, mode="r|", tarinfo=Plain) as tar,
            ):
                yield tar, pressed
    except (EOFError, gzip.BadGzipFile, zlib.error, tarfile.TarError):
        raise Refused(f"{file.name} {DAMAGED}") from None
    except (FileNotFoundError, IsADirectoryError):
        raise Refused(f"There is no backup at {file}.") from None


def _see_end(file: Path) -> None:
    with file.open("rb") as raw:
        left = file.stat().st_size - len(end("0" * 64))
        digest = hashlib.sha256()
        while left > 0 and (some := raw.read(min(left, AT_ONCE))):
            digest.update(some)
            left -= len(some)
        if raw.read() != end(digest.hexdigest()):
            raise Refused(f"{file.name} {DAMAGED}")


def _manifest(tar: tarfile.TarFile) -> Manifest:
    info = tar.next()
    if info is None or info.name != manifests.NAME or not info.isreg() or info.size > manifests.MOST_BYTES:
        raise Refused("This is no backup of ours: it does not begin with a manifest. Take another one.")
    content = tar.extractfile(info)
    assert content is not None
    return manifests.read(content.read())


def _copied(content: IO[bytes], to: Path | None, told: Told) -> Kept:
    read = Read(content, told)
    if to is None:
        while read.read(AT_ONCE):
            pass
        return read.kept()
    to.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while some := read.read(AT_ONCE):
            out.write(some)
        out.flush()
        os.fsync(out.fileno())
    return read.kept()


def _info(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, 0o600, int(manifest.moment.timestamp())
    return info
