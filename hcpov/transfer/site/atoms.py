"""Feeds of the site and of each blog as Atom, whole: the same entries under the same ids, from the newest on."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from flask import current_app
from sqlalchemy import select

from hcpov import config
from hcpov.blog.feeds import posts, queries
from hcpov.blog.feeds.queries import Source
from hcpov.blog.feeds.rows import Entry, Feed
from hcpov.blog.models import Blog
from hcpov.extensions import db
from hcpov.text.plain import storable
from hcpov.transfer.site.packing import Package

_PIECES = 40  # of a template, written as one


def write(package: Package, step: Callable[[int], None]) -> int:
    """Writes the feeds; returns how many there are."""
    slugs = list(db.session.scalars(select(Blog.slug).order_by(Blog.id)))
    package.put("feeds/site.atom", _atom(queries.site(None), step))
    for slug in slugs:
        source = queries.blog(slug, None)
        assert source is not None
        package.put(f"feeds/{slug}/blog.atom", _atom(source, step))
    return 1 + len(slugs)


def _atom(source: Source, step: Callable[[int], None]) -> Iterator[bytes]:
    first = posts.feed(source, None)
    entries: Any = _entries(source, first, step)  # gone through once, by the template
    feed = replace(first, entries=entries, older=None)
    template = current_app.jinja_env.get_template("web/feeds/atom.xml")
    pieces = template.stream(feed=feed, icon=f"{config.current().site_url}/static/img/icon.svg")
    pieces.enable_buffering(_PIECES)
    for piece in pieces:
        yield storable(piece).encode()


def _entries(source: Source, page: Feed, step: Callable[[int], None]) -> Iterator[Entry]:
    while True:
        yield from page.entries
        step(len(page.entries))
        db.session.expunge_all()
        if page.older is None:
            return
        page = posts.feed(source, page.older)
