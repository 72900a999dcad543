"""What an editor says of a review."""

from datetime import date

from wtforms import DateField, Field, StringField
from wtforms.validators import InputRequired, StopValidation

from hcpov import clock, config
from hcpov.auth.forms import Form
from hcpov.auth.models import NAME_LENGTH, PLACE_LENGTH, TITLE_LENGTH
from hcpov.comments.forms import at_most, line, said
from hcpov.languages import gettext, lazy

FIRST = date(2000, 1, 1)


class ReviewForm(Form):
    """Who reviewed a post, and on which day."""

    name = StringField(
        lazy("Name"), [said(lazy("Please say who reviewed it.")), at_most(NAME_LENGTH, lazy("A name"))], filters=[line]
    )
    title = StringField(lazy("Professional title"), [at_most(TITLE_LENGTH, lazy("A title"))], filters=[line])
    place = StringField(lazy("Place"), [at_most(PLACE_LENGTH, lazy("A place"))], filters=[line])
    on = DateField(lazy("Reviewed on"), [InputRequired(lazy("Please say on which day, such as 2026-03-03."))])

    def validate_on(self, field: Field) -> None:
        """Refuses days that cannot be meant. Today is today in the site's zone."""
        if field.data and not FIRST <= field.data <= clock.now().astimezone(config.current().zone).date():
            raise StopValidation(gettext("Choose a day that is not ahead, and not before 2000."))
