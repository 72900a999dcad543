"""WordPress's own theme unit test data goes in whole. The file is not ours to copy; it lies beside the repository."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import html5lib
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov.blog.models import OldAddress, Post, State
from hcpov.blog.rows import post_path
from hcpov.comments.models import Comment
from hcpov.extensions import db
from hcpov.transfer import tree, wordpress
from hcpov.transfer.export import Export
from hcpov.transfer.text import plain

FILE = Path(__file__).resolve().parents[3] / "shared" / "data" / "theme-unit-test.wordpress.xml"
SITE = "https://wpthemetestdata.wordpress.com"
SHORTCODE = re.compile(r"\[/?(?:caption|gallery|audio)[^\]]*\]")
PICTURE = re.compile(r'<img[^>]*\ssrc="([^"]*)"[^>]*>')

pytestmark = pytest.mark.skipif(not FILE.exists(), reason=f"the theme unit test data is not at {FILE}")


@pytest.fixture(scope="module")
def export() -> Export:
    """The file, read."""
    return wordpress.read(FILE)


def originals(export: Export, kinds: tuple[str, ...] = ("post", "page")) -> dict[str, str]:
    """Returns each text by the origin its row has."""
    return {f"wordpress:{SITE}/?p={item.number}": item.content for item in export.items if item.kind in kinds}


def posts(state: str = "") -> list[Post]:
    """Returns the rows of one state, or of all. Inside an application context."""
    wanted = sa.select(Post).order_by(Post.id)
    return list(db.session.scalars(wanted.where(Post.state == state) if state else wanted))


def test_all_of_it_is_taken_once(app: Flask, take: Callable[..., str], rows: Callable[[], Any]) -> None:
    report = take(FILE, "theme-test")
    for told in (
        "51 posts: 48 published, 1 scheduled, 2 drafts",
        "21 pages: 21 published",
        "32 comments: 25 published, 3 held, 4 removed",
        "2 new accounts",
        "38 of kind “attachment”",
        "70 of kind “nav_menu_item”",
        "Answers to answers now stand under the first comment (8)",
        "Pingbacks and trackbacks are kept and not shown: they are no person's comments (4)",
        "“επίπεδο-2” is now “epipedo-2”",
        'HCPOV_PICTURE_HOSTS="https://wpthemetestdata.files.wordpress.com"',
    ):
        assert told in report, told
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w+", report)
    before = rows()
    again = take(FILE, "theme-test")
    assert "nothing: all that is in this export was taken before" in again
    assert "72 posts and pages and 32 comments" in again
    assert rows() == before


def test_every_page_is_there_and_strict_html(app: Flask, take: Callable[..., str], client: FlaskClient) -> None:
    take(FILE, "theme-test")
    with app.app_context():
        paths = [post_path(post) for post in posts(State.PUBLISHED)]
        old = {each.path: each.post.state for each in db.session.scalars(sa.select(OldAddress))}
    assert len(paths) == 69
    for path in [*paths, "/", "/theme-test/"]:
        answer = client.get(path)
        assert answer.status_code == 200, path
        html5lib.HTMLParser(strict=True).parse(answer.text)  # raises at the first error
    assert len(old) == 143
    for path, state in old.items():
        answer = client.get(path if path.startswith("/?") else f"{path}/")
        if state == State.PUBLISHED:
            assert answer.status_code == 301, path
            assert answer.location in paths, path
        else:
            assert answer.status_code in {200, 404}, path


def test_no_letter_and_no_picture_is_lost(app: Flask, take: Callable[..., str], export: Export) -> None:
    take(FILE, "theme-test")
    texts = originals(export)
    with app.app_context():
        for post in posts():
            source = texts[str(post.origin)]
            assert _is_within(_letters(source), re.sub(r"\W", "", tree.text(tree.read(post.html)))), post.title
            shown = [node.attributes for node in _pictures(tree.read(post.html))]
            assert all("alt" in picture for picture in shown)
            for address in PICTURE.findall(source):
                assert address in [picture["src"] for picture in shown], (post.title, address)
        captioned = next(post for post in posts() if post.slug == "post-format-image-caption")
        assert 'alt="Bell on Wharf" width="604" height="453"' in captioned.html
        assert "<figcaption>Bell on wharf in San Francisco</figcaption>" in captioned.html
        gallery = next(post for post in posts() if post.slug == "post-format-gallery-tiled")
        assert gallery.html.count("<figure><img") == 6


def test_no_letter_of_a_comment_is_lost(app: Flask, take: Callable[..., str], export: Export) -> None:
    take(FILE, "theme-test")
    said = {f"wordpress:{SITE}/?comment={each.number}": each for item in export.items for each in item.said}
    with app.app_context():
        for comment in db.session.scalars(sa.select(Comment)):
            source = said.pop(str(comment.origin))
            want = re.sub(r"\W", "", plain(source.content))
            assert want in re.sub(r"\W", "", tree.text(tree.read(comment.html))) or "<img" in source.content
            assert comment.reasons == [] or comment.state != "published"
        assert said == {}
        thread = list(
            db.session.scalars(
                sa.select(Comment).where(Comment.body.startswith("Comment Depth")).order_by(Comment.created_at)
            )
        )
        assert len(thread) == 10
        assert [each.parent_id for each in thread] == [None, *[thread[0].id] * 9]
        counted = {post.slug: post.comment_count for post in posts() if post.comment_count}
        assert counted["template-comments"] == 19 and counted["template-pingbacks-an-trackbacks"] == 1
        authors = {each.account_id for each in thread if each.name == "themedemos"}
        assert len(authors) == 1 and None not in authors


def _letters(source: str) -> str:
    """Returns what a reader of the original could read, but for what WordPress puts in for a shortcode."""
    source = SHORTCODE.sub("", re.sub(r"<!--.*?-->", "", source, flags=re.DOTALL))
    return re.sub(r"\W", "", plain(source))


def _is_within(letters: str, text: str) -> bool:
    """Says whether all letters are in a text, in their order; captions of galleries may stand between them."""
    rest = iter(text)
    return all(letter in rest for letter in letters)


def _pictures(nodes: list[tree.Child]) -> list[tree.Node]:
    found = []
    for node in nodes:
        if isinstance(node, tree.Node):
            found += [node] if node.tag == "img" else _pictures(node.children)
    return found
