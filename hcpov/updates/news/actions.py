"""Writes letters of what is new: pulled by the worker, so that publishing knows nothing of mail.

A crash at any point loses and repeats nothing. Letters are written some hundred in a transaction, each with a key that
the outbox takes once; the mark that all are written comes with the last of them, and until then they are gone through
again.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.exc import SQLAlchemyError

from hcpov import clock, config
from hcpov.blog.models import Kind, Post
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from hcpov.mail import batches
from hcpov.updates.letters import Reader, Sheet
from hcpov.updates.models import Place, Subscription
from hcpov.updates.news import digests, held, queries, sheets

log = logging.getLogger(__name__)

Readers = Callable[[int], list[tuple[Reader, Place]]]


def tell() -> None:
    """Tells readers of what is new and editors of what waits, and takes back what is public no more. Commits."""
    announce_posts()
    announce_comments()
    take_back()
    tell_editors()


def announce_posts() -> int:
    """Writes to those who want to hear of new posts at once; returns how many posts. Commits some letters each.

    Pages of the site, and posts of which nobody is to be told, are only marked. A post that cannot be told of is left
    for the next time, and keeps nobody from hearing of others.
    """
    quiet = or_(Post.announce.is_(False), Post.kind == Kind.PAGE)
    _mark(update(Post).where(*queries.POST_NEWS, quiet).values(announced_at=clock.now()))
    done, after = 0, 0
    while (post := queries.new_post(after)) is not None:
        after = post.id
        done += _kept_apart(f"post {post.id}", _announce_post, post)
    return done


def announce_comments() -> int:
    """Writes to those who want to hear of a thread, or of answers, at once; returns how many comments. Commits.

    Nobody hears of a comment under a post that is public no more.
    """
    done, after = 0, 0
    while comments := queries.new_comments(after):
        after = comments[-1].id
        heard = [each for each in queries.heard(comments) if each.post.is_public]
        numbers = {each.id for each in heard}
        quiet = [each.id for each in comments if each.id not in numbers]
        # Each has its own time: a digest reads what came after a moment.
        for each in heard:
            done += _kept_apart(f"comment {each.id}", _announce_comment, each)
        _mark(update(Comment).where(*queries.COMMENT_NEWS, Comment.id.in_(quiet)).values(announced_at=clock.now()))
        done += len(quiet)
    return done


def write_digests() -> int:
    """Writes the digests that are due, and notes up to when each wish has heard. Returns how many. Commits."""
    written = 0
    for cadence, until in digests.moments(clock.now()):
        digest, after = digests.Digest(cadence, until), 0
        while wishes := queries.due(cadence, until, after):
            after = wishes[-1].id
            written += _write_some(digest, wishes)
    return written


def tell_editors() -> int:
    """Writes to moderators and editors that comments wait, if any wait of which they were not told; returns how many.

    Not more often than HCPOV_NOTICE_MINUTES, and with 0 never. Commits.
    """
    minutes, now = config.current().notice_minutes, clock.now()
    last = queries.last_notice()
    if not minutes or (last is not None and last > now - timedelta(minutes=minutes)):
        return 0
    news = update(Comment).where(Comment.state == State.HELD, Comment.noticed_at.is_(None)).values(noticed_at=now)
    if not db.session.execute(news.execution_options(synchronize_session=False)).rowcount:  # type: ignore[attr-defined]
        db.session.rollback()
        return 0
    letters = held.letters(now)
    batches.enqueue_all(letters)
    db.session.commit()
    return len(letters)


def take_back() -> int:
    """Takes back letters that wait, of posts and comments that were withdrawn, held or erased since. Commits."""
    numbers: dict[str, set[int]] = {"post": set(), "comment": set()}
    for key in batches.waiting(*numbers):
        kind, number, _ = key.split(" ", 2)
        numbers[kind].add(int(number))
    gone = {f"post {each}" for each in numbers["post"] - queries.public_posts(numbers["post"])}
    gone |= {f"comment {each}" for each in numbers["comment"] - queries.public_comments(numbers["comment"])}
    taken = sum(batches.take_back(about) for about in sorted(gone))
    db.session.commit()
    return taken


def _announce_post(post: Post) -> bool:
    written = {place: sheets.of_post(post, place) for place in (Place(), Place(blog_id=post.blog_id))}
    number, blog_id = post.id, post.blog_id

    def hold() -> bool:
        return _hold(update(Post).where(Post.id == number, *queries.POST_NEWS).values(announced_at=None))

    def readers(after: int) -> list[tuple[Reader, Place]]:
        return queries.readers_of_post(blog_id, after)

    return _announce(f"post {number}", hold, readers, written, update(Post).where(Post.id == number))


def _announce_comment(comment: Comment) -> bool:
    places = [Place(post_id=comment.post_id)]
    if comment.parent_id is not None:
        places.append(Place(None, comment.post_id, comment.parent_id))
    written = {place: sheets.of_comment(comment, place) for place in places}
    number = comment.id
    writers = queries.writers(comment)
    post_id, parent_id = comment.post_id, comment.parent_id

    def hold() -> bool:
        return _hold(update(Comment).where(Comment.id == number, *queries.COMMENT_NEWS).values(announced_at=None))

    def readers(after: int) -> list[tuple[Reader, Place]]:
        return queries.readers_of_comment(post_id, parent_id, writers, after)

    return _announce(f"comment {number}", hold, readers, written, update(Comment).where(Comment.id == number))


def _announce(about: str, hold: Callable[[], bool], readers: Readers, written: dict[Place, Sheet], marked: Any) -> bool:
    """Writes the letters some hundred at a time, each time only while it is still public and nobody else did it."""
    after = 0
    while hold():
        found = readers(after)
        batches.enqueue_all([written[place].to(reader, f"{about} {reader.id}") for reader, place in found])
        if len(found) < queries.CHUNK:
            _mark(marked.values(announced_at=clock.now()))
            return True
        db.session.commit()
        after = found[-1][0].id
    db.session.rollback()
    return False


def _write_some(digest: digests.Digest, wishes: list[Subscription]) -> int:
    """Who left since the list was read, or was written to by another worker, is not claimed."""
    told = {wish.id: wish.told_at for wish in wishes}
    due = (*queries.is_due(digest.cadence, digest.until), Subscription.id.in_(told))
    claim = update(Subscription).where(*due).values(told_at=digest.until).returning(Subscription.id)
    claimed = set(db.session.scalars(claim.execution_options(synchronize_session=False)))
    digest.know(wishes)
    letters = [digest.letter(wish, told[wish.id] or digest.until) for wish in wishes if wish.id in claimed]
    batches.enqueue_all([letter for letter in letters if letter])
    db.session.expunge_all()  # a commit would have every post read again for the next some hundred
    db.session.commit()
    return sum(1 for letter in letters if letter)


def _kept_apart(what: str, tell_of: Callable[..., bool], about: Post | Comment) -> int:
    """One that fails is told in the log, without its words, and tried again a minute later."""
    try:
        return int(tell_of(about))
    except (SQLAlchemyError, ValueError, AssertionError) as problem:
        db.session.rollback()
        log.error("%s could not be announced: %s", what, type(problem).__name__)
        return 0


def _hold(unchanged: Any) -> bool:
    """Locks what is told of until the transaction ends. The update changes nothing: it takes SQLite's lock."""
    found: Any = db.session.execute(unchanged.execution_options(synchronize_session=False))
    return bool(found.rowcount == 1)


def _mark(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.commit()
