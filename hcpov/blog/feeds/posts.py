"""Posts as the entries of a feed."""

from flask import render_template

from hcpov import config
from hcpov.blog.feeds import queries
from hcpov.blog.feeds.queries import Source
from hcpov.blog.feeds.rows import Entry, Feed, Person, name_of, people
from hcpov.blog.notices import UNTITLED
from hcpov.blog.rows import ArticleRow
from hcpov.text.absolute_links import absolute
from hcpov.text.plain import storable


def feed(source: Source, before: int | None) -> Feed:
    """Returns a page of a feed of posts. Two queries."""
    rows, older = queries.posts(source, before)
    site = config.current().site_url
    home = f"{site}{source.path}"
    return Feed(
        id=name_of(source.namer, source.thing),
        title=source.title,
        subtitle=source.subtitle,
        author=Person(source.title, home) if source.blog_id else Person(config.current().site_name, f"{site}/"),
        home=home,
        stem=f"{home}feed",
        site=site,
        updated_at=max([source.changed, *(row.updated_at for row in rows)]),
        entries=[_entry(row, source.namer, site) for row in rows],
        before=before,
        older=older,
        newer=source.newer,
    )


def _entry(post: ArticleRow, namer: str, site: str) -> Entry:
    address = f"{site}{post.path}"
    staff = people(post.author, f"{site}{post.author_page}" if post.author_page else "")
    guest = people(post.byline.name) if post.byline else []
    return Entry(
        id=name_of(namer, f"post/{post.id}"),
        address=address,
        title=storable(post.title) or str(UNTITLED),
        html=absolute(render_template("blog/feeds/_post.html", post=post), address),
        published_at=post.published_at,
        updated_at=post.updated_at,
        authors=guest or staff,
        contributors=staff if guest else [],
        summary=post.summary,
        tags=post.tags,
        thread=f"{address}comments",
        lang=post.lang,
    )
