"""Backups that are not as they were written: refused, with what to do, and nothing changed."""

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hcpov.config import Settings
from hcpov.ops.backups import archive, restoring
from hcpov.ops.backups.refusals import Refused
from tests.conftest import POSTGRES
from tests.ops.backups.conftest import Take, contents, quiet

pytestmark = pytest.mark.skipif(bool(POSTGRES), reason="the file is the same")

Members = list[tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def backup(site: list[str], take: Take) -> Path:
    """A good one."""
    return take().path


def refused(settings: Settings, file: Path) -> str:
    """Returns why a backup is refused."""
    with pytest.raises(Refused) as said:
        restoring.checked(settings, file, quiet)
    return str(said.value)


def remade(backup: Path, change: Callable[[dict[str, Any], Members], object]) -> Path:
    """Writes the backup anew after `change` had its manifest and its other members."""
    found = contents(backup)
    manifest = json.loads(found.pop("manifest.json"))
    members: Members = [(plain(name, data), data) for name, data in found.items()]
    change(manifest, members)
    data = json.dumps(manifest).encode()
    to = backup.with_name("remade.tar.gz")
    with (
        to.open("wb") as out,
        gzip.GzipFile("", "wb", 6, out, 0) as pressed,
        tarfile.open(fileobj=pressed, mode="w|") as tar,
    ):
        for info, content in [(plain("manifest.json", data), data), *members]:
            tar.addfile(info, io.BytesIO(content))
    to.write_bytes(to.read_bytes() + archive.end(hashlib.sha256(to.read_bytes()).hexdigest()))
    return to


def plain(name: str, data: bytes) -> tarfile.TarInfo:
    """Returns the header of a file."""
    info = tarfile.TarInfo(name)
    info.size = len(data)
    return info


def test_a_good_one_is_good(backup: Path, settings: Settings) -> None:
    assert restoring.checked(settings, backup, quiet).counts["comment"] == 2
    assert restoring.checked(settings, remade(backup, lambda manifest, members: None), quiet)


def test_any_changed_byte_is_seen(backup: Path, settings: Settings) -> None:
    whole = backup.read_bytes()
    lot = random.Random(1)
    behind_content = len(whole) - len(archive.end("0" * 64)) - 9  # its last bits mean nothing to gzip
    places = [*range(12), len(whole) - 1, len(whole) - 8, *lot.sample(range(len(whole)), 60)]
    bits = [(place, lot.randrange(8)) for place in places] + [(behind_content, bit) for bit in range(8)]
    for place, bit in bits:
        changed = bytearray(whole)
        changed[place] ^= 1 << bit
        backup.write_bytes(changed)
        assert "ake another one" in refused(settings, backup), (place, bit)


def test_half_a_file_is_seen(backup: Path, settings: Settings) -> None:
    whole = backup.read_bytes()
    for length in (0, 5, 10, 11, 500, len(whole) // 2, len(whole) - 9, len(whole) - 8, len(whole) - 1):
        backup.write_bytes(whole[:length])
        assert "ake another one" in refused(settings, backup), length


def test_something_behind_its_end_is_seen(backup: Path, settings: Settings) -> None:
    backup.write_bytes(backup.read_bytes() + gzip.compress(b"more"))
    assert "ake another one" in refused(settings, backup)


@pytest.mark.parametrize("content", [b"", b"words", b"\x1f\x8b" * 99, gzip.compress(b"words" * 999, mtime=0)])
def test_what_is_no_backup_is_said(content: bytes, tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "file").write_bytes(content)
    assert "ake another one" in refused(settings, tmp_path / "file")
    assert refused(settings, tmp_path / "none") == f"There is no backup at {tmp_path / 'none'}."
    assert refused(settings, tmp_path) == f"There is no backup at {tmp_path}."


def link(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    """Returns a member that is no file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


PICTURE = "media/0123456789abcdef-1x1.webp"
CHANGES: dict[str, tuple[str, Callable[[dict[str, Any], Members], object]]] = {
    "a newer format": ("newer version", lambda said, _: said.update(format=2, program="9.0")),
    "a newer migration": ("newer version", lambda said, _: said.update(revision="20990101_more")),
    "too little room": ("Make room", lambda said, _: said["files"]["database.sqlite3"].update(size=10**15)),
    "a path upwards": ("damaged", lambda said, _: said["files"].update({"../x": {"size": 0, "sha256": "0" * 64}})),
    "a whole path": ("damaged", lambda said, _: said["files"].update({"/tmp/x": {"size": 0, "sha256": "0" * 64}})),
    "media upwards": ("damaged", lambda said, _: said["files"].update({"media/../x": {"size": 0, "sha256": "0" * 64}})),
    "no database": ("damaged", lambda said, _: said["files"].pop("database.sqlite3")),
    "a size below nothing": ("damaged", lambda said, _: said["files"]["hcpov.cfg"].update(size=-1)),
    "counts of words": ("damaged", lambda said, _: said.update(counts={"post": "many"})),
    "no moment": ("damaged", lambda said, _: said.update(moment="yesterday")),
    "a missing file": ("not whole", lambda _, members: members.pop()),
    "a file too many": ("does not name", lambda _, members: members.append((plain(PICTURE, b"x"), b"x"))),
    "a file twice": ("does not name", lambda _, members: members.append(members[-1])),
    "a symbolic link": ("no file", lambda _, members: members.append(link(PICTURE, tarfile.SYMTYPE, "/etc/passwd"))),
    "a hard link": ("no file", lambda _, members: members.append(link(PICTURE, tarfile.LNKTYPE, "hcpov.cfg"))),
    "a device": ("no file", lambda _, members: members.append(link(PICTURE, tarfile.CHRTYPE))),
    "a folder": ("no file", lambda _, members: members.append(link("media", tarfile.DIRTYPE))),
    "a long name": ("no file", lambda _, members: members.append((plain("media/" + "x" * 300, b""), b""))),
    "another hash": ("not as it was", lambda said, _: said["files"]["hcpov.cfg"].update(sha256="0" * 64)),
    "another size": ("does not name", lambda said, _: said["files"]["hcpov.cfg"].update(size=3)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_nobody_of_ours_wrote_is_refused(what: str, backup: Path, settings: Settings, tmp_path: Path) -> None:
    words, change = CHANGES[what]
    file = remade(backup, change)
    assert words in refused(settings, file)
    to = tmp_path / "to"
    to.mkdir()
    with suppress(Refused):  # a newer one, or one too large, could be unpacked, and is not
        archive.unpack(file, to, lambda _: None)
    assert {each.relative_to(to).parts[0] for each in to.rglob("*")} <= set(contents(backup)) | {"media"}


def test_a_manifest_that_is_too_long_is_not_read(backup: Path, settings: Settings) -> None:
    with backup.open("wb") as out, gzip.GzipFile("", "wb", 6, out, 0) as pressed:
        info = tarfile.TarInfo("manifest.json")
        info.size = 1 << 33
        pressed.write(info.tobuf(tarfile.GNU_FORMAT))
    assert "does not begin with a manifest" in refused(settings, backup)
