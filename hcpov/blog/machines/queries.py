"""Reads for sitemaps: a thousand numbers of rows make one part, so that a part costs the same on a site of any size."""

import html
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from hcpov.blog import subjects
from hcpov.blog.models import Blog, Kind, Post, State, Tag, post_tag
from hcpov.blog.rows import address
from hcpov.extensions import db
from hcpov.pages.recording import show
from hcpov.text import dates

PART = subjects.PART
DATED = 1000  # of the newest changes and comments, by which parts are dated
PICTURES = 100  # of one post; the protocol lets a page name ten times as many
_PICTURE = re.compile(r'<img\b[^>]*\ssrc="([^"]+)"')


@dataclass(frozen=True)
class Place:
    """One address of a sitemap: its path, when readers last saw it change (RFC 3339, or empty), its pictures."""

    path: str
    changed: str = ""
    pictures: list[str] = field(default_factory=list)


def parts_of_posts() -> list[tuple[int, str]]:
    """Returns the parts in which there are public posts, with when one in it changed. Five queries, whatever there is.

    Only the newest changes are looked at: an old part in which nothing changed since has no date, which the protocol
    allows, and costs nothing.
    """
    show(subjects.POSTS, subjects.PAGES, subjects.LISTED)
    newest: dict[int, datetime] = {}
    for kind in Kind:
        for moment in (Post.updated_at, Post.last_comment_at):
            wanted = select(Post.id, moment).where(Post.kind == kind, Post.state == State.PUBLISHED)
            for number, at in db.session.execute(wanted.order_by(moment.desc()).limit(DATED)):
                if at is not None:
                    newest[number // PART] = max(at, newest.get(number // PART, at))
    numbers = db.session.scalars(_parts(Post.id, Post.state == State.PUBLISHED))
    return [(number, dates.machine(newest[number]) if number in newest else "") for number in numbers]


def parts_of_tags() -> list[int]:
    """Returns the parts in which there are tags with public posts. One query."""
    show(subjects.TAGGED)
    return list(db.session.scalars(_parts(Tag.id, _is_used())))


def posts(part: int) -> list[Place]:
    """Returns the public posts and pages of a part, with their pictures. One query.

    Of posts without a picture the text stays where it is.
    """
    show(subjects.MASTHEAD, subjects.listed(part * PART))
    text = case((Post.html.contains("<img"), Post.html), else_="")
    wanted = (
        select(Post.kind, Blog.slug, Post.year, Post.month, Post.slug)
        .add_columns(Post.published_at, Post.updated_at, Post.last_comment_at, text)
        .join(Blog, Post.blog_id == Blog.id)
        .where(*_within(Post.id, part), Post.state == State.PUBLISHED)
        .order_by(Post.id)
    )
    return [
        Place(
            address(kind, blog, year, month, slug),
            dates.machine(max(each for each in (published, updated, talked) if each)),
            _pictures(markup),
        )
        for kind, blog, year, month, slug, published, updated, talked, markup in db.session.execute(wanted)
    ]


def tags(part: int) -> list[Place]:
    """Returns the tags of a part that have public posts, each as new as its newest post. One query."""
    show(subjects.TAGGED)
    filed = post_tag.c.tag_id == Tag.id
    newest = select(func.max(post_tag.c.published_at)).where(filed).scalar_subquery()
    wanted = select(Tag.slug, newest).where(*_within(Tag.id, part), _is_used()).order_by(Tag.id)
    return [Place(f"/tags/{slug}/", dates.machine(at)) for slug, at in db.session.execute(wanted)]


def blogs() -> list[Place]:
    """Returns the home of each blog, as new as its newest post, and how to write for it. One query."""
    show(subjects.MASTHEAD, subjects.BLOGS, subjects.POSTS)
    newest = (
        select(Post.published_at)
        .where(Post.blog_id == Blog.id, Post.kind == Kind.POST, Post.state == State.PUBLISHED)
        .order_by(Post.published_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = []
    wanted = select(Blog.slug, Blog.write_for_us_html != "", newest).order_by(Blog.position, Blog.id)
    for slug, takes, at in db.session.execute(wanted):
        found.append(Place(f"/{slug}/", dates.machine(at) if at else ""))
        found += [Place(f"/{slug}/write-for-us")] if takes else []
    return found


def _pictures(markup: str) -> list[str]:
    return list(dict.fromkeys(map(html.unescape, _PICTURE.findall(markup))))[:PICTURES]


def _within(number: InstrumentedAttribute[int], part: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return number >= part * PART, number < (part + 1) * PART


def _is_used() -> ColumnElement[bool]:
    filed = and_(post_tag.c.tag_id == Tag.id, post_tag.c.published_at.is_not(None))
    return select(literal(1)).where(filed).exists()


def _parts(number: InstrumentedAttribute[int], condition: ColumnElement[bool]) -> Select[Any]:
    """Selects the parts that hold a row, hopping from one to the next: parts without a row cost nothing."""

    def first(*above: ColumnElement[bool]) -> Any:
        return select(number).where(condition, *above).order_by(number).limit(1).scalar_subquery()

    hops = select((first(number >= 0) // PART).label("part")).cte(recursive=True)
    further = select(first(number >= (hops.c.part + 1) * PART) // PART).where(hops.c.part.is_not(None))
    hops = hops.union_all(further)
    return select(hops.c.part).where(hops.c.part.is_not(None))  # in order, as they were found
