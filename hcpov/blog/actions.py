"""Writes about blogs and posts."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from hcpov import clock, config
from hcpov.audit.actions import note
from hcpov.auth import tombstones
from hcpov.auth.models import FORMER, Account
from hcpov.blog import history, letters, texts, versions
from hcpov.blog.models import UNPUBLISHED, Blog, Change, CommentRule, Draft, Kind, Post, State
from hcpov.blog.rows import Byline
from hcpov.blog.writing import write, write_about
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.text.slugs import RESERVED, numbered, slug_for

OPEN = timedelta(minutes=10)  # after its last word, somebody's tab counts as open for so long
WAS_PUBLIC = (State.PUBLISHED, State.WITHDRAWN)
WORDS = {State.DRAFT: "returned", State.REVIEW: "sent to review", State.SCHEDULED: "scheduled"}


class BadSlug(ValueError):
    """A blog's slug that is an address of ours already."""


class AddressTaken(Exception):
    """Another post has the address that this one would have."""


def publish(post: Post, at: datetime) -> None:
    """Makes a post public and fixes its address by the month it has in the site's zone. Does not commit."""
    post.state, post.published_at = State.PUBLISHED, at
    if post.kind != Kind.PAGE and post.year is None:
        local = at.astimezone(config.current().zone)
        post.year, post.month = local.year, local.month


def new_blog(slug: str, name: str, tagline: str = "", about: str = "", position: int = 0) -> Blog:
    """Adds a blog. Raises BadSlug for a word that is an address of ours. Does not commit."""
    if not slug or slug in RESERVED or slug != slug_for(slug, ""):
        raise BadSlug(
            gettext(
                "“%(slug)s” cannot be a blog's address: use lower case letters, digits and hyphens, no word of ours",
                slug=slug,
            )
        )
    blog = Blog(slug=slug, name=name, tagline=tagline, position=position)
    write_about(blog, about)
    db.session.add(blog)
    return blog


def new_post(blog_id: int, account_id: int | None, kind: Kind = Kind.POST) -> Post:
    """Begins an empty post. Commits."""
    post = Post(blog_id=blog_id, author_id=account_id, kind=kind, slug="", title="")
    db.session.add(post)
    db.session.flush()
    note(account_id, "post begun", f"post {post.id}")
    db.session.commit()
    return post


def keep_draft(post_id: int, account_id: int, tab: str, base: int, fields: dict[str, str]) -> datetime:
    """Keeps what is typed into one tab, and returns when. Commits; nothing that was saved is touched."""
    key = (Draft.post_id == post_id, Draft.account_id == account_id, Draft.tab == tab)
    draft = db.session.scalar(select(Draft).where(*key).with_for_update())
    now = clock.now()
    if draft is None:
        draft = Draft(post_id=post_id, account_id=account_id, tab=tab)
        db.session.add(draft)
    elif now - draft.saved_at > OPEN:
        draft.began_at = now  # a tab that was left alone was not open to others all the while
    draft.base, draft.fields, draft.saved_at = base, texts.tidy(fields), now
    try:
        db.session.commit()
    except IntegrityError:  # the same tab's first two savings came at once: the other one holds the same words
        db.session.rollback()
    return now


def drop_drafts(post_id: int, account_id: int, tab: str | None = None) -> None:
    """Throws away what somebody typed and did not save: in one tab, or in all. Commits."""
    versions.drop_drafts(post_id, account_id, tab)
    db.session.commit()


def save(post: Post, fields: dict[str, str], base: int, account_id: int | None, tabs: Iterable[str] = ()) -> bool:
    """Saves the text of a post that is not public yet; False, and nothing is changed, when it is not as it was read.

    `base` is the version the form was made from. Commits, and drops what the account's tabs of these names held.
    """
    before, at = texts.fields_of(post), post.published_at
    if not versions.claim(post, base, Post.state.in_(UNPUBLISHED)):
        return False
    versions.keep_earlier(post.id, base, before, account_id)
    write(post, texts.tidy(fields))
    if post.state == State.SCHEDULED and post.published_at != at:
        assert post.published_at is not None
        note(account_id, "post scheduled", f"post {post.id}", at=post.published_at.isoformat())
        db.session.info["publish_at"] = post.published_at
    for tab in tabs:
        versions.drop_drafts(post.id, account_id, tab)
    db.session.commit()
    return True


