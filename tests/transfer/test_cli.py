"""The command, from the outside: exit code, report, and an untouched database where it fails."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from hcpov import config
from tests.transfer import wxr
from tests.transfer.wxr import author, export, item, said


def hcpov(instance: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs the command on an instance folder of its own."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("HCPOV_")}
    return subprocess.run(
        [sys.executable, "-m", "hcpov.cli", *words],
        cwd=config.ROOT,
        env=environ | {"HCPOV_INSTANCE": str(instance)},
        capture_output=True,
        text=True,
        check=False,
    )


def dump(instance: Path) -> list[str]:
    """Returns all that is in the database."""
    with sqlite3.connect(instance / "hcpov.sqlite3") as connection:
        lines = list(connection.iterdump())
    connection.close()
    return lines


def test_import_from_the_command_line(tmp_path: Path) -> None:
    assert hcpov(tmp_path, "setup", "--here").returncode == 0
    file = wxr.saved(tmp_path, export(author(), item(1, "x", said(1, "private words")), item(2, post_type="page")))
    done = hcpov(tmp_path, "import", "wordpress", str(file), "--blog", "the-ward", "--name", "Ward")
    assert (done.returncode, done.stderr) == (0, "")
    assert "From https://old.example.org into the blog “Ward” (/the-ward/), which is new." in done.stdout
    assert "1 post: 1 published" in done.stdout and "1 comment: 1 published" in done.stdout
    assert "@" not in done.stdout and "private words" not in done.stdout
    before = dump(tmp_path)
    assert any("private words" in line for line in before)
    broken = wxr.saved(tmp_path, export(item(3))[:-40])
    failed = hcpov(tmp_path, "import", "wordpress", str(broken), "--blog", "the-ward")
    assert failed.returncode == 1
    assert failed.stderr.startswith("Error: Nothing was imported. Line 5 cannot be read as XML")
    assert "Traceback" not in failed.stderr
    assert dump(tmp_path) == before
