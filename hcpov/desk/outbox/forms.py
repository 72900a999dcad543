"""An address that shall be written to again."""

from wtforms import StringField

from hcpov.auth.forms import Form
from hcpov.auth.models import EMAIL_LENGTH
from hcpov.comments.forms import at_most, line, said
from hcpov.languages import lazy


class AddressForm(Form):
    """An e-mail address, however it is written: nothing is sent because of it."""

    email = StringField(
        lazy("E-mail"),
        [said(lazy("Please give an e-mail address.")), at_most(EMAIL_LENGTH, lazy("An e-mail address"))],
        filters=[line],
    )
