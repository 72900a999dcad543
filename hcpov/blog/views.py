"""The pages readers come for."""

from typing import Any

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response as AnyResponse

from hcpov import languages
from hcpov.blog import defaults, queries, revisions, subjects
from hcpov.blog.models import Change
from hcpov.blog.revisions import RevisionRow
from hcpov.blog.rows import ArticleRow, BlogRow
from hcpov.pages.recording import show
from hcpov.web import article, chrome
from hcpov.web.finished import finished
from hcpov.web.paging import row_number
from hcpov.web.redirects import moved_for_good

blueprint = Blueprint("blog", __name__)

POST_ADDRESS = "/<blog:blog>/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/<slug:slug>/"


@blueprint.get("/")
@finished("before")
def home() -> AnyResponse:
    """The newest posts of all blogs."""
    if (request.args.keys() & {"p", "page_id"}) and (target := queries.moved("/", request.args)):
        return moved_for_good(target)
    before = row_number("before")
    listing, discussed = queries.latest(before), [] if before else queries.being_discussed()
    return chrome.page("blog/home.html", listing=listing, discussed=discussed, before=before)


@blueprint.get("/blogs/")
@finished()
def blogs() -> AnyResponse:
    """All blogs with what they are about."""
    show(subjects.BLOGS)  # the masthead has all of them, and asks for what they say as well
    return chrome.page("blog/blogs.html")


@blueprint.get("/<blog:blog>/")
@finished("before")
def blog_home(blog: str) -> AnyResponse:
    """One blog: its posts, About, editors, archive."""
    found, before = _blog(blog), row_number("before")
    return chrome.page(
        "blog/blog.html",
        blog=found,
        listing=queries.latest(before, found.id),
        editors=queries.editors(found.id),
        months=queries.months(found.id),
        before=before,
    )


@blueprint.get("/<blog:blog>/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/")
@finished("before")
def month(blog: str, year: int, month: int) -> AnyResponse:
    """One blog's posts of one month. A month without posts is no page."""
    if not 1 <= month <= 12:
        abort(404)
    found = _blog(blog)
    before = row_number("before")
    listing = queries.month(found.id, year, month, before)
    if not listing.posts:
        abort(404)
    name = languages.month_name(year, month)
    return chrome.page("blog/month.html", blog=found, listing=listing, month=name, before=before)


@blueprint.get("/tags/<slug:tag>/")
@finished("before")
def tag(tag: str) -> AnyResponse:
    """The posts of all blogs under a tag. A tag without public posts is no page: it may be a draft's."""
    found, before = queries.tag_named(tag) or abort(404), row_number("before")
    listing = queries.tagged(found.id, before)
    if not listing.posts:
        abort(404)
    return chrome.page("blog/tag.html", tag=found, listing=listing, before=before)


@blueprint.get(POST_ADDRESS)
@finished("after", **article.HOLES)
def post(blog: str, year: int, month: int, slug: str) -> AnyResponse:
    """A post and its thread."""
    return _read(queries.article(blog, year, month, slug))


@blueprint.get("/pages/<slug:slug>/")
@finished("after", **article.HOLES)
def site_page(slug: str) -> AnyResponse:
    """A page of the site."""
    found = queries.site_page(slug)
    if found is None and (default := defaults.page(slug)):
        return chrome.page("blog/default.html", page=default)
    return _read(found)


@blueprint.get(f"{POST_ADDRESS}history")
@finished()
def history(blog: str, year: int, month: int, slug: str) -> AnyResponse:
    """What was changed in a post since it was published, and why."""
    return _history(queries.article(blog, year, month, slug))


@blueprint.get("/pages/<slug:slug>/history")
@finished()
def page_history(slug: str) -> AnyResponse:
    """What was changed in a page of the site, and why."""
    return _history(queries.site_page(slug))


@blueprint.get("/<blog:blog>/write-for-us")
@finished()
def write_for_us(blog: str) -> AnyResponse:
    """How to write for a blog. A blog that says nothing of it has no such page."""
    found = _blog(blog)
    if not found.write_for_us_html:
        abort(404)
    return chrome.page("blog/write_for_us.html", blog=found)


def _blog(slug: str) -> BlogRow:
    return queries.blog_named(slug) or abort(404)


def _read(found: ArticleRow | None) -> AnyResponse:
    if found is None:
        abort(404)
    if found.withdrawn:
        return _withdrawn(found)
    receipt = request.cookies.get("receipt")
    answer = article.page(
        found, article.empty_form(found), after=row_number("after"), parent=row_number("reply"), receipt=receipt
    )
    if receipt:  # shown this once
        answer.delete_cookie("receipt", path=found.path)
        answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _withdrawn(found: ArticleRow) -> AnyResponse:
    notice = next((each for each in found.notices if each.kind == Change.WITHDRAWAL), None)
    return chrome.page("blog/withdrawn.html", 410, notice=notice)


def _history(found: ArticleRow | None) -> AnyResponse:
    """Five queries: the article's two, the masthead's, all revisions, and the texts of those that are compared."""
    if found is None:
        abort(404)
    if found.withdrawn:
        return _withdrawn(found)
    rows, since = revisions.only_public(revisions.of_post(found.id))
    asked = _asked_for(rows)
    changes = revisions.compared(found.id, [asked] if asked else revisions.steps(rows))
    noticed = {notice.number for notice in found.notices}
    context: dict[str, Any] = {"rows": rows, "since": since, "changes": changes, "asked": asked, "noticed": noticed}
    return chrome.page("blog/history.html", post=found, **context)


def _asked_for(rows: list[RevisionRow]) -> tuple[RevisionRow, RevisionRow] | None:
    """Returns the two revisions in `?compare=2..4`. Anything that names no two of them is no page: 404."""
    text = request.args.get("compare")
    if text is None:
        return None
    by_number = {str(row.number): row for row in rows}
    pair = [by_number.get(number) or abort(404) for number in text.split("..", 1)]
    return (pair[0], pair[1]) if len(pair) == 2 else abort(404)
