"""What to look for in the audit log."""

from datetime import date, datetime, time, timedelta

from wtforms import Field, StringField
from wtforms.validators import StopValidation

from hcpov import config
from hcpov.audit.models import ABOUT_LENGTH, WHAT_LENGTH
from hcpov.auth.forms import Form
from hcpov.auth.models import NAME_LENGTH
from hcpov.comments.forms import at_most, line
from hcpov.languages import gettext, lazy


def a_day(_form: Form, field: Field) -> None:
    """Refuses what is no day."""
    if field.data and day_of(field.data) is None:
        raise StopValidation(gettext("Write a day as year, month and day, such as 2026-11-22."))


def day_of(text: str | None) -> date | None:
    """Returns the day written as `2026-11-22`; None for none and for what is no day."""
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1900 < found.year < 9999 else None


class FilterForm(Form):
    """Who, what, about, from and to: all of them may be empty. Days are those of the site's time zone."""

    who = StringField(lazy("Who"), [at_most(NAME_LENGTH, lazy("A name"))], filters=[line])
    what = StringField(lazy("What was done"), [at_most(WHAT_LENGTH, lazy("This"))], filters=[line])
    about = StringField(lazy("To what"), [at_most(ABOUT_LENGTH, lazy("This"))], filters=[line])
    since = StringField(lazy("From"), [a_day], filters=[line])
    until = StringField(lazy("To"), [a_day], filters=[line])

    @property
    def begins(self) -> datetime | None:
        """The first moment to read."""
        return _midnight(day_of(self.since.data))

    @property
    def ends(self) -> datetime | None:
        """The first moment behind the last day."""
        day = day_of(self.until.data)
        return _midnight(day + timedelta(days=1)) if day else None


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), config.current().zone) if day else None