def set_state(post: Post, state: State, account_id: int, word: str = "") -> bool:
    """Moves a post that is not public between draft, review and scheduled, `word` being said to its writer.

    A scheduled post is published at its `published_at`. False, and nothing is changed, when somebody moved or saved it
    meanwhile. Commits, with its line in the audit log and the letters: the blog's editors are asked for a review, and
    the writer is told when it comes back.
    """
    was, at = post.state, post.published_at
    if not versions.move(post, state):
        return False
    facts = {"was": was} | ({"at": at.isoformat()} if at and state == State.SCHEDULED else {})
    note(account_id, f"post {WORDS[state]}", f"post {post.id}", word, **facts)
    if state == State.REVIEW:
        letters.ask_editors(post, account_id)
    elif state == State.DRAFT and post.author_id not in {None, account_id}:
        letters.send_back(post, word)
    elif state == State.SCHEDULED:
        db.session.info["publish_at"] = at
    db.session.commit()
    return True


def publish_now(post: Post, account_id: int) -> bool:
    """Publishes a post; False, and nothing is changed, when somebody moved or saved it meanwhile. Commits.

    Raises AddressTaken, and changes nothing, when another post has its address.
    """
    if not versions.move(post, State.PUBLISHED):
        return False
    post.slug = post.slug or f"post-{post.id}"
    publish(post, clock.now())
    post.updated_at = clock.now()  # feeds name the newest change, and this is one
    history.record(post, account_id)
    versions.forget_earlier(post.id)
    note(account_id, "post published", f"post {post.id}")
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise AddressTaken from None
    return True


def publish_due() -> int:
    """Publishes what was scheduled up to now, also what came due while nothing ran; returns how many. Commits each.

    The published moment is the one that was promised. A post whose address was taken meanwhile gets a number behind it.
    """
    done = 0
    due = (Post.state == State.SCHEDULED, Post.published_at <= clock.now())
    while number := db.session.scalar(select(Post.id).where(*due).order_by(Post.published_at, Post.id).limit(1)):
        take = update(Post).where(Post.id == number, *due).values(state=State.REVIEW)
        taken = db.session.execute(take.execution_options(touches=()))  # it becomes public below
        if taken.rowcount:  # type: ignore[attr-defined]
            post = db.session.get_one(Post, number, populate_existing=True)
            assert post.published_at is not None
            _free_address(post, post.published_at)
            publish(post, post.published_at)
            post.updated_at = clock.now()
            history.record(post)
            versions.forget_earlier(post.id)
            note(None, "post published", f"post {post.id}", scheduled=True)
            done += 1
        db.session.commit()
    return done


def change(post: Post, fields: dict[str, str], base: int, account_id: int, kind: Change, reason: str = "") -> bool:
    """Changes a public post in the open; False, and nothing is changed, when it is not as it was read. Commits.

    All but minor changes leave a dated notice and move `updated_at`, which tells feed readers to look again (RFC 4287
    4.2.15). A retracted post keeps its text, marked. A removal, for somebody's privacy, takes the text out of the
    history and of everybody's drafts too, and leaves the notice.
    """
    before = post.updated_at
    if not versions.claim(post, base, Post.state.in_(WAS_PUBLIC)):
        return False
    history.begin(post)
    was = post.lang
    write(post, {name: text for name, text in texts.tidy(fields).items() if name in texts.OPEN})
    if kind == Change.MINOR:
        post.updated_at = before
    buried = []
    if kind == Change.REMOVAL:
        history.erase(post.id)
        buried.append(tombstones.bury(tombstones.TEXT, post.id))
    post.retracted = post.retracted or kind == Change.RETRACTION
    facts = {"lang": post.lang, "lang_was": was} if post.lang != was else {}
    history.note_change(post, account_id, kind, reason, **facts)
    db.session.commit()
    tombstones.write_down(buried)
    return True


