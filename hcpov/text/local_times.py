"""Moments as people type them, in the time of a place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hcpov.text.messages import mark

LENGTH = 19  # 2026-11-23T08:00:00
YEARS = 5


class NoMoment(ValueError):
    """A time that cannot be meant; the message says what to do."""


def moment_at(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    """Returns the moment that a clock in `zone` shows as `text`, such as `2026-11-23T08:00`; it lies after `now`.

    Raises NoMoment for what is no time, is over, is years away, or is skipped or shown twice by a change of clocks.
    """
    try:
        if len(text) > LENGTH:
            raise ValueError
        local = datetime.fromisoformat(text)
    except ValueError:
        raise NoMoment(mark("Write a day and a time, such as 2026-11-23T08:00.")) from None
    if local.tzinfo is not None or not now.year - 1 <= local.year <= now.year + YEARS:
        raise NoMoment(mark("Choose a time within 5 years."))
    early, late = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if early.utcoffset() != late.utcoffset():
        if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
            raise NoMoment(mark("The clocks go forward that night and skip this time. Choose one an hour later."))
        raise NoMoment(
            mark("The clocks go back that night and show this time twice. Choose one an hour earlier or later.")
        )
    if early <= now:
        raise NoMoment(mark("This time is over. Choose one that is still to come."))
    return early.astimezone(UTC)


def normal(text: str) -> str:
    """Returns a time as `2026-11-23T08:00`, however it was written; what is no time stays as it is."""
    try:
        return _shortest(datetime.fromisoformat(text)) if len(text) <= LENGTH else text
    except ValueError:
        return text


def planned(text: str, zone: ZoneInfo) -> datetime | None:
    """Returns the moment that a time in a form may mean, be it over or not; None for what is none."""
    try:
        local = datetime.fromisoformat(text).replace(tzinfo=zone)
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def typed(moment: datetime | None, zone: ZoneInfo) -> str:
    """Returns a moment as it stands in a form; empty for none."""
    if moment is None:
        return ""
    return _shortest(moment.astimezone(zone).replace(tzinfo=None))


def _shortest(local: datetime) -> str:
    return local.isoformat(timespec="seconds" if local.second else "minutes")


def clock_time(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Returns the time of day, such as `12:03`, and the day as well when it was more than half a day ago."""
    local = moment.astimezone(zone)
    day = "" if now - moment < timedelta(hours=12) else f" on {local:%Y-%m-%d}"
    return f"{local:%H:%M}{day}"
