"""Reads about challenges."""

from datetime import timedelta

from sqlalchemy import func, select

from hcpov import clock
from hcpov.captcha import challenges
from hcpov.captcha.models import Challenge
from hcpov.extensions import db

GUESSES, GUESS_SECONDS = 3, 60


def was_used(challenge: challenges.Challenge) -> bool:
    """Says whether a challenge had its one try. Loads one row by its key."""
    return db.session.get(Challenge, challenge.nonce) is not None


def guesses_too_often(network: str | None) -> bool:
    """Says whether a network gave three wrong answers within a minute. One query; none for an unknown network."""
    if network is None:
        return False
    since = clock.now() - timedelta(seconds=GUESS_SECONDS)
    wanted = select(func.count()).where(
        Challenge.network == network, Challenge.used_at > since, Challenge.right.is_(False)
    )
    return (db.session.scalar(wanted) or 0) >= GUESSES
