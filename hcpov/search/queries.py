"""The one function that searches, on either database, and what its page offers to choose from.

The database narrows: it gives the newest of what matches, so many at most. Whether each has what is looked for, and
how well it fits, is told here by one set of rules. So both databases give the same answer, and a word that stands in a
million comments costs no more than one in a thousand. Each function says how many queries it makes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import defer, joinedload

from hcpov import clock, config, languages
from hcpov.auth.models import Account
from hcpov.blog.models import Blog, Kind, Post, Tag
from hcpov.blog.models import State as PostState
from hcpov.blog.notices import titled
from hcpov.blog.rows import post_path
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from hcpov.search import excerpts, matching
from hcpov.search.dialects import side_of
from hcpov.search.excerpts import Pieces
from hcpov.search.index import SIGN, name_facet
from hcpov.search.matching import Document
from hcpov.search.questions import Question, parse
from hcpov.text import dates
from hcpov.text.excerpts import excerpt, text_of
from hcpov.text.slugs import SLUG_LENGTH, slug_for

PAGE, PAGES = 20, 10
MOST = PAGE * PAGES
CANDIDATES = {"post": 200, "comment": 500}  # the newest that match; a post's text is that much longer
ENOUGH = 4  # a part of so many that has all of what was typed is enough to go by
SECONDS = 0.4  # for one search: others wait for their turn meanwhile
EVERYTHING, POSTS, COMMENTS = "", "posts", "comments"

Facets = list[list[str]]
Hit = tuple[float, int, str, int]  # score, day, kind, number


@dataclass(frozen=True)
class Wanted:
    """What was asked for: the words, and where to look. Empty is anywhere."""

    text: str = ""
    kind: str = EVERYTHING
    blog: str = ""
    author: str = ""
    tag: str = ""
    year: int | None = None

    @property
    def is_empty(self) -> bool:
        """Says whether nothing was asked for at all."""
        return not (self.text.strip() or self.blog or self.author or self.tag or self.year)

    @property
    def is_narrowed(self) -> bool:
        """Says whether it is not to be looked for everywhere."""
        return bool(self.kind or self.blog or self.author or self.tag or self.year)


@dataclass(frozen=True)
class Found:
    """A post or comment that was found. Title and excerpt are in pieces, which are marked or not."""

    kind: str
    path: str
    title: Pieces
    blog_name: str
    blog_path: str
    by: Pieces
    said: str
    said_machine: str
    excerpt: Pieces


@dataclass(frozen=True)
class Page:
    """One page of what was found.

    `more` says that there may be more than was looked through, `slow` that the search was given up, `understood`
    whether there was anything to look for, `cut` whether something that was typed was not read.
    """

    rows: Sequence[Found] = ()
    count: int = 0
    number: int = 1
    more: bool = False
    slow: bool = False
    understood: bool = True
    cut: bool = False

    @property
    def older(self) -> int | None:
        """The number of the next page; None where there is none."""
        return self.number + 1 if self.count > self.number * PAGE else None


def search(wanted: Wanted, number: int = 1) -> Page:
    """Returns a page of what fits best, of the newest that match. At most seven queries, and one more on PostgreSQL.

    One each: the blog, the author and the tag where they are named; posts and comments that match; those shown. Where
    many begin as the last word does and few go on as it does, those that match are asked for again.
    """
    question = parse(wanted.text)
    facets = _facets(wanted)
    if facets is None:
        return Page(cut=question.cut)
    if not (question.terms or facets):
        return Page(understood=False, cut=question.cut)
    kinds = {POSTS: ["post"], COMMENTS: ["comment"]}.get(wanted.kind, ["post", "comment"])
    try:
        hits, more = _hits(question, facets, kinds)
    except OperationalError:
        db.session.rollback()
        return Page(slow=True, cut=question.cut)
    shown = hits[(number - 1) * PAGE : number * PAGE]
    rows = _rows(shown, question)
    return Page(rows, min(len(hits), MOST), number, more or len(hits) > MOST, cut=question.cut)


def years() -> range:
    """Returns the years from now to the first in which something was published. One query."""
    public = (Post.kind == Kind.POST, Post.state == PostState.PUBLISHED)
    first = db.session.scalar(select(func.min(Post.published_at)).where(*public))
    zone = config.current().zone
    now = clock.now().astimezone(zone).year
    return range(now, (first.astimezone(zone).year if first else now) - 1, -1)


def _facets(wanted: Wanted) -> Facets | None:
    """Returns the facets to look for, one of each group; None where something is named that there is not."""
    groups: Facets = [[f"{SIGN}y{wanted.year}"]] if wanted.year else []
    for sign, table, slug in (("b", Blog, wanted.blog), ("t", Tag, slug_for(wanted.tag, "") if wanted.tag else "")):
        if slug or (sign == "t" and wanted.tag):
            number = db.session.scalar(select(table.id).where(table.slug == slug[:SLUG_LENGTH]))
            groups.append([f"{SIGN}{sign}{number}"] if number else [])
    if wanted.author:
        member = select(Account.id).where(Account.handle == slug_for(wanted.author, ""), Account.active)
        number = db.session.scalar(member)
        groups.append([*([f"{SIGN}a{number}"] if number else []), *filter(None, [name_facet(wanted.author)])])
    return groups if all(groups) else None


def _hits(question: Question, facets: Facets, kinds: Sequence[str]) -> tuple[list[Hit], bool]:
    """Returns what has all that is looked for, best first, and whether more may have it."""
    connection = db.session.connection()
    hits: list[Hit] = []
    more = False
    with side_of(connection).deadline(connection, SECONDS):
        for kind in kinds:
            documents, cut = _matching(connection, kind, question, facets)
            more = more or cut
            hits += [(matching.score(each, question, kind), each.day, kind, each.number) for each in documents]
    return sorted(hits, reverse=True), more


def _matching(connection: Connection, kind: str, question: Question, facets: Facets) -> tuple[list[Document], bool]:
    side, most = side_of(connection), CANDIDATES[kind]
    statement = text(side.candidates(f"search_{kind}"))
    for whole in (False, True) if side.shortened(question) else (True,):
        asked = {"asked": side.expression(question, facets, whole), "most": most}
        rows = [Document(*row) for row in connection.execute(statement, asked)]
        found = [row for row in rows if matching.has(row, question)]
        if len(rows) < most or len(found) * ENOUGH >= most:
            break
    return found, len(rows) == most


def _rows(hits: Sequence[Hit], question: Question) -> list[Found]:
    """Returns what was found ready to show, but for what is not public any more, whatever the index says."""
    numbers = {kind: [number for *_, each, number in hits if each == kind] for kind in CANDIDATES}
    found: dict[tuple[str, int], Found] = {}
    if numbers["post"]:
        found |= {("post", post.id): _post(post, question) for post in db.session.scalars(_posts(numbers["post"]))}
    if numbers["comment"]:
        said = db.session.scalars(_comments(numbers["comment"]))
        found |= {("comment", comment.id): _comment(comment, question) for comment in said}
    return [found[kind, number] for *_, kind, number in hits if (kind, number) in found]


def _posts(numbers: list[int]) -> Select[Post]:
    wanted = select(Post).where(Post.id.in_(numbers), Post.kind == Kind.POST, Post.state == PostState.PUBLISHED)
    author = joinedload(Post.author).load_only(Account.id, Account.name)
    return wanted.options(defer(Post.body), joinedload(Post.blog), author)


def _comments(numbers: list[int]) -> Select[Comment]:
    wanted = select(Comment).join(Comment.post).where(Comment.id.in_(numbers), Comment.state == State.PUBLISHED)
    post = joinedload(Comment.post).options(defer(Post.body), defer(Post.html), joinedload(Post.blog))
    return wanted.where(Post.state == PostState.PUBLISHED, Post.kind == Kind.POST).options(post, defer(Comment.body))


def _post(post: Post, question: Question) -> Found:
    assert post.published_at is not None
    by = post.byline_name or (post.author.name if post.author else "")
    return Found(
        "post",
        post_path(post),
        excerpts.whole(titled(post), question.terms),
        post.blog.name,
        f"/{post.blog.slug}/",
        excerpts.whole(by, question.terms),
        languages.long_date(post.published_at),
        dates.machine(post.published_at),
        excerpts.marked(f"{post.summary} {text_of(post.html)}".strip(), question.terms)
        or [(post.summary or post.excerpt, False)],
    )


def _comment(comment: Comment, question: Question) -> Found:
    said = text_of(comment.html)
    return Found(
        "comment",
        f"/comments/{comment.id}/",
        [(titled(comment.post), False)],
        comment.post.blog.name,
        f"/{comment.post.blog.slug}/",
        excerpts.whole(comment.name, question.terms),
        languages.long_date(comment.created_at),
        dates.machine_minute(comment.created_at),
        excerpts.marked(said, question.terms) or [(excerpt(said, excerpts.LENGTH), False)],
    )
