"""Comments as the entries of a feed: the public ones, newest first."""

from typing import Any

from flask import render_template
from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import defer

from hcpov import config
from hcpov.blog.feeds.queries import ThreadSource
from hcpov.blog.feeds.rows import Answered, Entry, Feed, Person, name_of, people
from hcpov.comments import subjects
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.pages.recording import show
from hcpov.text.absolute_links import absolute

PAGE = 50


def feed(source: ThreadSource, before: int | None) -> Feed:
    """Returns a page of the feed of a post's comments. At most two queries.

    They stand by when they became public: one that was held for a day is new on the day when it was let through.
    What was erased leaves no date behind, so the feed's own cannot stand for the whole.
    """
    wanted = select(Comment).where(*_public(source.post_id)).options(defer(Comment.body))
    if before is not None:
        place = select(Comment.published_at, Comment.id).where(Comment.id == before, Comment.post_id == source.post_id)
        wanted = wanted.where(_moment() < place.correlate(None).scalar_subquery())
    show(subjects.thread(source.post_id))
    found = list(db.session.scalars(_newest(wanted).limit(PAGE + 1)))
    shown, site = found[:PAGE], config.current().site_url
    entries = [_entry(each, source, site) for each in shown]
    return Feed(
        id=name_of(source.namer, f"post/{source.post_id}/comments"),
        title=gettext("Comments on %(title)s", title=source.title),
        subtitle="",
        author=Person(config.current().site_name, f"{site}/"),
        home=f"{site}{source.path}",
        stem=f"{site}{source.path}comments",
        site=site,
        updated_at=max([source.began, *(entry.updated_at for entry in entries)]),
        entries=entries,
        before=before,
        older=shown[-1].id if len(found) > PAGE else None,
        newer=_newer(source.post_id, before) if before is not None else None,
        exact=False,
    )


def _entry(comment: Comment, source: ThreadSource, site: str) -> Entry:
    assert comment.published_at is not None
    post, address = f"{site}{source.path}", f"{site}/comments/{comment.id}/"
    parent = Answered(name_of(source.namer, f"comment/{comment.parent_id}"), f"{site}/comments/{comment.parent_id}/")
    return Entry(
        id=name_of(source.namer, f"comment/{comment.id}"),
        address=address,
        title=gettext("%(name)s on %(title)s", name=comment.name, title=source.title),
        html=absolute(render_template("comments/_feed.html", comment=comment), post),
        published_at=comment.published_at,
        updated_at=max(comment.published_at, comment.edited_at or comment.published_at),
        authors=people(comment.name),
        answers=parent if comment.parent_id else Answered(name_of(source.namer, f"post/{source.post_id}"), post),
    )


def _newer(post_id: int, before: int) -> int | None:
    """Returns where the page of newer comments begins; None for the newest of all. One query."""
    place = select(Comment.published_at, Comment.id).where(Comment.id == before).correlate(None).scalar_subquery()
    above = select(Comment.id).where(*_public(post_id), _moment() >= place)
    return db.session.scalar(above.order_by(Comment.published_at, Comment.id).offset(PAGE).limit(1))


def _public(post_id: int) -> "tuple[ColumnElement[bool], ColumnElement[bool]]":
    return Comment.post_id == post_id, Comment.state == State.PUBLISHED


def _moment() -> "ColumnElement[Any]":
    return tuple_(Comment.published_at, Comment.id)


def _newest(wanted: Select[Comment]) -> Select[Comment]:
    return wanted.order_by(Comment.published_at.desc(), Comment.id.desc())
