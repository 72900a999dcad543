"""Whose turn it is: the rate of all workers together, and the pause of all when the relay is away. Nothing commits."""

from datetime import datetime, timedelta

from sqlalchemy import case, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hcpov import clock
from hcpov.extensions import db
from hcpov.mail.models import PROBLEM_LENGTH, THE_RELAY, Relay

FIRST, LONGEST = timedelta(minutes=1), timedelta(minutes=15)
FAR = 60.0  # seconds; a turn that lies further ahead was given before the clock was set back


def is_paused() -> bool:
    """Says whether the relay is left alone just now. One query."""
    until = db.session.scalar(select(Relay.paused_until).where(Relay.id == THE_RELAY))
    return until is not None and clock.now() < until <= clock.now() + LONGEST


def take(now: datetime, rate: int) -> float:
    """Takes the next turn at `rate` messages a minute, and returns how many seconds away it is. 0 is no limit."""
    if not rate:
        return 0.0
    interval, at = 60 / rate, now.timestamp()
    free = case((or_(Relay.next_at < at, Relay.next_at > at + FAR + 10 * interval), at), else_=Relay.next_at)
    mine = update(Relay).where(Relay.id == THE_RELAY).values(next_at=free + interval).returning(Relay.next_at)
    ends = db.session.scalar(mine.execution_options(synchronize_session=False))
    if ends is None:
        _add_row()
        return take(now, rate)
    return max(0.0, ends - interval - at)


def pause(problem: str) -> None:
    """Notes that the relay is away: all leave it alone for FIRST, twice as long each time, LONGEST at most."""
    now, row = clock.now(), _row()
    row.failures += 1
    row.away_since = row.away_since or now
    row.paused_until = now + min(FIRST * 2 ** min(row.failures - 1, 10), LONGEST)
    row.problem = problem[:PROBLEM_LENGTH]


def relay_is_back() -> None:
    """Ends the pause. Nothing is written when there was none."""
    well = {"failures": 0, "away_since": None, "paused_until": None, "problem": ""}
    there = update(Relay).where(Relay.id == THE_RELAY, Relay.failures > 0).values(well)
    db.session.execute(there.execution_options(synchronize_session=False))


def end_pause() -> None:
    """Lets the relay be called at once; what is wrong with it stays noted until a message was taken."""
    row = update(Relay).where(Relay.id == THE_RELAY).values(paused_until=None)
    db.session.execute(row.execution_options(synchronize_session=False))


def relay() -> Relay | None:
    """Returns how the relay is; None when nothing was ever sent. One query."""
    return db.session.get(Relay, THE_RELAY, populate_existing=True)


def _row() -> Relay:
    """Returns the one row, held until the transaction ends."""
    row = db.session.get(Relay, THE_RELAY, populate_existing=True, with_for_update=True)
    if row is None:
        _add_row()
        row = db.session.get_one(Relay, THE_RELAY, populate_existing=True, with_for_update=True)
    return row


def _add_row() -> None:
    """Adds the one row; another worker may do so at the same moment."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    new = insert(Relay).values(id=THE_RELAY, failures=0, problem="", next_at=0.0)
    db.session.execute(new.on_conflict_do_nothing())
