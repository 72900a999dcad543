"""WordPress's format, strictly read, and taken in by our own importer with equal posts and comments."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from lxml import etree

from hcpov.blog.models import Kind, Post, State
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.text.absolute_links import absolute
from hcpov.text.excerpts import text_of
from hcpov.transfer.imports.actions import import_wordpress
from hcpov.transfer.site import wxr
from tests.make import Make
from tests.transfer.site.conftest import Bar, Give

WP = "{http://wordpress.org/export/1.2/}"
# In WordPress, what was taken back is private, and what waits for an editor a draft; our importer takes both as drafts.
AGAIN = {State.WITHDRAWN: State.DRAFT, State.REVIEW: State.DRAFT}
AGAIN_SAID = {CommentState.RETURNED: CommentState.HELD}


def words(markup: str) -> str:
    """Returns what is read in a piece of HTML."""
    return " ".join(text_of(markup).split())


def sources(markup: str) -> list[str]:
    """Returns the pictures and links of a piece of HTML."""
    return re.findall(r'(?:src|href)="([^"]*)"', absolute(markup, "http://localhost/"))


def posts(blog: str) -> dict[str, tuple[Any, ...]]:
    """Returns what is to be equal of each post of a blog."""
    found = {}
    for post in db.session.scalars(sa.select(Post).where(Post.blog.has(slug=blog))):
        told = sorted(tag.name for tag in post.tags)
        state = AGAIN.get(State(post.state), State(post.state))
        at = post.published_at.replace(microsecond=0) if post.published_at and state != State.DRAFT else None
        by = post.byline_name or (post.author.name if post.author else "")
        found[post.title] = (
            post.kind, state, at, by, post.summary, words(post.html), sources(post.html), told, post.comments_open,
            talk(post.id),
        )  # fmt: skip
    return found


def talk(post_id: int) -> list[tuple[Any, ...]]:
    """Returns what is to be equal of the comments of a post."""
    wanted = sa.select(Comment).where(Comment.post_id == post_id, Comment.body != "")
    return sorted(
        (
            each.name,
            words(each.html),
            str(AGAIN_SAID.get(CommentState(each.state), each.state)),
            each.created_at.replace(microsecond=0),
            words(each.parent.html) if each.parent else "",
        )
        for each in db.session.scalars(wanted)
    )


def test_our_importer_takes_in_what_we_write(
    everything: int, give: Give, begin_anew: Callable[[], None], tmp_path: Path, app: Flask
) -> None:
    give(tmp_path / "out", private=True)
    with app.app_context():
        before = {blog: posts(blog) for blog in ("boardroom-buzz", "night-notes")}
    begin_anew()
    with app.app_context():
        for blog in before:
            report = import_wordpress(tmp_path / f"out/wordpress/{blog}-1.xml", blog, "", Bar())
            assert all("attachment" in why or "address" in why for why in report.refused), report.text()
        after = {blog: posts(blog) for blog in before}
    for blog, known in before.items():
        assert after[blog].keys() == known.keys()
        for title, facts in known.items():
            assert after[blog][title] == facts, title


def test_it_is_what_wordpress_reads(everything: int, give: Give, tmp_path: Path) -> None:
    give(tmp_path / "out")
    tree = etree.parse(tmp_path / "out/wordpress/boardroom-buzz-1.xml", etree.XMLParser(resolve_entities=False))
    channel = tree.getroot()[0]
    assert channel.findtext(f"{WP}wxr_version") == "1.2"
    items = {html.unescape(item.findtext("title")): item for item in channel.iter("item")}
    picture, post = items["ward.jpg"], items["A post & its <history>"]
    assert picture.findtext(f"{WP}post_type") == "attachment"
    assert picture.findtext(f"{WP}attachment_url").startswith("http://localhost/media/")
    assert picture.findtext(f"{WP}post_parent") == post.findtext(f"{WP}post_id") == str(everything)
    meta = {each[0].text: each[1].text for each in post.iter(f"{WP}postmeta")}
    assert meta["_thumbnail_id"] == picture.findtext(f"{WP}post_id")
    assert [each.get("domain") for each in post.iter("category")] == ["post_tag", "post_tag"]
    numbers = {each.findtext(f"{WP}comment_id") for each in post.iter(f"{WP}comment")}
    parents = {each.findtext(f"{WP}comment_parent") for each in post.iter(f"{WP}comment")} - {"0"}
    assert len(parents & numbers) == 1
    assert not any(each.text for each in channel.iter(f"{WP}author_email", f"{WP}comment_author_email"))
    assert items["About us"].findtext(f"{WP}post_type") == Kind.PAGE


def test_parts(make: Make, give: Give, tmp_path: Path, app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setattr(wxr, "PART", 3_000)
    for number in range(4):
        make.post(f"Post {number}", body="word " * 400)
    give(tmp_path / "out")
    parts = sorted((tmp_path / "out/wordpress").glob("boardroom-buzz-*.xml"))
    assert len(parts) == 2
    titles = [each.text for part in parts for each in etree.parse(part).iter("title") if each.getparent().tag == "item"]
    assert titles == [f"Post {number}" for number in range(4)]
