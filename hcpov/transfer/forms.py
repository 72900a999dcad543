"""What somebody chose who goes."""

from wtforms import BooleanField, Field, StringField
from wtforms.validators import AnyOf, DataRequired, ValidationError

from hcpov.auth.forms import Form
from hcpov.auth.models import EMAIL_LENGTH
from hcpov.auth.tombstones import ANONYMOUS, NAMED, REMOVED
from hcpov.languages import gettext, lazy
from hcpov.text.plain import one_line

CHOOSE = lazy("Please choose what becomes of your comments.")


class LeaveForm(Form):
    """What becomes of comments. Nothing is chosen beforehand."""

    comments = StringField(lazy("Your comments"), [AnyOf([REMOVED, ANONYMOUS], message=CHOOSE)])

    @property
    def how(self) -> str:
        """The choice as tombstones say it."""
        return self.comments.data or ""


class LeaveAccountForm(LeaveForm):
    """The same for a member, who has posts as well and types the account's address. `owner` is that address."""

    keep_name = BooleanField(lazy("Keep my name on my posts"))
    email = StringField(
        lazy("Your e-mail address"),
        [DataRequired(lazy("Please type your e-mail address."))],
        filters=[lambda text: one_line((text or "")[: EMAIL_LENGTH + 1])],
    )
    owner = ""

    def validate_email(self, field: Field) -> None:
        """Refuses any address but the account's own."""
        if field.data.casefold() != self.owner.casefold():
            raise ValidationError(gettext("This is not the address of this account. You find it above."))

    @property
    def how(self) -> str:
        """The choice as tombstones say it."""
        return f"{super().how} {NAMED}" if self.keep_name.data else super().how
