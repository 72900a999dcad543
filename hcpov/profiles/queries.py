"""Reads about members as others see them. Each function says how many queries it makes; tests hold them to it."""

from dataclasses import dataclass

from sqlalchemy import exists, func, or_, select

from hcpov.auth import subjects
from hcpov.auth.models import Account, Credential, CredentialState
from hcpov.blog import queries as blog
from hcpov.blog.models import Kind, Post
from hcpov.blog.models import State as PostState
from hcpov.blog.rows import PostRow
from hcpov.blog.subjects import PART
from hcpov.comments import queries as comments
from hcpov.comments.models import Comment, State
from hcpov.comments.queries import SaidRow
from hcpov.extensions import db
from hcpov.pages.recording import show, show_until
from hcpov.profiles import terms
from hcpov.text import markdown
from hcpov.text.plain import initials

PAGE = 20
BADGES = 10
POST, COMMENT = "p", "c"
LAST_ROW = 2**31 - 1  # PostgreSQL's greatest integer


@dataclass(frozen=True)
class PersonRow:
    """A member as everybody may see them."""

    id: int
    name: str
    title: str
    place: str
    initials: str
    about_html: str
    page: str


@dataclass(frozen=True)
class BadgeRow:
    """What is public of a credential."""

    profession: str
    region: str


@dataclass(frozen=True)
class Entry:
    """A post or a comment in the list of what somebody wrote."""

    post: PostRow | None = None
    comment: SaidRow | None = None


@dataclass(frozen=True)
class Written:
    """One page of what somebody wrote; `before` leads to the next older one, None when there is none."""

    entries: list[Entry]
    before: str | None


def person(handle: str) -> PersonRow | None:
    """Returns the member with a handle; None for who has not confirmed the address or was switched off. One query."""
    wanted = select(Account).where(Account.handle == handle, Account.active, Account.confirmed_at.is_not(None))
    found = db.session.scalar(wanted)
    if found is None:
        return None
    show(subjects.account(found.id))
    about = markdown.render_comment(found.about)
    return PersonRow(found.id, found.name, found.title, found.place, initials(found.name), about, found.page)


def badges(account_id: int) -> list[BadgeRow]:
    """Returns the badges to show: granted, and not over. One query."""
    wanted = select(Credential.profession, Credential.region, Credential.expires_on).where(
        Credential.account_id == account_id,
        Credential.state == CredentialState.GRANTED,
        Credential.expires_on >= terms.today(),
    )
    found = db.session.execute(wanted.order_by(Credential.id).limit(BADGES)).all()
    show(subjects.badges(account_id))
    if found:
        show_until(terms.end_of(min(row.expires_on for row in found if row.expires_on)))
    return [BadgeRow(row.profession, row.region) for row in found]


def written(account_id: int, before: tuple[str, int] | None = None) -> Written:
    """Returns what somebody published, newest first: two queries, behind the first page three.

    `before` is the last entry of the page before, by letter and row. Of two from one moment the comment stands first.
    """
    posts_below = comments_below = None
    if before is not None:
        letter, number = before
        at = blog.published_at(number, account_id) if letter == POST else comments.said_at(number, account_id)
        if at is None:
            return Written([], None)
        posts_below = (at, number if letter == POST else LAST_ROW)
        comments_below = (at, number if letter == COMMENT else 0)
    posts = blog.by_author(account_id, posts_below, PAGE + 1)
    said = comments.by_account(account_id, comments_below, PAGE + 1)
    both = [((at, POST, each.id), Entry(post=each)) for at, each in posts]
    both += [((at, COMMENT, each.id), Entry(comment=each)) for at, each in said]
    # Of one moment, posts come later in the list than comments, as they do below a mark.
    both.sort(key=lambda keyed: (keyed[0][0], keyed[0][1] == COMMENT, keyed[0][2]), reverse=True)
    last = both[PAGE - 1][0] if len(both) > PAGE else None
    return Written([entry for _, entry in both[:PAGE]], f"{last[1]}{last[2]}" if last else None)


def parts() -> int:
    """Returns how many parts of the sitemap there are for people. One query."""
    return (db.session.scalar(select(func.max(Account.id))) or 0) // PART + 1


def listed(part: int) -> list[str]:
    """Returns the public pages of the members of a part, the empty ones left out, as nobody finds those. One query."""
    wrote = exists().where(Post.author_id == Account.id, Post.kind == Kind.POST, Post.state == PostState.PUBLISHED)
    said = exists().where(Comment.account_id == Account.id, Comment.state == State.PUBLISHED)
    wanted = select(Account.handle).where(Account.id >= part * PART, Account.id < (part + 1) * PART)
    wanted = wanted.where(Account.handle.is_not(None), Account.active, Account.confirmed_at.is_not(None))
    found = db.session.scalars(wanted.where(or_(Account.about != "", wrote, said)).order_by(Account.id))
    return [f"/people/{handle}/" for handle in found]
