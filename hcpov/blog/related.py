"""Posts that go with one: filed under the same tags, and of those the ones whose titles say the same."""

from typing import Any, cast

from sqlalchemy import Select, func, select, union_all

from hcpov.blog import subjects
from hcpov.blog.models import Blog, Kind, Post, State, post_tag
from hcpov.blog.notices import titled
from hcpov.blog.rows import ArticleRow, LinkRow, address
from hcpov.extensions import db
from hcpov.pages.recording import show
from hcpov.text.folding import words

MOST = 3
TAGS, NEWEST = 5, 20  # of a post's tags, and of the posts under each: what is older goes with nothing
TELLING = 4  # letters of a word that says what a title is about

_post, _blog, _tag = Post.__table__.c, Blog.__table__.c, post_tag.c


def related(article: ArticleRow) -> list[LinkRow]:
    """Returns the posts that share most tags with one, of those the ones whose titles share words, the newer first.

    One query, none for a post without tags. It shows which posts have which tags, and all their titles: not those few.
    """
    if not article.tags:
        return []
    show(subjects.TAGGED, subjects.TITLES)
    own = _telling(article.title)
    found = []
    for row in db.session.execute(_sharing(article.id, [tag.id for tag in article.tags[:TAGS]])):
        alike = len(own & _telling(row.title))
        path = address(row.kind, row.blog, row.year, row.month, row.slug)
        found.append(((row.shared, alike, row.published_at, row.id), LinkRow(row.id, path, titled(cast("Post", row)))))
    return [link for _, link in sorted(found, key=lambda each: each[0], reverse=True)[:MOST]]


def _sharing(but: int, tags: list[int]) -> Select[Any]:
    arms = []
    for tag in tags:
        newest = select(_tag.post_id).where(_tag.tag_id == tag, _tag.published_at.is_not(None), _tag.post_id != but)
        newest = newest.order_by(_tag.published_at.desc(), _tag.post_id.desc()).limit(NEWEST)
        arms.append(select(newest.subquery()))
    filed = union_all(*arms).subquery()
    counted = select(filed.c.post_id, func.count().label("shared")).group_by(filed.c.post_id).subquery()
    return (
        select(_post.id, _post.title, _post.kind, _post.slug, _post.year, _post.month, _post.published_at)
        .add_columns(_post.retracted, _blog.slug.label("blog"), counted.c.shared)
        .join_from(counted, Post.__table__, _post.id == counted.c.post_id)
        .join(Blog.__table__, _blog.id == _post.blog_id)
        .where(_post.state == State.PUBLISHED, _post.kind == Kind.POST)
    )


def _telling(title: str) -> set[str]:
    return {word.folded for word in words(title) if len(word.folded) >= TELLING}
