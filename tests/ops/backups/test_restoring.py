"""A restore brings back what was there, and keeps what it replaced, on SQLite and PostgreSQL."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from hcpov import config
from hcpov.auth import tombstones
from hcpov.comments import actions as comments
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.ops.backups import postgres, running
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.schema import downgrade
from tests.conftest import POSTGRES
from tests.live import serving
from tests.ops.backups.conftest import Own, pictured
from tests.transfer.test_cli import hcpov


def left(own: Own) -> list[str]:
    """Returns what a restore leaves in the instance folder."""
    return sorted(
        each.name for each in own.settings.instance.iterdir() if each.name.startswith(("restoring", "before"))
    )


def test_what_was_there_is_there_again_and_the_old_site_is_kept(own: Own) -> None:
    post = own.make.post()
    own.make.comment(post, "Before it.")
    names = pictured(own.app, own.settings.instance)
    media = own.settings.instance / "media"
    contents = {name: (media / name).read_bytes() for name in names}
    backup = own.backup()
    own.make.comment(post, "After it.")
    later = pictured(own.app, own.settings.instance)
    (media / names[0]).write_bytes(b"damaged")
    (own.settings.instance / "pages" / "site").mkdir(parents=True, exist_ok=True)
    (own.settings.instance / "pages" / "site" / "@index.html").write_text("Old.")
    done = own.restore(backup)
    assert own.bodies() == ["Before it."]
    assert {each.name: each.read_bytes() for each in media.iterdir()} == contents
    assert not (own.settings.instance / "pages").exists()
    assert done.facts.counts["comment"] == 1 and "Erased again: 0 accounts" in done.said
    (kept,) = left(own)
    assert kept.startswith("before-restore-") and kept in done.before
    before = own.settings.instance / kept
    assert {each.name for each in (before / "media").iterdir()} == {*names, *later}
    assert (before / "media" / names[0]).read_bytes() == b"damaged"
    if not POSTGRES:
        with closing(sqlite3.connect(before / "hcpov.sqlite3")) as old:
            assert old.execute("SELECT count(*) FROM comment").fetchall() == [(2,)]
    else:
        url = postgres.address(own.settings)
        old_one = postgres.beside(url, kept.replace("before-restore-", "_before_"))
        assert postgres.examined(old_one).counts["comment"] == 2
        with postgres.opened(url) as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{url.database}%",))
            assert {row[0] for row in found} == {url.database, old_one.database}


def test_it_can_be_put_back_again_and_again(own: Own) -> None:
    post = own.make.post()
    own.make.comment(post, "One.")
    backup = own.backup()
    own.restore(backup)
    own.make.comment(post, "Two.")
    second = own.backup()
    own.restore(backup)
    assert own.bodies() == ["One."]
    own.restore(second)
    assert own.bodies() == ["One.", "Two."] and len(left(own)) == 3


def test_who_was_erased_is_erased_again(own: Own) -> None:
    """The site knows it from its file, its table, or the backup from its own file."""
    post = own.make.post()
    numbers = [own.make.comment(post, body) for body in ("By the file.", "By the table.", "By the backup.", "Stays.")]
    backup = own.backup()
    file = own.settings.instance / tombstones.FILE
    with own.app.app_context():
        comments.erase(db.session.get_one(Comment, numbers[1]))
        file.unlink()
        comments.erase(db.session.get_one(Comment, numbers[0]))
    assert "1 comment" not in own.restore(backup).said
    assert own.bodies() == ["By the backup.", "Stays."]
    with own.app.app_context():
        comments.erase(db.session.get_one(Comment, numbers[2]))
        known = file.read_bytes()
    newer = own.backup()
    file.unlink()
    own.restore(newer)
    assert set(known.splitlines()) <= set(file.read_bytes().splitlines())
    own.restore(backup)
    assert own.bodies() == ["Stays."]


def test_an_older_database_is_brought_up_to_date(own: Own) -> None:
    own.make.comment(own.make.post(), "From before.")
    with own.app.app_context():
        downgrade(revision="-1")
    backup = own.backup()
    own.restore(backup)
    head = ScriptDirectory(str(config.ROOT / "hcpov" / "migrations")).get_current_head()
    with own.app.app_context():
        assert db.session.scalar(sa.text("SELECT version_num FROM alembic_version")) == head
    assert own.bodies() == ["From before."]


def test_a_running_site_is_refused(own: Own) -> None:
    backup = own.backup()
    own.close()
    with serving(own.settings, "--web-only"), pytest.raises(Refused, match="The site runs"):
        own.restore(backup)
    assert left(own) == []
    with running.stopped(own.settings.instance):
        for word in ("serve", "worker"):
            done = command(own, word)
            assert (done.returncode, done.stderr) == (
                1, "Error: A restore is under way. Start the site when it is over.\n",
            )  # fmt: skip
    own.restore(backup)


def test_somebody_with_the_database_open_is_refused(own: Own) -> None:
    backup = own.backup()
    words = "Somebody is connected" if POSTGRES else "Another program has the database open"
    with own.app.app_context(), db.engine.connect() as connection:
        connection.execute(sa.text("SELECT 1 FROM post"))
        refused = command(own, "restore", str(backup))
        assert refused.returncode == 1 and refused.stderr.startswith(f"Error: {words}")
    assert left(own) == []


def test_a_dry_run_changes_nothing_and_says_what_is_in_it(own: Own) -> None:
    own.make.comment(own.make.post())
    backup = own.backup()
    before = {path: path.stat().st_mtime_ns for path in own.settings.instance.rglob("*") if path.is_file()}
    done = command(own, "restore", "--dry-run", str(backup))
    assert done.returncode == 0 and "1 in comment" in done.stdout and "Nothing was changed." in done.stdout
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_damaged_site_can_be_replaced(own: Own) -> None:
    if POSTGRES:
        pytest.skip("damages the database's file")
    own.make.comment(own.make.post(), "Whole.")
    backup = own.backup()
    own.close()
    (own.settings.instance / "hcpov.sqlite3").write_bytes(b"not a database at all" * 1000)
    own.restore(backup)
    assert own.bodies() == ["Whole."]


def test_a_new_machine_gets_settings_and_the_key_with_its_backup(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    assert hcpov(old, "setup", "--here").returncode == 0
    (old / "hcpov.cfg").write_text("HCPOV_SITE_NAME = The Ward\nHCPOV_SMTP_URL = smtp://ada:word@mail.example.org\n")
    hcpov(old, "backup", "--with-secrets")
    (backup,) = (old / "backups").iterdir()
    done = hcpov(new, "restore", str(backup))
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert (new / "secret-key").read_text() == (old / "secret-key").read_text()
    assert "HCPOV_SMTP_URL = smtp://ada:word@mail.example.org\n" in (new / "hcpov.cfg").read_text()
    assert oct((new / "secret-key").stat().st_mode)[-3:] == oct((new / "hcpov.cfg").stat().st_mode)[-3:] == "600"
    listed = hcpov(old, "restore")
    assert listed.stdout.startswith(backup.name)
    assert hcpov(old, "restore", backup.name).returncode == 0


def command(own: Own, *words: str) -> subprocess.CompletedProcess[str]:
    """Runs `hcpov` on the site."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    given |= {"HCPOV_INSTANCE": str(own.settings.instance), "HCPOV_DATABASE_URL": own.settings.database_url}
    return subprocess.run(
        [sys.executable, "-m", "hcpov.cli", *words], cwd=config.ROOT, env=given, capture_output=True, text=True
    )
