"""The addresses that machines and quoting people ask: robots, sitemaps, cards of shared pages, citations."""

from datetime import timedelta

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from hcpov import clock, config, languages
from hcpov.blog import defaults
from hcpov.blog import queries as blogs
from hcpov.blog.machines import cards, citations, queries
from hcpov.blog.machines.cards import Card
from hcpov.blog.machines.queries import Place
from hcpov.blog.rows import ArticleRow, written_by
from hcpov.extensions import limiter
from hcpov.pages.recording import show_until
from hcpov.profiles import queries as people
from hcpov.text.plain import storable
from hcpov.web import chrome
from hcpov.web.finished import finished
from hcpov.web.redirects import moved_for_good

blueprint = Blueprint("machines", __name__)

POST = "/<blog:blog>/<int(fixed_digits=4):year>/<int(fixed_digits=2):month>/<slug:slug>"
DRAWN = "60/minute"  # what was drawn is answered before anything is counted
PEOPLE = "60/minute"
# What is nobody's to find: pages for one reader, forms, and other ways to the same texts. A word is closed as a whole,
# so that a blog can be called desktop-medicine (RFC 9309 2.2.3).
CLOSED = "account captcha confirm desk join my-data preview receipts reset sign-in updates verify".split()
WAYS = ("/search?", "/*/updates$", "/comments/*/report", "/*?reply=", "/*?compare=")


@blueprint.get("/robots.txt")
@finished()
def robots() -> AnyResponse:
    """What searching machines may ask for, and where everything is listed."""
    closed = [f"/{word}{end}" for word in CLOSED for end in ("$", "?", "/")]
    rules = ["User-agent: *", *(f"Disallow: {each}" for each in (*closed, *WAYS)), ""]
    return _answer("\n".join([*rules, f"Sitemap: {config.current().site_url}/sitemap.xml", ""]), "text/plain")


@blueprint.get("/sitemap.xml")
@finished()
def sitemap() -> AnyResponse:
    """All parts of the sitemap."""
    parts = [("sitemap-site.xml", "")]
    parts += [(f"sitemap-posts-{number}.xml", changed) for number, changed in queries.parts_of_posts()]
    parts += [(f"sitemap-tags-{number}.xml", "") for number in queries.parts_of_tags()]
    parts += [(f"sitemap-people-{number}.xml", "") for number in range(people.parts())]
    return _xml("web/sitemap_index.xml", parts=parts)


@blueprint.get("/sitemap-site.xml")
@finished()
def sitemap_of_site() -> AnyResponse:
    """The pages there is one of: homes, and what every site says of itself."""
    fixed = ["/", "/blogs/", "/moderation/", *(f"/pages/{slug}/" for slug in defaults.PAGES)]
    return _part([*map(Place, fixed), *queries.blogs()])


@blueprint.get("/sitemap-posts-<int(max=9999999):part>.xml")
@finished()
def sitemap_of_posts(part: int) -> AnyResponse:
    """The posts and pages with some thousand numbers."""
    return _part(queries.posts(part) if _is_written(part) else [])


@blueprint.get("/sitemap-tags-<int(max=9999999):part>.xml")
@finished()
def sitemap_of_tags(part: int) -> AnyResponse:
    """The tags with some thousand numbers."""
    return _part(queries.tags(part) if _is_written(part) else [])


@blueprint.get("/sitemap-people-<int(max=9999999):part>.xml")
@limiter.limit(PEOPLE)
def sitemap_of_people(part: int) -> AnyResponse:
    """The members with some thousand numbers. Not kept: who leaves is gone from it at once."""
    return _part([Place(path) for path in people.listed(part)] if _is_written(part) else [])


@blueprint.get("/card.png")
@limiter.limit(DRAWN)
@finished()
def card_of_site() -> AnyResponse:
    """The card of the site."""
    return _drawn(Card(config.current().site_name, "", config.current().site_name))


@blueprint.get("/<blog:blog>/card.png")
@limiter.limit(DRAWN)
@finished()
def card_of_blog(blog: str) -> AnyResponse:
    """The card of a blog."""
    found = blogs.blog_named(blog) or abort(404)
    return _drawn(Card(config.current().site_name, "", found.name, by=found.tagline))


@blueprint.get(f"{POST}/card.png")
@limiter.limit(DRAWN)
@finished()
def card(blog: str, year: int, month: int, slug: str) -> AnyResponse:
    """The card of a post. What is not public has none."""
    found = blogs.article(blog, year, month, slug)
    if found is None or found.withdrawn:
        abort(404)
    author = written_by(found)
    by = ", ".join(each for each in (author.name, author.title, author.place) if each) if author else ""
    day = languages.long_day(found.published_on)
    return _drawn(Card(config.current().site_name, found.blog.name, found.title, by, day))


@blueprint.get(f"{POST}/cite")
@finished()
def cite(blog: str, year: int, month: int, slug: str) -> AnyResponse:
    """How to cite a post, to be copied or taken as a file. True for the day on which it is read."""
    found = _citable(blog, year, month, slug)
    here = clock.now().astimezone(config.current().zone)
    show_until(here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1))
    return chrome.page("blog/cite.html", post=found, words=citations.plain(_cited(found), here.date()))


@blueprint.get(f"{POST}/cite.<any(bib,ris):style>")
@finished()
def cite_as(blog: str, year: int, month: int, slug: str, style: str) -> AnyResponse:
    """The citation of a post for programs that keep references."""
    cited = _cited(_citable(blog, year, month, slug))
    text = citations.bibtex(cited) if style == "bib" else citations.ris(cited)
    answer = _answer(storable(text), citations.KINDS[style])
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug}.{style}"'
    return answer


def _citable(blog: str, year: int, month: int, slug: str) -> ArticleRow:
    found = blogs.article(blog, year, month, slug) or abort(404)
    return abort(410) if found.withdrawn else found


def _cited(article: ArticleRow) -> citations.Cited:
    return citations.of_article(article, config.current().site_name, config.current().site_url)


def _is_written(part: int) -> bool:
    """Says whether the address is the one way to write a part's number."""
    return f"-{part}.xml" in request.path


def _part(places: list[Place]) -> AnyResponse:
    """Answers with a part; one without an address is none, as the protocol has it."""
    return _xml("web/sitemap.xml", places=places) if places else abort(404)


def _xml(template: str, **context: object) -> AnyResponse:
    return _answer(storable(render_template(template, **context)), "application/xml")


def _drawn(card: Card) -> AnyResponse:
    """Answers with a card. With a question behind the address it is no other card, and is not drawn again for it."""
    return moved_for_good(request.path) if request.args else _answer(cards.draw(card), "image/png")


def _answer(content: str | bytes, kind: str) -> AnyResponse:
    """Answers with what is the same for everybody: any cache may keep it, and asks again each time."""
    answer = Response(content, content_type=kind if kind.startswith("image/") else f"{kind}; charset=utf-8")
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)
