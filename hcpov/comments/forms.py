"""What a commenter typed."""

from collections.abc import Callable
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_login import current_user
from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, StopValidation

from hcpov.auth.forms import Form
from hcpov.auth.models import EMAIL_LENGTH, NAME_LENGTH, PLACE_LENGTH, TITLE_LENGTH
from hcpov.comments.models import BODY_LENGTH, DISCLOSURE_LENGTH, REASON_LENGTH
from hcpov.languages import gettext, lazy, lazy_figure
from hcpov.text.plain import clean, is_blank, one_line


def cleaned(text: str | None) -> str:
    """Returns what was typed into a field of several lines, made storable."""
    return clean(text or "")


def line(text: str | None) -> str:
    """Returns what was typed into a field of one line, made storable."""
    return one_line(text or "")


def said(words: str) -> Callable[[Any, Field], None]:
    """Returns a check that refuses an empty field with these words. Whitespace is empty."""

    def check(_form: Any, field: Field) -> None:
        if is_blank(field.data or ""):
            field.errors = []
            raise StopValidation(words)

    return check


def of_guests(words: str) -> Callable[[Any, Field], None]:
    """Like `said`, for what a member's account knows already."""
    check = said(words)

    def check_guest(form: Any, field: Field) -> None:
        if is_blank(field.data or "") and not current_user.is_authenticated:
            check(form, field)

    return check_guest


def at_most(limit: int, what: str) -> Length:
    """Returns a check of a field's length, in characters."""
    words = lazy("%(what)s can be at most %(limit)s characters long.", what=what, limit=lazy_figure(limit))
    return Length(max=limit, message=words)


def reachable(_form: Any, field: Field) -> None:
    """Refuses an e-mail address that no mail could reach. Asks no name server: that would tell on the reader."""
    if not field.data:
        return
    try:
        field.data = validate_email(field.data, check_deliverability=False).normalized
    except EmailNotValidError:
        raise StopValidation(
            gettext("This does not look like an e-mail address. One looks like name@example.org.")
        ) from None


class ReportForm(Form):
    """A reader's report."""

    reason = StringField(
        lazy("What is wrong with it"),
        [said(lazy("Please say what is wrong.")), at_most(REASON_LENGTH, lazy("A reason"))],
        filters=[line],
    )


class PatientAnswer(Form):
    """The answer to "may identify a patient": `no` with a reason, or `editors`."""

    patient = StringField(filters=[line])
    patient_reason = StringField(
        lazy("Why it is no patient"), [at_most(REASON_LENGTH, lazy("A reason"))], filters=[line]
    )


class EditForm(PatientAnswer):
    """Other words for a comment."""

    body = TextAreaField(
        lazy("Comment"),
        [said(lazy("Please write your comment.")), at_most(BODY_LENGTH, lazy("A comment"))],
        filters=[cleaned],
    )


class CommentForm(PatientAnswer):
    """The comment form. Names are the public contract; limits are the table's."""

    name = StringField(
        lazy("Name"), [of_guests(lazy("Please give your name.")), at_most(NAME_LENGTH, lazy("A name"))], filters=[line]
    )
    title = StringField(
        lazy("Professional title"),
        [of_guests(lazy("Please give your professional title.")), at_most(TITLE_LENGTH, lazy("A title"))],
        filters=[line],
    )
    place = StringField(
        lazy("Place"),
        [of_guests(lazy("Please say where you work or live.")), at_most(PLACE_LENGTH, lazy("A place"))],
        filters=[line],
    )
    email = StringField(lazy("E-mail"), [at_most(EMAIL_LENGTH, lazy("An e-mail address")), reachable], filters=[line])
    body = TextAreaField(
        lazy("Comment"),
        [said(lazy("Please write your comment.")), at_most(BODY_LENGTH, lazy("A comment"))],
        filters=[cleaned],
    )
    disclosure = StringField(lazy("Disclosure"), [at_most(DISCLOSURE_LENGTH, lazy("A disclosure"))], filters=[line])
    parent = HiddenField(filters=[line])
    challenge = HiddenField(filters=[line])
    code = StringField(lazy("Security code"), filters=[line])
    editor = StringField(filters=[line])  # "yes": neither seen nor heard, an editor shall check the comment
    website = StringField(filters=[line])  # the honeypot: people do not see it
