"""A site as ops have it: code in a folder, an environment, an instance, services that are started anew; all real.

What stands for systemd is a script that keeps one `hcpov serve` running from the folder that it is told.
"""

import itertools
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from hcpov.ops import revisions
from hcpov.ops.upgrades import releases
from tests.conftest import POSTGRES
from tests.house.tree import ROOT
from tests.live import free_port
from tests.ops.backups.conftest import own as own
from tests.ops.upgrades import killing

MIGRATION = '''"""A mood for each post."""

import sqlalchemy as sa
from alembic import op

revision = "20270101_mood"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table."""
    op.create_table("mood", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("word", sa.String(20)))
    op.execute("INSERT INTO mood (word) SELECT 'calm' FROM post")


def downgrade() -> None:
    """Takes it away."""
    op.drop_table("mood")
'''
MOOD = "20270101_mood"
_NUMBER = itertools.count()
SECRET = "the tests' own secret, known to all of them"

SYSTEMCTL = """#!/bin/bash
# systemctl for one service: is-active, show, restart.
state={state}
case $1 in
is-active) [ "$3" = hcpov-web ] ;;
show) case $3 in *WorkingDirectory) echo {home}/current ;; esac ;;
daemon-reload) ;;
restart)
    exec 9>$state/lock # one at a time, as systemd does it
    flock 9
    old=$(cat $state/pid 2>/dev/null)
    [ -z "$old" ] || kill "$old"
    while [ -n "$old" ] && kill -0 "$old" 2>/dev/null; do sleep 0.05; done
    cd {home}/current && exec setsid .venv/bin/python -m hcpov.cli serve </dev/null >>$state/log 2>&1 9>&- &
    echo $! >$state/pid ;;
esac
"""


@dataclass
class Home:
    """The folder of a site, and the ways in which ops look after it."""

    folder: Path
    database: str
    port: int = field(default_factory=free_port)

    @property
    def instance(self) -> Path:
        return self.folder / "instance"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What commands are given; the secret is that of the tests' application, which can read codes."""
        left = ("HCPOV_", "PYTHONDONTWRITEBYTECODE")  # ops set no such
        known = {name: value for name, value in os.environ.items() if not name.startswith(left)}
        path = f"{self.folder}/bin:{known['PATH']}"
        mine = {"HCPOV_BIND": f"127.0.0.1:{self.port}", "HCPOV_SITE_URL": self.address, "HCPOV_RATE_LIMITS": "off"}
        return (
            known
            | mine
            | {"HCPOV_DATABASE_URL": self.database, "HCPOV_WORKERS": "1", "HCPOV_SECRET_KEY": SECRET, "PATH": path}
        )

    @property
    def code(self) -> Path:
        """Where the code in use lies."""
        return (self.folder / "current").resolve() if (self.folder / "current").is_symlink() else self.folder

    def started(self, *words: str, kill: str = "") -> "subprocess.Popen[str]":
        """Starts a command of the code in use; an upgrade can be killed at a moment (`killing.py`)."""
        return subprocess.Popen(
            [str(self.code / ".venv/bin/python"), "-m", "hcpov.cli", *words],
            cwd=self.code,
            env=self.environment | {killing.VARIABLE: kill},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str, kill: str = "") -> tuple[int, str]:
        """Runs a command to its end; returns its exit code and all that it said, and who stood by."""
        with self.started(*words, kill=kill) as process:
            said, _ = process.communicate(timeout=600)
            return process.returncode, said

    def asked(self, query: str) -> list[str]:
        """Returns the first column of what the database answers."""
        if self.database:
            url = self.database.replace("+psycopg", "")
            with psycopg.connect(url) as connection:
                return [str(row[0]) for row in connection.execute(query.encode())]
        with closing(sqlite3.connect(self.instance / "hcpov.sqlite3")) as connection_:
            return [str(row[0]) for row in connection_.execute(query)]

    def write(self, statement: str) -> None:
        """Changes the database behind the site's back."""
        if self.database:
            with psycopg.connect(self.database.replace("+psycopg", "")) as connection:
                connection.execute(statement.encode())
            return
        with closing(sqlite3.connect(self.instance / "hcpov.sqlite3")) as connection_, connection_:
            connection_.execute(statement)

    @property
    def revision(self) -> str:
        return self.asked("SELECT version_num FROM alembic_version")[0]

    def state(self) -> dict[str, object]:
        """Returns all that must be as before when an upgrade did not succeed."""
        tables = ("post", "comment", "account", "blog", "message", "subscription")
        folder = self.folder / "releases"
        link = self.folder / "current"
        return {
            "rows": {table: sorted(self.asked(f"SELECT id FROM {table}")) for table in tables},
            "words": sorted(self.asked("SELECT body FROM comment")),
            "revision": self.revision,
            "tables": sorted(self.asked(self._tables)),
            "link": str(link.readlink()) if link.is_symlink() else "",
            "releases": sorted(each.name for each in folder.iterdir()) if folder.is_dir() else [],
        }

    @property
    def _tables(self) -> str:
        if self.database:
            return "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"

    def service(self) -> None:
        """Lets what stands for systemd run the site from the link."""
        state = self.folder / "service"
        state.mkdir(exist_ok=True)
        script = self.folder / "bin" / "systemctl"
        script.parent.mkdir(exist_ok=True)
        script.write_text(SYSTEMCTL.format(state=state, home=self.folder))
        script.chmod(0o755)
        if not (self.folder / "current").is_symlink():
            (self.folder / "current").symlink_to(".")
        subprocess.run([str(script), "restart", "hcpov-web"], env=self.environment, check=True)

    def stop(self) -> None:
        """Stops the service, if there is one."""
        file = self.folder / "service" / "pid"
        if file.exists():
            with suppress(ProcessLookupError):
                os.kill(int(file.read_text()), signal.SIGTERM)


