"""`hcpov setup` from the outside, below a folder that stands for the machine."""

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hcpov import config

SITE = "pov.health.test"
FOLDERS = ["--code", "/srv/hcpov", "--instance", "/srv/hcpov/instance"]
GIVEN = {
    "--site": SITE,
    "--email": "ada@example.org",
    "--front": "nginx",
    "--smtp": "smtp://ada:hidden-word@mail.example.org:587",
}
RELAY = GIVEN["--smtp"]


def words(**changed: str | None) -> list[str]:
    """Returns the flags that a setup needs, with some changed or, as None, left out; names without the hyphens."""
    given: dict[str, str | None] = dict(GIVEN) | {f"--{name}": value for name, value in changed.items()}
    found = [word for name, value in given.items() if value is not None for word in (name, value)]
    return [*found, "--no-litestream"]


def setup(
    root: Path | None, *more: str, code: Sequence[str] = FOLDERS, **environ: str
) -> subprocess.CompletedProcess[str]:
    """Runs it without a terminal."""
    below = ["--root", str(root), *code] if root else []
    return subprocess.run(
        [sys.executable, "-m", "hcpov.cli", "setup", *below, *more],
        cwd=config.ROOT,
        env=_environment() | environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def asked(root: Path, typed: Sequence[str], *more: str) -> tuple[int, str]:
    """Runs it on a terminal, types a line whenever it waits for one, and returns its exit code and what was shown."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "hcpov.cli", "setup", "--root", str(root), *FOLDERS, *more],
        cwd=config.ROOT,
        env=_environment() | {"TERM": "dumb"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    left, shown, since = list(typed), "", ""
    while True:
        try:
            said = os.read(leader, 4096).decode()
        except OSError:  # the other end was closed
            break
        shown, since = shown + said, since + said
        if left and since.rstrip(" ").endswith((":", "]", "?")) and since.endswith(": "):
            os.write(leader, f"{left.pop(0)}\n".encode())
            since = ""
    os.close(leader)
    return process.wait(), shown.replace("\r\n", "\n")


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """Returns all that lies below a folder: mode and bytes by path."""
    found = {}
    for path in sorted(root.rglob("*")):
        content = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(root))] = (path.lstat().st_mode & 0o7777, content)
    return found


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
