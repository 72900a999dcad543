"""Where the files of pictures lie: `media/` in the instance folder, or a bucket when HCPOV_MEDIA_URL names one.

A file's name follows from what is in it, so a file is written once and never changed.
"""

import os
import secrets
from pathlib import Path

from hcpov import config
from hcpov.media import buckets


def put(name: str, data: bytes) -> None:
    """Keeps a file, whole or not at all. Raises buckets.Unreachable."""
    if exists(name):
        return
    if address := config.current().media_url:
        buckets.put(address, name, data)
    else:
        _write(_folder() / name, data)


def get(name: str) -> bytes | None:
    """Returns a file, None when there is none. Raises buckets.Unreachable. The name must be a picture's."""
    if address := config.current().media_url:
        return buckets.get(address, name)
    try:
        return (_folder() / name).read_bytes()
    except FileNotFoundError:
        return None


def exists(name: str) -> bool:
    """Says whether a file is kept. Raises buckets.Unreachable."""
    if address := config.current().media_url:
        return buckets.exists(address, name)
    return (_folder() / name).exists()


def _folder() -> Path:
    return config.current().instance / "media"


def _write(path: Path, data: bytes) -> None:
    """Writes beside the file and moves it into place, so that a crash leaves no half of one under its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
