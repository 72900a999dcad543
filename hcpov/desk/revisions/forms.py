"""What an editor typed to change a published post."""

from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField
from wtforms.validators import AnyOf, StopValidation

from hcpov.auth.forms import Form
from hcpov.blog import texts
from hcpov.blog.models import POST_TITLE_LENGTH, REASON_LENGTH, SUMMARY_LENGTH, Change
from hcpov.comments.forms import at_most, cleaned, line, said
from hcpov.desk.posts.forms import is_known, tag
from hcpov.languages import gettext, lazy
from hcpov.text import identifiers
from hcpov.text.plain import is_blank

BODY_LENGTH = 500_000
NOTE_LENGTH = 5_000

KINDS = {
    Change.MINOR: (lazy("Minor"), lazy("Spelling, layout, a broken link. No notice; counted in the history.")),
    Change.CORRECTION: (lazy("Correction"), lazy("Something was wrong. A dated notice stands under the post.")),
    Change.CONCERN: (
        lazy("Expression of concern"),
        lazy("Something is being looked into. A dated notice stands above the text."),
    ),
    Change.RETRACTION: (
        lazy("Retraction"),
        lazy("Nobody should rely on it. The text stays readable and is marked as retracted, for good."),
    ),
    Change.REMOVAL: (
        lazy("Removal for privacy"),
        lazy("The text of all earlier revisions, and everybody's unsaved drafts of this post, are erased for good."),
    ),
}
PATIENT = lazy("The notice is public: leave out whatever may identify somebody. Say what kind of thing was removed.")


def version_of(text: str | None) -> int:
    """Returns the version that a form was made from; 0, which no post has, for what is no number."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


class ReasonForm(Form):
    """A reason that everybody may read."""

    version = HiddenField()
    reason = StringField(
        lazy("Reason"),
        [said(lazy("Please give a reason. Readers see it.")), at_most(REASON_LENGTH, lazy("A reason"))],
        filters=[line],
    )


class ChangeForm(Form):
    """Other words for a published post, what kind of change it is, and why. `was` are the words it has now."""

    was: dict[str, str] | None = None
    version = HiddenField()
    title = StringField(
        lazy("Title"),
        [said(lazy("Please give the post a title.")), at_most(POST_TITLE_LENGTH, lazy("A title"))],
        filters=[line],
    )
    summary = StringField(lazy("Summary"), [at_most(SUMMARY_LENGTH, lazy("A summary"))], filters=[line])
    editors_note = TextAreaField(
        lazy("Editor's note"), [at_most(NOTE_LENGTH, lazy("An editor's note"))], filters=[cleaned]
    )
    body = TextAreaField(
        lazy("Text"), [said(lazy("Please leave some text.")), at_most(BODY_LENGTH, lazy("A post"))], filters=[cleaned]
    )
    disclosure = TextAreaField(lazy("Disclosure"), [at_most(NOTE_LENGTH, lazy("A disclosure"))], filters=[cleaned])
    lang = StringField(lazy("Language"), [is_known], filters=[tag])
    kind = StringField(
        lazy("Kind of change"), [AnyOf([kind.value for kind in KINDS], lazy("Say what kind of change it is."))]
    )
    reason = StringField(lazy("Reason"), [at_most(REASON_LENGTH, lazy("A reason"))], filters=[line])
    erase = BooleanField(lazy("I have read what will be erased, and that nobody can bring it back."))

    def validate_kind(self, field: Field) -> None:
        """Refuses a minor change that changes nothing; a notice may stand for itself."""
        if field.data == Change.MINOR and self.was == self.words():
            raise StopValidation(
                gettext("Nothing is different yet. Change some words, or choose a kind that has a notice.")
            )

    def validate_reason(self, field: Field) -> None:
        """Asks why for all but minor changes. The reason of a removal names nobody."""
        if self.kind.data == Change.MINOR or self.kind.data not in set(KINDS):
            return
        if is_blank(field.data or ""):
            raise StopValidation(gettext("Please give a reason. Readers see it with the notice."))
        if self.kind.data == Change.REMOVAL and identifiers.find(field.data):
            raise StopValidation(PATIENT)

    def validate_erase(self, field: Field) -> None:
        """Asks for the tick before anything is erased; a preview erases nothing."""
        if self.kind.data == Change.REMOVAL and self.saves and not field.data:
            raise StopValidation(gettext("Read what will be erased, then tick this."))

    saves = False

    def words(self) -> dict[str, str]:
        """Returns the words as they would be stored. The language stays what it was where it was not asked for."""
        found = {name: self[name].data or "" for name in texts.OPEN}
        if self.was is not None and self.is_submitted() and not self.lang.raw_data:
            found["lang"] = self.was["lang"]
        return texts.tidy(found)
