"""A site with something of everything in it, and ways to look into its backups."""

import io
import secrets
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask

from hcpov.auth import tombstones
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.media.models import Picture
from hcpov.ops.backups import taking
from hcpov.ops.backups.taking import Taken
from hcpov.text import pictures
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
