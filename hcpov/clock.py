"""The only place that asks the time."""

from datetime import UTC, datetime


def now() -> datetime:
    """Returns the present moment, aware and in UTC. Tests move it with time-machine."""
    return datetime.now(UTC)
