"""The pages readers come for."""

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hcpov import config
from hcpov.blog import queries
from hcpov.blog.rows import ArticleRow, BlogRow
from hcpov.text import dates
from hcpov.web import article, chrome
from hcpov.web.paging import row_number
from hcpov.web.redirects import moved_for_good

blueprint = Blueprint("blog", __name__)

POLICY = "comment-policy"
POST_ADDRESS = "/<blog:blog>/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/<slug:slug>/"


@blueprint.get("/")
def home() -> AnyResponse:
    """The newest posts of all blogs."""
    if (request.args.keys() & {"p", "page_id"}) and (target := queries.moved("/", request.args)):
        return moved_for_good(target)
    before = row_number("before")
    listing, discussed = queries.latest(before), queries.being_discussed()
    return chrome.page("blog/home.html", listing=listing, discussed=discussed, before=before)


@blueprint.get("/blogs/")
def blogs() -> AnyResponse:
    """All blogs with what they are about."""
    return chrome.page("blog/blogs.html")


@blueprint.get("/<blog:blog>/")
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
def month(blog: str, year: int, month: int) -> AnyResponse:
    """One blog's posts of one month. A month without posts is no page."""
    if not 1 <= month <= 12:
        abort(404)
    found = _blog(blog)
    listing = queries.month(found.id, year, month, row_number("before"))
    if not listing.posts:
        abort(404)
    return chrome.page("blog/month.html", blog=found, listing=listing, month=dates.month_name(year, month))


@blueprint.get(POST_ADDRESS)
def post(blog: str, year: int, month: int, slug: str) -> AnyResponse:
    """A post and its thread."""
    return _read(queries.article(blog, year, month, slug))


@blueprint.get("/pages/<slug:slug>/")
def site_page(slug: str) -> AnyResponse:
    """A page of the site."""
    found = queries.site_page(slug)
    if found is None and slug == POLICY:  # every site has one, also before somebody writes its own
        return chrome.page("blog/policy.html", edit_minutes=config.current().edit_minutes)
    return _read(found)


@blueprint.get("/feed.atom")
def site_feed() -> Response:
    """The newest posts of all blogs as Atom (RFC 4287)."""
    return _atom(None)


@blueprint.get("/<blog:blog>/feed.atom")
def blog_feed(blog: str) -> Response:
    """A blog's newest posts as Atom."""
    return _atom(_blog(blog))


def _blog(slug: str) -> BlogRow:
    return queries.blog_named(slug) or abort(404)


def _read(found: ArticleRow | None) -> AnyResponse:
    if found is None:
        abort(404)
    if found.withdrawn:
        abort(410)
    receipt = request.cookies.get("receipt")
    answer = article.page(
        found, article.empty_form(found), after=row_number("after"), parent=row_number("reply"), receipt=receipt
    )
    if receipt:  # shown this once
        answer.delete_cookie("receipt", path=found.path)
        answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _atom(blog: BlogRow | None) -> Response:
    posts = queries.feed(blog.id if blog else None)
    site = config.current().site_url
    path = blog.path if blog else "/"
    body = render_template(
        "blog/feed.atom",
        posts=posts,
        title=blog.name if blog else config.current().site_name,
        subtitle=blog.tagline if blog else "",
        site=site,
        path=path,
        updated=dates.machine(queries.newest_change(posts)),
    )
    return Response(body, mimetype="application/atom+xml")
