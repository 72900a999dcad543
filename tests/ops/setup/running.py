"""`hcpov setup` from the outside, below a folder that stands for the machine."""

import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from hcpov import config
from hcpov.cli import main

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
    given: dict[str, str | None] = {**GIVEN, **{f"--{name}": value for name, value in changed.items()}}
    found = [word for name, value in given.items() if value is not None for word in (name, value)]
    return [*found, "--no-litestream"]


@dataclass(frozen=True)
class Said:
    """How it ended, and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


def setup(root: Path | None, *more: str, code: Sequence[str] = tuple(FOLDERS), **environ: str) -> Said:
    """Runs it without a terminal, in this process: its imports take longer than all it does."""
    below = ["--root", str(root), *code] if root else []
    alone: dict[str, str | None] = {name: None for name in os.environ if name.startswith(config.PREFIX)}
    answer = CliRunner(env=alone | environ).invoke(main, ["setup", *below, *more])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return Said(answer.exit_code, answer.stdout, answer.stderr)


def asked(root: Path, typed: Sequence[str], *more: str) -> tuple[int, str]:
    """Runs it on a terminal, types a line whenever it waits for one, and returns its exit code and what was shown."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "hcpov.cli", "setup", "--root", str(root), *FOLDERS, *more],
        cwd=config.ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)},
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
