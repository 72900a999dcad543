"""Writes about challenges."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from hcpov import clock, config
from hcpov.captcha import challenges
from hcpov.captcha.models import Challenge
from hcpov.extensions import db


def burn(challenge: challenges.Challenge, right: bool, network: str | None = None) -> bool:
    """Commits that a challenge had its one try; returns False when it had it before."""
    db.session.add(used(challenge, right, network))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return False
    return True


def used(challenge: challenges.Challenge, right: bool, network: str | None = None) -> Challenge:
    """Returns the row that burns a challenge, for a caller that commits it with something else."""
    return Challenge(nonce=challenge.nonce, used_at=clock.now(), right=right, network=network)


def forget_used() -> int:
    """Deletes the rows of challenges too old to be tried again; returns how many. Commits."""
    # Twice the life of a code: a row must outlive the last moment at which its token could still be accepted.
    horizon = clock.now() - timedelta(minutes=2 * config.current().code_minutes)
    gone = db.session.execute(delete(Challenge).where(Challenge.used_at < horizon))
    db.session.commit()
    return int(gone.rowcount)  # type: ignore[attr-defined]
