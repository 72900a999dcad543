"""Reads about challenges."""

from hcpov.captcha import challenges
from hcpov.captcha.models import Challenge
from hcpov.extensions import db


def was_used(challenge: challenges.Challenge) -> bool:
    """Says whether a challenge had its one try. Loads one row by its key."""
    return db.session.get(Challenge, challenge.nonce) is not None
