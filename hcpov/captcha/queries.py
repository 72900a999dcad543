"""Reads about challenges."""

from sqlalchemy import bindparam, exists, func, select

from hcpov.captcha import challenges
from hcpov.captcha.models import Challenge
from hcpov.extensions import db

GUESSES, GUESS_SECONDS = 3, 60

# Parts of a larger question, which is asked at once (`comments.queries.known`): whether `nonce` had its one try, and
# how many wrong answers `network` gave after the moment `guessed`.
_challenge = Challenge.__table__.c
USED = exists().where(_challenge.nonce == bindparam("nonce"))
WRONG = (
    select(func.count())
    .where(_challenge.network == bindparam("network"), _challenge.used_at > bindparam("guessed"))
    .where(_challenge.right.is_(False))
    .scalar_subquery()
)


def was_used(challenge: challenges.Challenge) -> bool:
    """Says whether a challenge had its one try. One query."""
    return bool(db.session.scalar(select(USED), {"nonce": challenge.nonce}))
