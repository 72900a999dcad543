"""Writes of whole sites: each in one transaction, so that a failure leaves nothing half-written.

Only commands ask for them. What reads old markup takes 12 MB, which the servers go without.
"""

from pathlib import Path

from sqlalchemy import select

from hcpov.blog.models import Blog
from hcpov.extensions import db
from hcpov.search import index
from hcpov.transfer import demo, wordpress
from hcpov.transfer.arrivals import put
from hcpov.transfer.demo import Written
from hcpov.transfer.intake import Progress, made_ready
from hcpov.transfer.report import Report


def write_demo(folder: Path) -> Written | None:
    """Writes the demo in `folder` and an administrator; returns None, writing nothing, when there is a blog."""
    if db.session.scalar(select(Blog.id).limit(1)) is not None:
        return None
    people = demo.add_people(folder)
    password = demo.add_admin()
    blogs = demo.add_blogs(folder, people)
    posts = sorted((folder / "posts").glob("*.toml"))
    comments = sum(demo.add_post(path, people, blogs) for path in posts)
    db.session.commit()
    return Written(len(blogs), len(posts), comments, demo.ADMIN_EMAIL, password)


def import_wordpress(file: Path, slug: str, name: str, progress: Progress) -> Report:
    """Takes a WordPress export into the blog `slug`, which is made when it is new. Commits all of it or none.

    Raises BadExport, having written nothing, for a file that cannot be read whole. What an earlier import wrote is
    known again by its origin and left alone. Searching finds it after `search.actions.catch_up`, which the caller does,
    or the worker.
    """
    export = wordpress.read(file)
    report = Report()
    try:
        put(made_ready(export, slug, name, progress, report), export, report)
        index.put_off(db.session.connection())
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    return report
