"""A site with something of everything in it, and ways to look into its backups."""

import io
import secrets
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
import pytest
import sqlalchemy as sa
from flask import Flask

from hcpov.app import create_app
from hcpov.auth import tombstones
from hcpov.comments.models import Comment
from hcpov.config import Settings
from hcpov.extensions import db, huey
from hcpov.media.models import Picture
from hcpov.ops.backups import restoring, taking
from hcpov.ops.backups.restoring import Restored
from hcpov.ops.backups.taking import Taken
from hcpov.ops.schema import upgrade
from hcpov.text import pictures
from tests.conftest import POSTGRES
from tests.make import Make

Take = Callable[..., Taken]


@contextmanager
def quiet(_label: str, length: int) -> Iterator[Any]:
    """Shows progress to nobody."""
    with click.progressbar(length=length, file=io.StringIO()) as bar:
        yield bar


def contents(backup: Path) -> dict[str, bytes]:
    """Returns the files of a backup in the order they lie in it, as any tar reads them."""
    with tarfile.open(backup, "r:gz") as tar:
        return {info.name: (tar.extractfile(info) or io.BytesIO()).read() for info in tar}


def pictured(app: Flask, folder: Path) -> list[str]:
    """Keeps a picture with its forms, and returns the names of their files."""
    digest = secrets.token_hex(32)
    names = list(pictures.names(digest, 1000, 700).values())
    (folder / "media").mkdir(exist_ok=True)
    for name in names:
        (folder / "media" / name).write_bytes(b"RIFF" + name.encode() * 50)
    with app.app_context():
        db.session.add(Picture(digest=digest, name="ward.png", width=1000, height=700))
        db.session.commit()
    return names


@pytest.fixture(autouse=True)
def clean(settings: Settings) -> Iterator[None]:
    """Leaves no file of a test to the next one: they share an instance folder."""
    yield
    for name in (tombstones.FILE, "hcpov.cfg"):
        (settings.instance / name).unlink(missing_ok=True)
    for path in (settings.instance / "media").glob("*"):
        path.unlink()


@pytest.fixture
def site(app: Flask, make: Make, settings: Settings) -> list[str]:
    """A post with two comments, a member, a picture; returns the names of the picture's files."""
    post = make.post()
    make.account()
    for body in ("The first of them.", "The second of them."):
        make.comment(post, body)
    return pictured(app, settings.instance)


@pytest.fixture
def take(settings: Settings, tmp_path: Path) -> Take:
    """Takes a backup into a folder of the test's own."""

    def taken(to: Path | None = tmp_path / "kept", with_secrets: bool = False, **changed: Any) -> Taken:
        return taking.take(replace(settings, **changed), to, with_secrets, quiet)

    return taken


@dataclass(frozen=True)
class Own:
    """A site that no other test has: restores want it stopped."""

    app: Flask
    settings: Settings
    make: Make
    folder: Path

    def backup(self) -> Path:
        """Takes a backup."""
        return taking.take(self.settings, self.folder, False, quiet).path

    def close(self) -> None:
        """Closes the application's connections, as stopping the site does."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def restore(self, backup: Path | str) -> Restored:
        """Puts a backup back."""
        self.close()
        return restoring.restore(self.settings, str(backup), quiet)

    def bodies(self) -> list[str]:
        """Returns the comments, the oldest first."""
        with self.app.app_context():
            return list(db.session.scalars(db.select(Comment.body).order_by(Comment.id)))


@pytest.fixture
def own(app: Flask, settings: Settings, tmp_path: Path) -> Iterator[Own]:
    """A site of the test's own, on SQLite or PostgreSQL, with a post in it."""
    url = _database(tmp_path.name) if POSTGRES else ""
    mine = replace(settings, instance=tmp_path / "instance", database_url=url)
    made = create_app(mine)
    with made.app_context():
        upgrade()
    site = Own(made, mine, Make(made), tmp_path / "kept")
    yield site
    site.close()
    huey.init_app(app, settings.instance / "jobs.sqlite3")  # the newest application had taken it


def _database(name: str) -> str:
    server = sa.create_engine(POSTGRES.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "own_{name}"')
    server.dispose()
    return sa.make_url(POSTGRES).set(drivername="postgresql+psycopg", database=f"own_{name}").render_as_string(False)
