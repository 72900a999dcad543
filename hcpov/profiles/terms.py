"""How long a badge is shown. Days are those of the site's time zone."""

from datetime import date, datetime, time, timedelta

from hcpov import clock, config

USUAL_YEARS, MOST_YEARS = 1, 5


def today() -> date:
    """Returns the day it is."""
    return clock.now().astimezone(config.current().zone).date()


def end_of(day: date) -> datetime:
    """Returns the moment at which a day is over."""
    return datetime.combine(day + timedelta(days=1), time(), config.current().zone)


def usual() -> date:
    """Returns the last day of a badge that is granted today, unless the moderator chooses another."""
    return years_on(today(), USUAL_YEARS)


def latest() -> date:
    """Returns the latest day that a badge granted today can last to."""
    return years_on(today(), MOST_YEARS)


def years_on(day: date, years: int) -> date:
    """Returns the same day so many years on; February 28 for a February 29 that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
