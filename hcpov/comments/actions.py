"""Writes about comments: the only place that commits them."""

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import String, cast, delete, func, literal, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from hcpov import clock
from hcpov.auth import tombstones
from hcpov.batches import Batches
from hcpov.blog.models import Post
from hcpov.captcha import actions as captcha
from hcpov.captcha.challenges import CODE, Challenge
from hcpov.comments import arrivals, erasing, queries
from hcpov.comments.arrivals import Arrival, count_in
from hcpov.comments.models import Comment, Decision, HeldWord, Report, State
from hcpov.comments.subjects import talk
from hcpov.comments.threads import Shown
from hcpov.comments.words import Words, mark
from hcpov.extensions import db
from hcpov.text import markdown

NETWORK_DAYS = 30
FORGOTTEN = "forgotten "

DEADLOCK = "40P01"  # as PostgreSQL says it
BATCHES = "hcpov.comments.batches"


def submit(
    post_id: int,
    words: Words,
    challenge: Challenge,
    parent: Comment | None,
    account_id: int | None,
    network: str | None = None,
    reasons: list[str] | None = None,
) -> tuple[Shown, int | None] | None:
    """Commits a comment, its used challenge and the post's count in one transaction, with what others send meanwhile.

    Returns what is shown of the comment as it was written, with the new count of its post. With reasons it is held and
    not counted. Where the same form was committed before, by a request that ran beside this one, returns that comment.
    Returns None when the challenge was burnt without leaving a comment.
    """
    now = clock.now()
    row = vars(words) | {
        **_made_of(words.body),
        "post_id": post_id,
        "parent_id": parent.id if parent else None,
        "account_id": account_id,
        "state": State.HELD if reasons else State.PUBLISHED,
        "reasons": reasons or [],
        "network": network,
        "submission_key": challenge.nonce,
        "created_at": now,
        "published_at": None if reasons else now,
    }
    right = not reasons or "security code" not in reasons[0]
    arrival = Arrival(row, captcha.tried(challenge, right) if challenge.kind == CODE else None)
    batches: Batches[Arrival] = current_app.extensions.setdefault(BATCHES, Batches(_commit))
    batches.add(arrival)
    if arrival.written is not None:
        return arrival.written, arrival.count
    # Two unique keys may have refused it, the comment's and the challenge's. Asking who was first is what counts.
    earlier = queries.by_submission_key(challenge.nonce)
    return (earlier, None) if earlier else None


def _commit(arrived: list[Arrival]) -> None:
    """Commits comments in one transaction; each in its own, should one of several be refused."""
    try:
        arrivals.write(arrived)
        db.session.commit()
    except DBAPIError as problem:
        db.session.rollback()
        for each in arrived:
            each.written = None
        is_refused = isinstance(problem, IntegrityError) or getattr(problem.orig, "sqlstate", "") == DEADLOCK
        if is_refused and len(arrived) > 1:
            for each in arrived:
                _commit([each])
        elif not isinstance(problem, IntegrityError):
            raise


def edit(comment: Comment, body: str, reasons: list[str] | None = None) -> bool:
    """Commits other words of the writer's own. With reasons the comment is held, whatever it was before.

    Returns False when it was removed or erased meanwhile.
    """
    if not queries.lock(comment) or comment.state not in queries.ALIVE:
        db.session.rollback()
        return False
    _write_body(comment, body)
    comment.edited_at = clock.now()
    if reasons:
        comment.reasons = reasons
        _move(comment, State.HELD)
    elif comment.state == State.RETURNED:
        _move(comment, State.HELD)
    db.session.commit()
    return True


def erase(comment: Comment) -> None:
    """Commits the erasure of a comment at its writer's wish.

    Where replies hang under it, or an import would bring it back, an empty removed comment stays as a stub; else the
    row goes. Reports of it, and what the moderation log kept for an undo, go as well.
    """
    if not queries.lock(comment):
        db.session.rollback()
        return
    buried = tombstones.bury(tombstones.COMMENT, comment.id, tombstones.REMOVED)
    erasing.erase_all(Comment.id == comment.id, tombstones.REMOVED, "")
    db.session.commit()
    tombstones.write_down([buried])


