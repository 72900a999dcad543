"""What somebody typed who wants to be kept updated."""

from typing import Any

from wtforms import Field, StringField
from wtforms.validators import StopValidation

from hcpov.auth.forms import Form
from hcpov.auth.models import EMAIL_LENGTH
from hcpov.comments.forms import at_most, line, reachable, said
from hcpov.languages import gettext, lazy
from hcpov.updates.addresses import same
from hcpov.updates.models import Cadence
from hcpov.updates.queries import AT_MOST

NUMBER_LENGTH = 9  # PostgreSQL's integers end at ten digits


def _short(_form: Any, field: Field) -> None:
    """Small letters of some alphabets are more letters than the capitals were."""
    if len(same(field.data or "")) > EMAIL_LENGTH:
        raise StopValidation(
            gettext(
                "%(what)s can be at most %(limit)s characters long.",
                what=gettext("An e-mail address"),
                limit=EMAIL_LENGTH,
            )
        )


def _known_cadence(_form: Any, field: Field) -> None:
    if field.data not in {"", *Cadence}:
        raise StopValidation(gettext("Please choose how often."))


class UpdatesForm(Form):
    """An e-mail address, and how often it wants to hear of what: `about` names it, `reply` and `post` by a number."""

    email = StringField(
        lazy("E-mail"),
        [
            said(lazy("Please give your e-mail address.")),
            at_most(EMAIL_LENGTH, lazy("An e-mail address")),
            reachable,
            _short,
        ],
        filters=[line],
    )
    cadence = StringField(lazy("How often"), [_known_cadence], filters=[line])
    about = StringField(lazy("Of what"), filters=[line])

    @property
    def chosen(self) -> Cadence:
        """How often; at once for who did not choose."""
        return Cadence(self.cadence.data or Cadence.AT_ONCE)


class WishForm(Form):
    """What is to be done with which wishes of an address: `act` is confirm, change, leave, all, or again."""

    act = StringField(filters=[line])
    wish = StringField(filters=[line])
    cadence = StringField(lazy("How often"), [_known_cadence], filters=[line])

    def numbers(self) -> set[int]:
        """Returns the numbers of the wishes that are ticked, or the one whose button was pressed."""
        given = self.wish.raw_data or []
        return {
            int(each) for each in given[:AT_MOST] if each.isascii() and each.isdecimal() and len(each) <= NUMBER_LENGTH
        }
