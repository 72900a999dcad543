"""Moments as people read them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo


def long_date(moment: datetime, zone: ZoneInfo) -> str:
    """Returns `January 28, 2013`. Month names are English whatever the server's locale is."""
    return long_day(moment.astimezone(zone))


def long_day(day: date) -> str:
    """Returns `January 28, 2013` for a day that is one in any zone."""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def long_moment(moment: datetime, zone: ZoneInfo) -> str:
    """Returns `January 28, 2013 11:13 AM`."""
    local = moment.astimezone(zone)
    half = "AM" if local.hour < 12 else "PM"
    return f"{long_date(moment, zone)} {local.hour % 12 or 12}:{local.minute:02} {half}"


def ago(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Returns `just now`, `12 minutes ago`, `1 hour ago`, `3 days ago`; a date for what is older than a month."""
    minutes = int((now - moment).total_seconds() // 60)
    if minutes > MONTH_MINUTES:
        return long_date(moment, zone)
    for size, name in ((24 * 60, "day"), (60, "hour"), (1, "minute")):
        if number := max(minutes, 0) // size:
            return f"{number} {name}{'s' if number > 1 else ''} ago"
    return "just now"


def machine(moment: datetime) -> str:
    """Returns the moment for the `datetime` attribute and for feeds (RFC 3339), to the second, in UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def machine_minute(moment: datetime) -> str:
    """Returns the moment for the `datetime` attribute beside words that say it to the minute: seconds cost bytes."""
    return moment.strftime("%Y-%m-%dT%H:%MZ")


def machine_day(moment: datetime, zone: ZoneInfo) -> str:
    """Returns the day for the `datetime` attribute, as it was in a zone, where many stand and hours cost bytes."""
    return moment.astimezone(zone).date().isoformat()


def month_name(year: int, month: int) -> str:
    """Returns `January 2013`."""
    return f"{MONTHS[month - 1]} {year}"


MONTH_MINUTES = 31 * 24 * 60
MONTHS = (
    "January February March April May June July August September October November December".split()
)  # strftime would follow the server's locale
