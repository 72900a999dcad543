"""The addresses of feeds."""

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from hcpov.blog.feeds import posts, queries
from hcpov.blog.feeds.queries import Source, ThreadSource
from hcpov.blog.feeds.rows import Feed
from hcpov.comments import feeds as threads
from hcpov.web import feeds
from hcpov.web.finished import finished
from hcpov.web.paging import row_number

blueprint = Blueprint("feeds", __name__)

KIND = "<any(atom,rss,json):kind>"
POST = "/<blog:blog>/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/<slug:slug>"


@blueprint.get(f"/feed.{KIND}")
@finished("before")
def site(kind: str) -> Response:
    """The newest posts of all blogs."""
    return _posts(queries.site(row_number("before")), kind)


@blueprint.get(f"/<blog:blog>/feed.{KIND}")
@finished("before")
def blog(blog: str, kind: str) -> Response:
    """A blog's newest posts."""
    return _posts(queries.blog(blog, row_number("before")), kind)


@blueprint.get(f"/tags/<slug:tag>/feed.{KIND}")
@finished("before")
def tag(tag: str, kind: str) -> Response:
    """The newest posts under a tag. Without a post there is no feed: the tag may be a draft's."""
    found = queries.tag(tag, row_number("before"))
    return _posts(found, kind, may_be_empty=False)


@blueprint.get(f"{POST}/comments.{KIND}")
@finished("before")
def thread(blog: str, year: int, month: int, slug: str, kind: str) -> Response:
    """The newest comments on a post."""
    return _comments(queries.post(blog, year, month, slug), kind)


@blueprint.get(f"/pages/<slug:slug>/comments.{KIND}")
@finished("before")
def page_thread(slug: str, kind: str) -> Response:
    """The newest comments on a page of the site."""
    return _comments(queries.site_page(slug), kind)


def _posts(source: Source | None, kind: str, may_be_empty: bool = True) -> Response:
    before = row_number("before")
    return _answer(posts.feed(source or abort(404), before), kind, may_be_empty and before is None)


def _comments(source: ThreadSource | None, kind: str) -> Response:
    if source is None:
        abort(404)
    if source.withdrawn:
        abort(410)
    before = row_number("before")
    return _answer(threads.feed(source, before), kind, before is None)


def _answer(feed: Feed, kind: str, may_be_empty: bool) -> Response:
    """Answers with a feed. A page with nothing on it is none: whoever walks back must not take it for the end."""
    return feeds.answer(feed, kind) if feed.entries or may_be_empty else abort(404)
