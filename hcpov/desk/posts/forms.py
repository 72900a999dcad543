"""What is typed into the editor."""

from wtforms import Field, HiddenField, StringField, TextAreaField
from wtforms.validators import StopValidation

from hcpov import clock, config
from hcpov.auth.forms import Form
from hcpov.auth.models import NAME_LENGTH, PLACE_LENGTH, TITLE_LENGTH
from hcpov.blog import texts
from hcpov.blog.models import (
    BODY_LENGTH,
    DISCLOSURE_LENGTH,
    EMBARGO_LENGTH,
    NOTE_LENGTH,
    POST_TITLE_LENGTH,
    REASON_LENGTH,
    SUMMARY_LENGTH,
    TAG_LENGTH,
    TAGS,
)
from hcpov.comments.forms import at_most, cleaned, line
from hcpov.text.local_times import NoMoment, moment_at, normal
from hcpov.text.slugs import SLUG_LENGTH, slug_for

KEPT = 1_000_000  # characters that a draft may hold, more than can be saved: nothing is lost while it is shortened
NUMBER_LENGTH, TAB_LENGTH = 9, 32
ANNOUNCE = [("yes", "Tell them when it is published"), ("no", "Do not tell them")]


def few_tags(_form: Form, field: Field) -> None:
    """Refuses more or longer tags than a post can have."""
    names = [name for each in (field.data or "").split(",") if (name := each.strip())]
    if len(names) > TAGS:
        raise StopValidation(f"{len(names)} tags are too many: a post can have {TAGS}.")
    if any(len(name) > TAG_LENGTH for name in names):
        raise StopValidation(f"A tag can be at most {TAG_LENGTH} characters long.")


def makes_a_slug(_form: Form, field: Field) -> None:
    """Refuses an address of which nothing is left."""
    if field.data and not slug_for(field.data, ""):
        raise StopValidation("Use letters, digits and hyphens, or leave it empty.")


class WordsForm(Form):
    """The words of a post, which can be changed after publication too."""

    title = StringField("Title", [at_most(POST_TITLE_LENGTH, "A title")], filters=[line])
    summary = StringField("Summary", [at_most(SUMMARY_LENGTH, "A summary")], filters=[line])
    editors_note = TextAreaField("Editor's note", [at_most(NOTE_LENGTH, "A note")], filters=[cleaned])
    body = TextAreaField("Text", [at_most(BODY_LENGTH, "A text")], filters=[cleaned])
    disclosure = TextAreaField("Disclosure", [at_most(DISCLOSURE_LENGTH, "A disclosure")], filters=[cleaned])


class PostForm(WordsForm):
    """The whole editor. `base` is the version it was made from, `tab` where it is typed, `restored` where it was."""

    tags = StringField("Tags", [few_tags], filters=[line])
    slug = StringField("Address", [makes_a_slug, at_most(SLUG_LENGTH, "An address")], filters=[line])
    author = StringField("Account", filters=[line])
    byline_name = StringField("Guest's name", [at_most(NAME_LENGTH, "A name")], filters=[line])
    byline_title = StringField("Guest's title", [at_most(TITLE_LENGTH, "A title")], filters=[line])
    byline_place = StringField("Guest's place", [at_most(PLACE_LENGTH, "A place")], filters=[line])
    embargo = StringField("Embargo", [at_most(EMBARGO_LENGTH, "A note")], filters=[line])
    announce = StringField("Subscribers", filters=[line])
    at = StringField("Publish", filters=[line])
    base = HiddenField(filters=[line])
    tab = HiddenField(filters=[line])
    restored = HiddenField(filters=[line])

    def typed(self, saved: dict[str, str], publishes: bool) -> dict[str, str]:
        """Returns the words as they are stored. What was not in the form stays; only editors choose the writer."""
        found = {name: self[name].data if self[name].raw_data else saved[name] for name in texts.TYPED}
        if not publishes:
            found["author"] = saved["author"]
        found["at"] = normal(found["at"] or "")
        if found["announce"] not in {"yes", "no"}:
            found["announce"] = saved["announce"]
        return texts.tidy({name: text or "" for name, text in found.items()})

    @property
    def version(self) -> int:
        """The version that the form was made from; 0, which no post ever was, for what is no number."""
        text = self.base.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) <= NUMBER_LENGTH else 0

    @property
    def tabs(self) -> list[str]:
        """The tabs whose drafts this form holds."""
        return [name[:TAB_LENGTH] for name in (self.tab.data, self.restored.data) if name]


class WordForm(Form):
    """An editor's word to the writer, when a post goes back."""

    word = TextAreaField("A word to the writer", [at_most(REASON_LENGTH, "A word")], filters=[cleaned])


def problem_with_time(typed: str, saved: str, must_come: bool) -> str:
    """Returns what is wrong with a planned time; empty when nothing is. What was saved before may be over by now."""
    if not typed:
        return "Choose when it is to be published." if must_come else ""
    if typed == saved and not must_come:
        return ""
    try:
        moment_at(typed, config.current().zone, clock.now())
    except NoMoment as problem:
        return str(problem)
    return ""
