"""A form that goes nowhere: it shows how fields look."""

from wtforms import EmailField, StringField, TextAreaField

from hcpov.auth.forms import Form
from hcpov.languages import lazy


class SampleForm(Form):
    """A field that is filled in, one that is wrong, and one of several lines."""

    name = StringField(lazy("Name"))
    email = EmailField(lazy("E-mail"))
    body = TextAreaField(lazy("Your words"))
