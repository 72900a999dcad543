"""Writes of whole sites: each in one transaction, so that a failure leaves nothing half-written."""

from pathlib import Path

from sqlalchemy import select

from hcpov.blog.models import Blog
from hcpov.extensions import db
from hcpov.transfer import demo
from hcpov.transfer.demo import Written


def write_demo(folder: Path) -> Written | None:
    """Writes the demo in `folder` and an administrator; returns None, writing nothing, when there is a blog. Commits."""
    if db.session.scalar(select(Blog.id).limit(1)) is not None:
        return None
    people = demo.add_people(folder)
    password = demo.add_admin()
    blogs = demo.add_blogs(folder, people)
    posts = sorted((folder / "posts").glob("*.toml"))
    comments = sum(demo.add_post(path, people, blogs) for path in posts)
    db.session.commit()
    return Written(len(blogs), len(posts), comments, demo.ADMIN_EMAIL, password)
