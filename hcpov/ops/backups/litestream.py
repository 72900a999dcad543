"""Litestream's copies, made while somebody writes: the database as it was at any moment that they reach back to."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from hcpov.config import Settings
from hcpov.ops.backups import sqlite
from hcpov.ops.backups.refusals import Refused

PROGRAM = "litestream"
NAME, SYSTEM = "litestream.yml", Path("/etc/litestream.yml")


def fetch(settings: Settings, moment: datetime, to: Path) -> None:
    """Writes the database as it was at a moment to a new file. Raises Refused. What it says goes to the terminal."""
    program = shutil.which(PROGRAM, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        raise Refused("Litestream is not installed. Install it with: pip install 'hcpov[litestream]'")
    words = ["restore", "-config", str(_config(settings)), "-timestamp", f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"]
    words += ["-o", str(to), str(sqlite.path(settings))]
    done = subprocess.run(
        [program, *words],
        env=os.environ | {"HCPOV_INSTANCE": str(settings.instance)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not to.exists():
        last = (done.stderr.strip().splitlines() or done.stdout.strip().splitlines() or ["it said nothing"])[-1]
        if "no matching backup files" in last:
            last = f"its copies do not reach back to {moment:%Y-%m-%d %H:%M:%S} UTC. Restore a backup of that day"
        raise Refused(f"Litestream gave no database: {last.rstrip('.')}. Nothing was changed.")
    to.chmod(0o600)


def _config(settings: Settings) -> Path:
    for path in (settings.instance / NAME, SYSTEM):
        if path.exists():
            return path
    raise Refused(
        f"Litestream is not set up: there is no {settings.instance / NAME}. Take deploy/litestream.yml for it."
    )