def settle(
    comment: Comment, account_id: int, what: str, state: State, reason: str = "", body: str | None = None
) -> Decision:
    """Commits a moderator's decision and its line in the log; `body` is an editor's other wording, marked as such."""
    before = {
        "state": comment.state,
        "body": comment.body,
        "edited": "yes" if comment.edited_by_editor else "",
        "edited_at": comment.edited_at.isoformat() if comment.edited_at else "",
        "reasons": "\n".join(comment.reasons),
    }
    decision = Decision(
        comment_id=comment.id, post_id=comment.post_id, account_id=account_id, what=what, reason=reason, before=before
    )
    db.session.add(decision)
    if body is not None and body != comment.body:
        _write_body(comment, body)
        comment.edited_by_editor, comment.edited_at = True, clock.now()
    _move(comment, state)
    if reason and state != State.PUBLISHED:
        comment.reasons = [reason]  # what the writer's receipt shows
    db.session.commit()
    return decision


def undo(decision: Decision) -> bool:
    """Commits the return of a comment to what it was before a decision; False when there is nothing to return to."""
    comment = db.session.get(Comment, decision.comment_id) if decision.comment_id else None
    if comment is None or decision.undone or not decision.before:
        return False
    decision.undone = True
    _write_body(comment, decision.before["body"])
    comment.edited_by_editor = bool(decision.before["edited"])
    edited_at = decision.before.get("edited_at")
    comment.edited_at = datetime.fromisoformat(edited_at) if edited_at else None
    _move(comment, State(decision.before["state"]))
    comment.reasons = decision.before["reasons"].splitlines()
    db.session.commit()
    return True


def report(comment: Comment, reason: str, network: str) -> None:
    """Commits a reader's report. A second one from the same network changes nothing."""
    db.session.add(Report(comment_id=comment.id, reason=reason, network=network))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()


def keep_words(words: list[str]) -> None:
    """Commits the moderators' list of words, as a whole."""
    # Writing comes first: it takes the lock on SQLite, so that of two lists saved at once the later one stands.
    db.session.execute(delete(HeldWord).where(HeldWord.word.not_in(words)))
    known = set(queries.held_words())
    db.session.add_all(HeldWord(word=word) for word in sorted(set(words) - known))
    db.session.commit()


def forget_networks() -> int:
    """Commits that the networks of comments and reports older than 30 days are forgotten; returns how many."""
    horizon = clock.now() - timedelta(days=NETWORK_DAYS)
    old_comments = update(Comment).where(Comment.network.is_not(None), Comment.created_at < horizon)
    old_reports = update(Report).where(Report.network.not_like(f"{FORGOTTEN}%"), Report.created_at < horizon)
    comments = db.session.execute(old_comments.values(network=None))
    # A report's network is part of a unique key: each is given a word of its own.
    reports = db.session.execute(old_reports.values(network=literal(FORGOTTEN) + cast(Report.id, String)))
    db.session.commit()
    return int(comments.rowcount + reports.rowcount)  # type: ignore[attr-defined]


def _write_body(comment: Comment, body: str) -> None:
    for name, value in _made_of(body).items():
        setattr(comment, name, value)


def _made_of(body: str) -> dict[str, str]:
    """Returns what is kept of a comment's words."""
    return {"body": body, "html": markdown.render_comment(body), "body_mark": mark(body)}


def _move(comment: Comment, state: State) -> None:
    """Changes a comment's state with the count of its post: one more or one less, never read and written back."""
    was, comment.state = comment.state, state
    if state == was:
        return
    if state == State.HELD:
        comment.noticed_at = None  # it waits anew
    if state == State.PUBLISHED:
        comment.published_at = comment.published_at or clock.now()
        comment.reasons = []
        count_in(comment.post_id, comment.created_at)
    elif was == State.PUBLISHED:
        newest = (
            select(func.max(Comment.created_at))
            .where(Comment.post_id == comment.post_id, Comment.state == State.PUBLISHED, Comment.id != comment.id)
            .scalar_subquery()
        )
        db.session.execute(
            update(Post)
            .where(Post.id == comment.post_id)
            .values(comment_count=Post.comment_count - 1, last_comment_at=newest)
            .execution_options(touches=talk(comment.post_id))
        )


def dismiss_reports(comment: Comment) -> None:
    """Takes the reports of a comment away. Does not commit: the decision that answers them does."""
    db.session.execute(delete(Report).where(Report.comment_id == comment.id))
