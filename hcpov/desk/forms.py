"""What an editor typed."""

import re
from typing import Any

from wtforms import Field, IntegerField, StringField, TextAreaField
from wtforms.validators import AnyOf, NumberRange, Optional, StopValidation

from hcpov.auth.forms import Form
from hcpov.blog.models import CommentRule
from hcpov.comments.forms import at_most, cleaned, line, said
from hcpov.comments.models import BODY_LENGTH, REASON_LENGTH, WORD_LENGTH
from hcpov.text import identifiers

WORDS = 500
WORDS_LENGTH = WORDS * (WORD_LENGTH + 2)
DAYS = 3650

_WORD = re.compile(r"[^\W_]+")
RULES = {
    CommentRule.OPEN: "Show every comment at once",
    CommentRule.FIRST: "Hold the first by each address",
    CommentRule.ALL: "Hold every comment",
    CommentRule.CLOSED: "Take no new comments",
}


def names_nobody(form: Any, field: Field) -> None:
    """Refuses a reason that names the writer or may identify a patient: the log is public."""
    reason = field.data or ""
    writer = re.search(rf"(?<!\w){re.escape(form.writer)}(?!\w)", reason, re.IGNORECASE) if form.writer else None
    if writer or identifiers.find(reason):
        raise StopValidation("The log is public: leave out the writer's name and whatever may identify a patient.")


class SettleForm(Form):
    """An editor's other words, or a reason."""

    writer = ""
    body = TextAreaField(
        "The words to publish",
        [said("Please leave some words to publish."), at_most(BODY_LENGTH, "A comment")],
        filters=[cleaned],
    )
    reason = StringField(
        "Reason",
        [said("Please give the writer a reason."), at_most(REASON_LENGTH, "A reason"), names_nobody],
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


class WordsForm(Form):
    """The words that hold a comment, one a line."""

    words = TextAreaField("Words and phrases", [at_most(WORDS_LENGTH, "The list")], filters=[cleaned])

    def validate_words(self, _field: Field) -> None:
        """Refuses more or longer words than are kept."""
        words = self.listed()
        if len(words) > WORDS:
            raise StopValidation(f"{len(words):,} words are too many: at most {WORDS} are kept.")
        if any(len(word) > WORD_LENGTH for word in words):
            raise StopValidation(f"A word or phrase can be at most {WORD_LENGTH} characters long.")

    def listed(self) -> list[str]:
        """Returns the words as the guard compares them: small letters, single blanks, no other signs."""
        lines = (" ".join(_WORD.findall(each.casefold())) for each in (self.words.data or "").splitlines())
        return sorted({word for word in lines if word})


class RuleForm(Form):
    """Whose comments a blog publishes at once, and for how long."""

    rule = StringField("New comments", [AnyOf([rule.value for rule in RULES], "Choose one of the rules.")])
    days = IntegerField(
        "Close after days",
        [Optional(), NumberRange(1, DAYS, f"Give a number of days from 1 to {DAYS}, or leave it empty.")],
    )