def source(to: Path, version: str, migration: bool = True) -> Path:
    """Writes a version of this program, with another number and one migration more."""
    for name in ("hcpov", "templates", "static"):
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml", "requirements.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, to / name)
    file = to / "setup.cfg"
    file.write_text(re.sub(r"(?m)^version = .*$", f"version = {version}", file.read_text()))
    if migration:
        new = to / "hcpov" / "migrations" / "versions" / "2027_01_01_mood.py"
        new.write_text(MIGRATION.format(head=revisions.head()))
    return to


def environment(folder: Path) -> None:
    """Gives code an environment that finds the packages of this one, without a network."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / ".venv")], check=True)
    (there,) = (folder / ".venv" / "lib").glob("python*/site-packages")
    (there / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")


def compiled(folder: Path) -> None:
    """Compiles code once, and not in each process: who runs it may not write there, or is told not to."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(folder / "hcpov")], check=True)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A site with a demo, with version 0.2.0 installed beside it and not used. Not to be changed."""
    folder = tmp_path_factory.mktemp("upgrades") / "site"
    home = Home(folder, _database(f"{os.getpid()}_installed") if POSTGRES else "")
    source(home.folder, "0.1.0", migration=False)
    environment(home.folder)
    killing.install(home.folder / ".venv")
    compiled(home.folder)
    assert home.run("setup", "--here")[0] == 0
    assert home.run("demo")[0] == 0
    new = source(home.folder / "releases" / "0.2.0-new", "0.2.0")
    environment(new)
    compiled(new)
    (new / "instance").symlink_to(home.instance)
    releases.tell(releases.Release(new), releases.Story())
    return home


def copied(installed: Home, folder: Path) -> Home:
    """Copies a site, with its database."""
    shutil.copytree(installed.folder, folder, symlinks=True)
    new = folder / "releases" / "0.2.0-new"
    (new / "instance").unlink()
    (new / "instance").symlink_to(folder / "instance")
    story = new / releases.FILE
    story.write_text(story.read_text().replace(str(installed.folder), str(folder)))
    name = f"{os.getpid()}_{next(_NUMBER)}"
    return Home(folder, _database(name, installed.database) if POSTGRES else "")


@pytest.fixture
def home(installed: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of that site for one test, on SQLite or PostgreSQL."""
    site = copied(installed, tmp_path / "site")
    yield site
    site.stop()


@pytest.fixture(scope="session")
def moved(installed: Home, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Such a site that went to version 0.2.0. Not to be changed."""
    site = copied(installed, tmp_path_factory.mktemp("moved") / "site")
    code, said = site.run("upgrade", "0.2.0")
    assert code == 0, said
    return site


@pytest.fixture
def upgraded(moved: Home, tmp_path: Path) -> Home:
    """A copy of that site for one test. It does not run."""
    return copied(moved, tmp_path / "site")


def _database(name: str, like: str = "") -> str:
    """Makes a database of PostgreSQL, empty or a copy of another, and returns its address."""
    server = sa.create_engine(POSTGRES.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    template = f' TEMPLATE "{sa.make_url(like).database}"' if like else ""
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "up_{name}"{template}')
    server.dispose()
    return sa.make_url(POSTGRES).set(database=f"up_{name}").render_as_string(False)
