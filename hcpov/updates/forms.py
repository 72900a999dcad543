"""What somebody typed who wants to be kept updated."""

from wtforms import StringField

from hcpov.auth.forms import Form
from hcpov.auth.models import EMAIL_LENGTH
from hcpov.comments.forms import at_most, line, reachable, said


class UpdatesForm(Form):
    """An e-mail address, nothing else."""

    email = StringField(
        "E-mail",
        [said("Please give your e-mail address."), at_most(EMAIL_LENGTH, "An e-mail address"), reachable],
        filters=[line],
    )
