"""What an editor typed."""

import re
from datetime import date, timedelta
from typing import Any

from wtforms import Field, IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, NumberRange, Optional, StopValidation

from hcpov.audit.models import REASON_LENGTH as LOG_LENGTH
from hcpov.auth.forms import Form
from hcpov.blog.models import CommentRule
from hcpov.comments.forms import at_most, cleaned, line, said
from hcpov.comments.models import BODY_LENGTH, REASON_LENGTH, WORD_LENGTH
from hcpov.languages import figure, gettext, lazy
from hcpov.profiles import terms
from hcpov.text import identifiers

WORDS = 500
WORDS_LENGTH = WORDS * (WORD_LENGTH + 2)
DAYS = 3650

_WORD = re.compile(r"[^\W_]+")
RULES = {
    CommentRule.OPEN: lazy("Show every comment at once"),
    CommentRule.FIRST: lazy("Hold the first by each address"),
    CommentRule.ALL: lazy("Hold every comment"),
    CommentRule.CLOSED: lazy("Take no new comments"),
}


def names_nobody(form: Any, field: Field) -> None:
    """Refuses a reason that names the writer or may identify a patient: the log is public."""
    reason = field.data or ""
    writer = re.search(rf"(?<!\w){re.escape(form.writer)}(?!\w)", reason, re.IGNORECASE) if form.writer else None
    if writer or identifiers.find(reason):
        raise StopValidation(
            gettext("The log is public: leave out the writer's name and whatever may identify a patient.")
        )


class SettleForm(Form):
    """An editor's other words, or a reason."""

    writer = ""
    body = TextAreaField(
        lazy("The words to publish"),
        [said(lazy("Please leave some words to publish.")), at_most(BODY_LENGTH, lazy("A comment"))],
        filters=[cleaned],
    )
    reason = StringField(
        lazy("Reason"),
        [said(lazy("Please give the writer a reason.")), at_most(REASON_LENGTH, lazy("A reason")), names_nobody],
        filters=[line],
    )

    def says_enough(self, what: str) -> bool:
        """Says whether the fields that a decision needs are good. A removal may give a reason, a return must."""
        if what == "edited":
            return bool(self.body.validate(self))
        if what == "returned" or (what == "removed" and self.reason.data):
            return bool(self.reason.validate(self))
        return True

    def reason_for(self, what: str) -> str:
        """Returns the reason of a decision that has one."""
        return (self.reason.data or "") if what in {"returned", "removed"} else ""


def in_time(form: Any, _field: Field) -> None:
    """Refuses what is no day, a day that is over, and one too far ahead."""
    first, last = terms.today() + timedelta(days=1), terms.latest()
    if (day := form.until) is None or not first <= day <= last:
        raise StopValidation(gettext("Give a day from %(first)s to %(last)s.", first=first, last=last))


class BadgeForm(Form):
    """A moderator's decision on a badge: a last day to grant it, a reason to refuse it or to take it back."""

    expires_on = StringField(lazy("Shown until"), [in_time], filters=[line])
    reason = StringField(
        lazy("Reason"),
        [said(lazy("Please give the member a reason.")), at_most(REASON_LENGTH, lazy("A reason"))],
        filters=[line],
    )

    @property
    def until(self) -> date | None:
        """The last day; None for what is none."""
        try:
            return date.fromisoformat(self.expires_on.data or "")
        except ValueError:
            return None

    def says_enough(self, what: str) -> bool:
        """Says whether the fields that a decision needs are good. Granting may give a reason, the others must."""
        good = what != "grant" or self.expires_on.validate(self)
        return bool(good and ((what == "grant" and not self.reason.data) or self.reason.validate(self)))


class WordsForm(Form):
    """The words that hold a comment, one a line."""

    words = TextAreaField(lazy("Words and phrases"), [at_most(WORDS_LENGTH, lazy("The list"))], filters=[cleaned])

    def validate_words(self, _field: Field) -> None:
        """Refuses more or longer words than are kept."""
        words = self.listed()
        if len(words) > WORDS:
            raise StopValidation(
                gettext(
                    "%(number)s words are too many: at most %(most)s are kept.", number=figure(len(words)), most=WORDS
                )
            )
        if any(len(word) > WORD_LENGTH for word in words):
            raise StopValidation(
                gettext("A word or phrase can be at most %(length)s characters long.", length=WORD_LENGTH)
            )

    def listed(self) -> list[str]:
        """Returns the words as the guard compares them: small letters, single blanks, no other signs."""
        lines = (" ".join(_WORD.findall(each.casefold())) for each in (self.words.data or "").splitlines())
        return sorted({word for word in lines if word})


class RuleForm(Form):
    """Whose comments a blog publishes at once, and for how long."""

    rule = StringField(lazy("New comments"), [AnyOf([rule.value for rule in RULES], lazy("Choose one of the rules."))])
    days = IntegerField(
        lazy("Close after days"),
        [
            Optional(),
            NumberRange(1, DAYS, lazy("Give a number of days from 1 to %(days)s, or leave it empty.", days=DAYS)),
        ],
    )


class ReasonForm(Form):
    """Why a role is given or taken, or an account switched off: for the log, and for the member."""

    reason = StringField(
        lazy("Reason"),
        [said(lazy("Please give a reason.")), at_most(LOG_LENGTH, lazy("A reason"))],
        filters=[line],
    )
