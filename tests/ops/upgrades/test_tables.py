"""The tables kept and put back as a whole, and migrations that two processes begin at once, on both databases."""

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from hcpov import clock, config
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.ops import revisions
from hcpov.ops.schema import move
from hcpov.ops.upgrades import tables
from tests.live import environment_of, get, post, serving
from tests.ops.backups.conftest import Own
from tests.ops.upgrades.conftest import MOOD


def test_they_come_back_as_they_were_while_others_have_them_open(own: Own, tmp_path: Path) -> None:
    entry = own.make.post()
    own.make.comment(entry, "Before it.")
    kept = tmp_path / "kept.tables"
    assert tables.keep(own.settings, kept).counts["comment"] == 1
    own.make.comment(entry, "After it.")
    with own.app.app_context():
        db.session.execute(sa.text("CREATE TABLE mood (id integer PRIMARY KEY)"))
        db.session.execute(sa.text("ALTER TABLE comment ADD COLUMN mood integer"))
        db.session.execute(sa.text(f"UPDATE alembic_version SET version_num = '{MOOD}'"))
        db.session.commit()
        assert own.bodies() == ["Before it.", "After it."]  # a connection that stays open
        assert tables.revision(own.settings) == MOOD
        db.session.rollback()
        tables.put_back(own.settings, kept)
    assert tables.revision(own.settings) == revisions.head() and own.bodies() == ["Before it."]
    with own.app.app_context():
        found = sa.inspect(db.engine)
        assert "mood" not in found.get_table_names()
        assert "mood" not in {column["name"] for column in found.get_columns("comment")}
        number = db.session.scalar(sa.select(sa.func.max(Comment.id)))
    own.make.comment(entry, "And on.")
    assert own.bodies() == ["Before it.", "And on."] and number is not None


def test_what_was_written_since_is_counted(own: Own) -> None:
    entry = own.make.post()
    moment = clock.now()
    assert "comments" not in tables.written_since(own.settings, moment)
    own.make.account()
    number = own.make.comment(entry, "Since then.")
    with own.app.app_context():
        db.session.get_one(Comment, number).created_at = clock.now()
        db.session.commit()
    assert tables.written_since(own.settings, moment) == {"comments": 1, "accounts": 1}


def test_two_processes_that_begin_at_once_migrate_once(own: Own) -> None:
    """From the first tables to the newest, with a site that serves meanwhile; both say that it is well."""
    entry = own.make.post()
    own.make.comment(entry, "From before.")
    with own.app.app_context():
        move("20261122_lists")
    own.close()
    words = [sys.executable, "-m", "hcpov.cli", "upgrade", "--tables", "head"]
    given = environment_of(own.settings)
    with serving(own.settings, "--web-only") as address:
        pipe = subprocess.PIPE
        both = [
            subprocess.Popen(words, cwd=config.ROOT, env=given, stdout=pipe, stderr=pipe, text=True) for _ in range(2)
        ]
        said = [each.communicate(timeout=120) for each in both]
        assert [each.returncode for each in both] == [0, 0], said
        ran = [line for _, error in said for line in error.splitlines() if "Running upgrade" in line]
        assert len(ran) <= len(set(ran)), ran
        assert get(address, entry.path)[0] == 200
        assert post(address, "/comments/1/report", {"reason": "Look at this."})[0] in {200, 404}
    assert tables.revision(own.settings) == revisions.head() and own.bodies() == ["From before."]
