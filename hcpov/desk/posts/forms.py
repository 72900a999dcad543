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
from hcpov.languages import gettext, lazy
from hcpov.text.local_times import NoMoment, moment_at, normal
from hcpov.text.slugs import SLUG_LENGTH, slug_for
from hcpov.text.tongues import known

KEPT = 1_000_000  # characters that a draft may hold, more than can be saved: nothing is lost while it is shortened
NUMBER_LENGTH, TAB_LENGTH = 9, 32
ANNOUNCE = [("yes", lazy("Tell them when published")), ("no", lazy("Do not tell them"))]


def few_tags(_form: Form, field: Field) -> None:
    """Refuses more or longer tags than a post can have."""
    names = [name for each in (field.data or "").split(",") if (name := each.strip())]
    if len(names) > TAGS:
        raise StopValidation(
            gettext("%(number)s tags are too many: a post can have %(most)s.", number=len(names), most=TAGS)
        )
    if any(len(name) > TAG_LENGTH for name in names):
        raise StopValidation(gettext("A tag can be at most %(length)s characters long.", length=TAG_LENGTH))


def makes_a_slug(_form: Form, field: Field) -> None:
    """Refuses an address of which nothing is left."""
    if field.data and not slug_for(field.data, ""):
        raise StopValidation(gettext("Use letters, digits and hyphens, or leave it empty."))


def tag(text: str | None) -> str:
    """Returns a language's tag as it is written; what is none stays as it was typed."""
    return known(text or "") or line(text)


def is_known(_form: Form, field: Field) -> None:
    """Refuses a language that nobody knows."""
    if field.data and not known(field.data):
        raise StopValidation(gettext("This is no language that is known here. Write a tag such as es or pt-BR."))


class WordsForm(Form):
    """The words of a post, which can be changed after publication too."""

    title = StringField(lazy("Title"), [at_most(POST_TITLE_LENGTH, lazy("A title"))], filters=[line])
    summary = StringField(lazy("Summary"), [at_most(SUMMARY_LENGTH, lazy("A summary"))], filters=[line])
    editors_note = TextAreaField(lazy("Editor's note"), [at_most(NOTE_LENGTH, lazy("A note"))], filters=[cleaned])
    body = TextAreaField(lazy("Text"), [at_most(BODY_LENGTH, lazy("A text"))], filters=[cleaned])
    disclosure = TextAreaField(
        lazy("Disclosure"), [at_most(DISCLOSURE_LENGTH, lazy("A disclosure"))], filters=[cleaned]
    )


class PostForm(WordsForm):
    """The whole editor. `base` is the version it was made from, `tab` where it is typed, `restored` where it was."""

    tags = StringField(lazy("Tags"), [few_tags], filters=[line])
    slug = StringField(lazy("Address"), [makes_a_slug, at_most(SLUG_LENGTH, lazy("An address"))], filters=[line])
    author = StringField(lazy("Account"), filters=[line])
    byline_name = StringField(lazy("Guest's name"), [at_most(NAME_LENGTH, lazy("A name"))], filters=[line])
    byline_title = StringField(lazy("Guest's title"), [at_most(TITLE_LENGTH, lazy("A title"))], filters=[line])
    byline_place = StringField(lazy("Guest's place"), [at_most(PLACE_LENGTH, lazy("A place"))], filters=[line])
    embargo = StringField(lazy("Embargo"), [at_most(EMBARGO_LENGTH, lazy("A note"))], filters=[line])
    lang = StringField(lazy("Language"), [is_known], filters=[tag])
    announce = StringField(lazy("Subscribers"), filters=[line])
    at = StringField(lazy("Publish"), filters=[line])
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

    word = TextAreaField(lazy("A word to the writer"), [at_most(REASON_LENGTH, lazy("A word"))], filters=[cleaned])


def problem_with_time(typed: str, saved: str, must_come: bool) -> str:
    """Returns what is wrong with a planned time; empty when nothing is. What was saved before may be over by now."""
    if not typed:
        return gettext("Choose when it is to be published.") if must_come else ""
    if typed == saved and not must_come:
        return ""
    try:
        moment_at(typed, config.current().zone, clock.now())
    except NoMoment as problem:
        return gettext(str(problem))
    return ""
