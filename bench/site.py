"""The site that is measured: 200 posts, the newest with fifty comments, and a member who can sign in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from bench.data import fill, newest_path
from hcpov.blog.models import Post
from hcpov.config import Settings
from hcpov.extensions import db
from tests.make import MadeAccount, Make

POSTS, COMMENTS = 200, 2_000


@dataclass(frozen=True)
class Site:
    """A site in a folder of its own: its application, its newest post, and somebody who can sign in."""

    folder: Path
    app: Flask
    post: str
    member: MadeAccount

    @property
    def settings(self) -> Settings:
        """What the site runs with."""
        settings: Settings = self.app.config["HCPOV"]
        return settings

    def posts(self) -> list[tuple[int, str]]:
        """Returns number and address of all posts, newest first."""
        with self.app.app_context():
            found = db.session.scalars(db.select(Post).order_by(Post.published_at.desc()))
            return [(each.id, f"/{each.blog.slug}/{each.year:04}/{each.month:02}/{each.slug}/") for each in found]


@contextmanager
def made() -> Iterator[Site]:
    """Makes the site in a temporary folder, gone at the end."""
    with TemporaryDirectory() as folder:
        app = fill(Path(folder, "site"), POSTS, COMMENTS)
        yield Site(Path(folder), app, newest_path(app), Make(app).account("Maeve Neil"))
