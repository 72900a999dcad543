"""What is sent with a picture."""

from wtforms import StringField
from wtforms.validators import Length

from hcpov.auth.forms import Form
from hcpov.comments.forms import line
from hcpov.languages import lazy
from hcpov.media.models import ALT_LENGTH

_SHORT = Length(
    max=ALT_LENGTH,
    message=lazy("This can be at most %(length)s characters long. Say it shorter.", length=ALT_LENGTH),
)


class AltForm(Form):
    """What a picture shows, for whoever cannot see it. The file itself is read by the view."""

    alt = StringField(lazy("What it shows"), [_SHORT], filters=[line])
