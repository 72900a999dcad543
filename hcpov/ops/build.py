"""Which code runs: its version, and in a git checkout the commit. Read once, when the process starts."""

import configparser
import re
from importlib import metadata
from pathlib import Path

from hcpov import config

SHORT = 8
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


def version(root: Path) -> str:
    """Returns the version of the code in a folder: as its setup.cfg says, else as it was installed."""
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(root / "setup.cfg", encoding="utf-8")
    if setup.has_option("metadata", "version"):
        return setup["metadata"]["version"]
    try:
        return metadata.version("hcpov")
    except metadata.PackageNotFoundError:
        return "unknown"


def commit(root: Path) -> str:
    """Returns the short commit that is checked out in a folder; empty where there is none.

    git itself is not asked: it may be missing, and it refuses folders of other users.
    """
    try:
        folder = root / ".git"
        if folder.is_file():  # a further work tree
            folder = root / folder.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
        head = (folder / "HEAD").read_text(encoding="utf-8").strip()
        found = _named(folder, head.removeprefix("ref: ")) if head.startswith("ref: ") else head
    except (OSError, UnicodeDecodeError):
        return ""
    return found[:SHORT] if _COMMIT.fullmatch(found) else ""


def _named(folder: Path, name: str) -> str:
    folders = [folder]
    if (folder / "commondir").exists():
        folders.append(folder / (folder / "commondir").read_text(encoding="utf-8").strip())
    for each in folders:
        if (each / name).is_file():
            return (each / name).read_text(encoding="utf-8").strip()
    packed = folders[-1] / "packed-refs"
    lines = packed.read_text(encoding="utf-8").splitlines() if packed.exists() else []
    return next((line.partition(" ")[0] for line in lines if line.endswith(f" {name}")), "")


VERSION, COMMIT = version(config.ROOT), commit(config.ROOT)
# As people are told it.
BUILD = f"{VERSION} ({COMMIT})" if COMMIT else VERSION
