"""What a member types about themselves."""

from typing import Any

from wtforms import Field, StringField, TextAreaField
from wtforms.validators import AnyOf, StopValidation

from hcpov.auth.forms import Form
from hcpov.auth.models import (
    ABOUT_LENGTH,
    BODY_LENGTH,
    LINK_LENGTH,
    NAME_LENGTH,
    NUMBER_LENGTH,
    PLACE_LENGTH,
    PROFESSION_LENGTH,
    REGION_LENGTH,
    TITLE_LENGTH,
)
from hcpov.comments.forms import at_most, cleaned, line, said
from hcpov.languages import gettext, lazy
from hcpov.profiles.asks import NPI
from hcpov.text import check_digits
from hcpov.text.links import host_of

NPI_KIND = "npi"
NPI_BODY = "US NPI registry"
KINDS = {
    NPI_KIND: lazy("US National Provider Identifier (NPI)"),
    "other": lazy("Another licence or registration number"),
}


class ProfileForm(Form):
    """What everybody may know of a member."""

    name = StringField(
        lazy("Name"), [said(lazy("Please give your name.")), at_most(NAME_LENGTH, lazy("A name"))], filters=[line]
    )
    title = StringField(
        lazy("Professional title"),
        [said(lazy("Please give your professional title.")), at_most(TITLE_LENGTH, lazy("A title"))],
        filters=[line],
    )
    place = StringField(
        lazy("Place"),
        [said(lazy("Please say where you work or live.")), at_most(PLACE_LENGTH, lazy("A place"))],
        filters=[line],
    )
    about = TextAreaField(lazy("About you"), [at_most(ABOUT_LENGTH, lazy("It"))], filters=[cleaned])


class AskForm(Form):
    """What a member gives to be checked for a badge."""

    profession = StringField(
        lazy("Profession"),
        [said(lazy("Please say what you are registered as.")), at_most(PROFESSION_LENGTH, lazy("A profession"))],
        filters=[line],
    )
    region = StringField(
        lazy("Region"),
        [
            said(lazy("Please say where it is valid, such as a state or a country.")),
            at_most(REGION_LENGTH, lazy("A region")),
        ],
        filters=[line],
    )
    kind = StringField(lazy("Kind of number"), [AnyOf(list(KINDS), lazy("Please choose one of these."))])
    body = StringField(lazy("Who issued it"), [at_most(BODY_LENGTH, lazy("A name"))], filters=[line])
    number = StringField(
        lazy("Number"),
        [said(lazy("Please give the number.")), at_most(NUMBER_LENGTH - len(NPI), "A number")],
        filters=[line],
    )
    link = StringField(lazy("Link to the public register"), [at_most(LINK_LENGTH, lazy("A link"))], filters=[line])

    def validate_body(self, field: Field) -> None:
        """Asks for the body, which an NPI says by itself."""
        if self.kind.data != NPI_KIND:
            said(gettext("Please say who issued the number."))(self, field)

    def validate_number(self, field: Field) -> None:
        """Refuses an NPI with a wrong check digit. A right one is no proof: a moderator looks it up."""
        if self.kind.data != NPI_KIND:
            return
        digits = _bare(field.data)
        if not digits.isascii() or not digits.isdecimal() or not check_digits.npi(digits):
            raise StopValidation(gettext("An NPI has ten digits, and the last one checks the others. This is none."))

    def validate_link(self, field: Field) -> None:
        """Refuses what a moderator could not click without harm."""
        if field.data and not host_of(field.data):
            raise StopValidation(gettext("Please give a whole address that begins with https://, or leave it empty."))

    def given(self) -> dict[str, Any]:
        """Returns the fields as they are stored; an NPI bare, with its name before it."""
        number, npi = self.number.data or "", self.kind.data == NPI_KIND
        return {
            "profession": self.profession.data,
            "region": self.region.data,
            "body": self.body.data or (NPI_BODY if npi else ""),
            "number": f"{NPI}{_bare(number)}" if npi else number,
            "link": self.link.data,
        }


def _bare(number: str | None) -> str:
    """Returns a number as a register has it, whether it was typed with NPI before it, blanks or hyphens."""
    return (number or "").upper().removeprefix("NPI").replace(" ", "").replace("-", "").lstrip(":#")