def withdraw(post: Post, base: int, account_id: int, reason: str) -> bool:
    """Takes a public post back: its address says so, and why. False when it is not as it was read. Commits."""
    return _move(post, base, account_id, Change.WITHDRAWAL, reason)


def bring_back(post: Post, base: int, account_id: int, reason: str) -> bool:
    """Shows a withdrawn post again. False when it is not as it was read. Commits."""
    return _move(post, base, account_id, Change.RETURN, reason)


def _move(post: Post, base: int, account_id: int, kind: Change, reason: str) -> bool:
    if not versions.claim(post, base, Post.state.in_(WAS_PUBLIC)):
        return False
    history.begin(post)
    post.state = State.WITHDRAWN if kind == Change.WITHDRAWAL else State.PUBLISHED
    post.notices = [each for each in post.notices if each["kind"] not in texts.PASSING]
    post.updated_at = clock.now()
    history.note_change(post, account_id, kind, reason)
    db.session.commit()
    return True


def take_links_back(post: Post, account_id: int) -> None:
    """Makes every preview link that was given away for a post open nothing any more. Commits."""
    post.preview += 1
    note(account_id, "preview links taken back", f"post {post.id}")
    db.session.commit()


def _free_address(post: Post, at: datetime) -> None:
    if post.kind == Kind.PAGE:
        return
    local = at.astimezone(config.current().zone)
    here = (Post.blog_id == post.blog_id, Post.year == local.year, Post.month == local.month, Post.id != post.id)
    post.slug = numbered(post.slug or f"post-{post.id}", set(db.session.scalars(select(Post.slug).where(*here))))


def set_comment_rule(blog_id: int, rule: CommentRule, days: int | None) -> None:
    """Commits whose comments a blog publishes at once, and after how many days its posts close; None never."""
    blog = db.session.get_one(Blog, blog_id)
    blog.comment_rule, blog.close_after_days = rule, days
    db.session.commit()


def set_review(post: Post, by: Byline, on: date, account_id: int) -> None:
    """Says on a post who reviewed it and when, in the place of what was said before. Commits."""
    post.reviewer_name, post.reviewer_title, post.reviewer_place = by.name, by.title, by.place
    post.reviewed_on = on
    note(account_id, "post reviewed", f"post {post.id}", on=on.isoformat())
    db.session.commit()


def take_review_back(post: Post, account_id: int) -> None:
    """Says of a post no more that it was reviewed; does nothing when nothing was said. Commits."""
    if post.reviewed_on is None:
        return
    post.reviewer_name = post.reviewer_title = post.reviewer_place = ""
    post.reviewed_on = None
    note(account_id, "post review taken back", f"post {post.id}")
    db.session.commit()


def let_go(account: Account, keep_name: bool) -> None:
    """Readies a writer's posts for the end of the account: what was public stays, drafts and scheduled posts go.

    What the account brought in for a guest writer is the guest's, and stays as it is. That a post was reviewed stays
    too, without the name, which is not asked for by number: a review names somebody in words. The database takes the
    author out of posts when the account is deleted. Does not commit.
    """
    by_them = Post.author_id == account.id
    own = or_(Post.byline_name == "", _named(Post.byline_name, account))
    reviewer = {"reviewer_name": gettext(FORMER), "reviewer_title": "", "reviewer_place": ""}
    unseen = Post.state.in_([State.DRAFT, State.REVIEW, State.SCHEDULED])
    byline = {"byline_name": gettext(FORMER), "byline_title": "", "byline_place": ""}
    if keep_name:
        byline = {"byline_name": account.name, "byline_title": account.title, "byline_place": account.place}
    for statement in (
        delete(Post).where(by_them, own, unseen),
        update(Post).where(by_them, own).values(byline),
        update(Post).where(_named(Post.reviewer_name, account)).values(reviewer),
    ):
        db.session.execute(statement.execution_options(synchronize_session=False))


def _named(column: InstrumentedAttribute[str], account: Account) -> ColumnElement[bool]:
    return or_(column == account.name, func.lower(column) == account.name.lower())
