"""Writes about challenges."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError

from hcpov import clock, config
from hcpov.captcha import challenges
from hcpov.captcha.models import Challenge
from hcpov.extensions import db

_SPENT = insert(Challenge.__table__)  # type: ignore[arg-type]  # it is a table


def burn(challenge: challenges.Challenge, right: bool, network: str | None = None) -> bool:
    """Commits that a challenge had its one try; returns False when it had it before."""
    try:
        spend([tried(challenge, right, network)])
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        return False
    return True


def tried(challenge: challenges.Challenge, right: bool, network: str | None = None) -> dict[str, Any]:
    """Returns what is noted of a challenge once it had its one try."""
    return {"nonce": challenge.nonce, "used_at": clock.now(), "right": right, "network": network}


def spend(rows: Sequence[dict[str, Any]]) -> None:
    """Writes challenges that were `tried`, for a caller that commits it. Raises IntegrityError if one was before.

    Past the session, which costs as much again: each comment comes this way, and no page shows a challenge.
    """
    db.session.connection().execute(_SPENT, rows)


def forget_used() -> int:
    """Deletes the rows of challenges too old to be tried again; returns how many. Commits."""
    # Twice the life of a code: a row must outlive the last moment at which its token could still be accepted.
    horizon = clock.now() - timedelta(minutes=2 * config.current().code_minutes)
    gone = db.session.execute(delete(Challenge).where(Challenge.used_at < horizon))
    db.session.commit()
    return int(gone.rowcount)  # type: ignore[attr-defined]
