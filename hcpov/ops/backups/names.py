"""What backups are called, and which of them are kept: 7 days, 4 weeks, 12 months. Pure."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

DAYS, WEEKS, MONTHS = 7, 4, 12
YOUNG = timedelta(days=1)  # nothing goes that somebody made a moment ago, before they meddle with something

_NAME = re.compile(r"hcpov-(\d{4}-\d{2}-\d{2}T\d{6})Z\.tar\.gz", re.ASCII)
_FORM = "%Y-%m-%dT%H%M%S"


def name(moment: datetime) -> str:
    """Returns the name of a backup of that moment, such as hcpov-2026-11-20T140500Z.tar.gz."""
    return f"hcpov-{stamp(moment)}.tar.gz"


def stamp(moment: datetime) -> str:
    """Returns a moment as names have it, in UTC."""
    return f"{moment.astimezone(UTC):{_FORM}}Z"


def moment(name: str) -> datetime | None:
    """Returns the moment that a backup's name says, None for what is no backup of ours."""
    found = _NAME.fullmatch(name)
    try:
        return datetime.strptime(found[1], _FORM).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def superfluous(found: Iterable[str], now: datetime) -> set[str]:
    """Returns the names that the rule gives up.

    Kept are the newest backup of each of the last 7 days that have one, of 4 weeks and of 12 months: days without a
    backup count for nothing, so that a machine that was off loses none. What is younger than a day, says to come from
    the future, or is no backup of ours, stays.
    """
    past = {name: at for name in found if (at := moment(name)) and at <= now}
    newest_first = sorted(past, key=lambda name: past[name], reverse=True)
    kept = {name for name in past if now - past[name] < YOUNG} | set(newest_first[:1])
    for slots, period in _RULES:
        first: dict[tuple[int, ...], str] = {}
        for name in newest_first:
            first.setdefault(period(past[name]), name)
        kept |= set(list(first.values())[:slots])
    return set(past) - kept


_RULES: tuple[tuple[int, Callable[[datetime], tuple[int, ...]]], ...] = (
    (DAYS, lambda at: (at.year, at.month, at.day)),
    (WEEKS, lambda at: tuple(at.isocalendar())[:2]),
    (MONTHS, lambda at: (at.year, at.month)),
)
