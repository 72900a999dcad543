"""What is in a backup, on SQLite and PostgreSQL, and that nobody waits for it."""

import hashlib
import json
import os
import sqlite3
import stat
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from hcpov.auth import tombstones
from hcpov.config import Settings
from hcpov.ops.backups import running
from hcpov.ops.backups.refusals import Refused
from tests.conftest import POSTGRES
from tests.make import Make
from tests.ops.backups.conftest import Take, contents
from tests.transfer.test_cli import hcpov

DATABASE = "database.dump" if POSTGRES else "database.sqlite3"


def test_everything_is_in_it_and_the_manifest_is_first(site: list[str], settings: Settings, take: Take) -> None:
    (settings.instance / tombstones.FILE).write_text("{}\n")
    (settings.instance / "hcpov.cfg").write_text("HCPOV_STRIP = off\n")
    (settings.instance / "media" / f".{site[0]}.half").write_bytes(b"not yet")
    taken = take()
    found = contents(taken.path)
    said = json.loads(found["manifest.json"])
    assert list(found)[:4] == ["manifest.json", DATABASE, "tombstones.jsonl", "hcpov.cfg"]
    assert set(list(found)[4:]) == {f"media/{name}" for name in site}
    assert said["files"] == {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in found.items()
        if name != "manifest.json"
    }
    assert (said["format"], said["missing"], said["program"]) == (1, [], "0.1.0")
    assert {name: said["counts"][name] for name in ("blog", "post", "comment", "account", "picture")} == {
        "blog": 1, "post": 1, "comment": 2, "account": 1, "picture": 1,
    }  # fmt: skip
    assert said["revision"].startswith("2026") and said["moment"].endswith("+00:00")
    assert found["tombstones.jsonl"] == b"{}\n"
    assert stat.S_IMODE(taken.path.stat().st_mode) == 0o600
    assert [each.name for each in taken.path.parent.iterdir()] == [taken.path.name]


def test_secrets_are_in_it_only_when_they_are_asked_for(site: list[str], settings: Settings, take: Take) -> None:
    secret, relay = "a-secret-of-this-site-that-is-long-enough", "smtp://ada:hidden-word@mail.example.org"
    lines = f"# was smtp://ada:older-word@x\nHCPOV_SECRET_KEY = {secret}\nHCPOV_SMTP_URL={relay}\nHCPOV_STRIP = off\n"
    (settings.instance / "hcpov.cfg").write_text(lines)
    found = contents(take(secret_key=secret, smtp_url=relay).path)
    assert found["hcpov.cfg"] == b"HCPOV_STRIP = off\n"
    assert not any(word in data for data in found.values() for word in (secret.encode(), b"hidden-word", b"older-word"))
    found = contents(take(with_secrets=True, secret_key=secret, smtp_url=relay).path)
    assert f"HCPOV_SECRET_KEY = {secret}\n".encode() in found["secrets.cfg"]
    assert f"HCPOV_SMTP_URL = {relay}\n".encode() in found["secrets.cfg"]
    assert found["hcpov.cfg"] == b"HCPOV_STRIP = off\n"


def test_it_is_one_moment_while_writers_write(app: Flask, make: Make, site: list[str], take: Take) -> None:
    """Each comment is counted in its post in the same transaction: a backup in between two would show it."""
    post, over = make.post("Another"), threading.Event()

    def write() -> None:
        while not over.is_set():
            make.comment(post)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for each in writers:
        each.start()
    try:
        counts = [json.loads(contents(take().path)["manifest.json"])["counts"]["comment"] for _ in range(3)]
    finally:
        over.set()
        for each in writers:
            each.join()
    assert counts == sorted(counts) and counts[0] < counts[-1]


def test_a_picture_that_nobody_has_is_said(site: list[str], settings: Settings, take: Take) -> None:
    (settings.instance / "media" / site[0]).unlink()
    taken = take()
    assert taken.manifest.missing == [site[0]]
    assert f"media/{site[1]}" in contents(taken.path)


def test_two_at_once_are_refused_and_what_was_left_half_made_goes(
    settings: Settings, site: list[str], take: Take
) -> None:
    first = take()
    (first.path.parent / ".being-made-1234").mkdir()
    with (
        running.one_at_a_time(settings.instance),
        pytest.raises(Refused, match="Another backup or restore"),
    ):
        take()
    second = take()
    assert sorted(each.name for each in first.path.parent.iterdir()) == sorted({first.path.name, second.path.name})
    assert first.path != second.path


@pytest.mark.skipif(bool(POSTGRES), reason="damages the database's file")
def test_a_damaged_database_is_refused_and_nothing_is_kept(tmp_path: Path) -> None:
    assert hcpov(tmp_path, "setup", "--here").returncode == 0
    with closing(sqlite3.connect(tmp_path / "hcpov.sqlite3")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with (tmp_path / "hcpov.sqlite3").open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(40_000))
    done = hcpov(tmp_path, "backup")
    assert done.returncode == 1 and done.stderr.startswith("Error: The database is damaged (")
    assert list((tmp_path / "backups").iterdir()) == []


def test_the_command_says_what_it_did_in_a_line(tmp_path: Path) -> None:
    assert hcpov(tmp_path, "backup").stderr == (
        f"Error: There is no database at {tmp_path}/hcpov.sqlite3. Run `hcpov setup --here` first.\n"
    )
    assert hcpov(tmp_path, "setup", "--here").returncode == 0
    done = hcpov(tmp_path, "backup")
    assert (done.returncode, done.stderr) == (0, "")
    (made,) = (tmp_path / "backups").iterdir()
    assert done.stdout.splitlines()[-1].startswith(f"{made}: 0 posts, 0 comments, 0.0 MB, 0.")
    assert stat.S_IMODE((tmp_path / "backups").stat().st_mode) == 0o700
    elsewhere = hcpov(tmp_path, "backup", "--to", str(tmp_path / "usb"), "--with-secrets")
    assert "0 comments, with secrets, 0.0 MB" in elsewhere.stdout
    (made,) = (tmp_path / "usb").iterdir()
    assert (tmp_path / "secret-key").read_bytes() in contents(made)["secrets.cfg"]


def test_a_full_disk_is_said_and_nothing_half_made_is_left(tmp_path: Path) -> None:
    """A small disk of its own, where this machine lets us have one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("this machine mounts nothing for us")
    try:
        assert hcpov(tmp_path, "setup", "--here").returncode == 0
        done = hcpov(tmp_path, "backup", "--to", str(disk))
        assert done.returncode == 1 and "A backup needs" in done.stderr and "Make room first." in done.stderr
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", disk], check=True)


@pytest.mark.skipif(not POSTGRES, reason="SQLite has no password")
def test_the_password_is_on_no_command_line(site: list[str], settings: Settings, take: Take, tmp_path: Path) -> None:
    """A tool in front of the real one writes down its words."""
    real = subprocess.run(
        ["/usr/bin/env", "which", "pg_dump"], capture_output=True, text=True, check=True
    ).stdout.strip()
    tool, said = tmp_path / "bin" / "pg_dump", tmp_path / "said"
    tool.parent.mkdir()
    tool.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{said}\nexec {real} "$@"\n')
    tool.chmod(0o755)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{tool.parent}:{before}"
    try:
        take(database_url=settings.database_url.replace("postgres@", "postgres:hidden-word@"))
    finally:
        os.environ["PATH"] = before
    assert "--snapshot=" in said.read_text() and "hidden-word" not in said.read_text()
