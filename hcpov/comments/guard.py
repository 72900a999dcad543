"""The guard: small rules, each with a reason a person can read.

A rule accepts (None), holds, or asks the writer. Nobody is told "spam": behind each of these may be a person.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from hcpov.blog.heads import Head
from hcpov.blog.models import CommentRule
from hcpov.comments import queries
from hcpov.comments.queries import SENT_MINUTES, Known
from hcpov.comments.words import Words
from hcpov.text import identifiers
from hcpov.text.finds import Find

QUICK_SECONDS = 2.0
LINKS = 2
RATE_COMMENTS = 10
REPEATED_POSTS = 2
REPEATED_LENGTH = 40  # "I agree." is no advertisement

_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)


class Ruling(StrEnum):
    """What a rule wants."""

    HOLD = "hold"
    ASK = "ask"


@dataclass(frozen=True)
class Finding:
    """What a rule found, with the reason in words; `finds` are the places in the text, for the patient's rule."""

    ruling: Ruling
    reason: str
    finds: tuple[Find, ...] = ()


@dataclass(frozen=True)
class Submission:
    """A comment on its way in, with what the rules may look at."""

    post: Head
    words: Words
    member: bool
    known: Known
    seconds: float
    trap: str = ""
    without_code: bool = False


Rule = Callable[[Submission], Finding | None]


def hold(reason: str) -> Finding:
    """Returns a finding that holds."""
    return Finding(Ruling.HOLD, reason)


def without_code(comment: Submission) -> Finding | None:
    """Holds what came without a code, by somebody who could neither see nor hear it."""
    return hold("asked for an editor instead of the security code") if comment.without_code else None


def honeypot(comment: Submission) -> Finding | None:
    """Holds what filled in a field that people do not see."""
    return hold("a hidden field was filled in") if comment.trap else None


def time_to_fill(comment: Submission) -> Finding | None:
    """Holds a link that was sent sooner than anybody types. Quick without a link is somebody who pasted."""
    if comment.seconds >= QUICK_SECONDS or not _LINK.search(comment.words.body):
        return None
    return hold(f"a link, sent within {QUICK_SECONDS:.0f} seconds")


def rate(comment: Submission) -> Finding | None:
    """Holds when many comments came from one network in a short time."""
    if comment.member or comment.known.sent < RATE_COMMENTS:
        return None
    return hold(f"{RATE_COMMENTS} comments from one network in {SENT_MINUTES} minutes")


def links(comment: Submission) -> Finding | None:
    """Holds many links."""
    count = len(_LINK.findall(comment.words.body))
    return hold(f"{count} links") if count > LINKS else None


def repeated(comment: Submission) -> Finding | None:
    """Holds a text that stands under other posts already."""
    posts = comment.known.posts if len(comment.words.body) >= REPEATED_LENGTH else 0
    return hold(f"the same text on {posts} other posts") if posts >= REPEATED_POSTS else None


def word_list(comment: Submission) -> Finding | None:
    """Holds a word of the moderators' list."""
    text = f" {' '.join(_WORD.findall(comment.words.body.casefold()))} "
    for word in comment.known.words:
        if f" {word} " in text:
            return hold(f"the word “{word}”")
    return None


def blog_rule(comment: Submission) -> Finding | None:
    """Holds what the blog wants to see first: every comment, or the first of an address or member."""
    rule = comment.post.comment_rule
    if rule == CommentRule.ALL:
        return hold("this blog checks every comment")
    if rule == CommentRule.FIRST and not comment.member and not queries.published_before(comment.words.email):
        return hold("the first comment by this address")
    return None


def patient_identifiers(comment: Submission) -> Finding | None:
    """Asks about what may identify a patient (after 45 CFR 164.514(b)(2)). The writer's and authors' names are none."""
    own = (comment.words.name, comment.words.title, comment.words.place, *comment.post.names)
    finds = identifiers.find(comment.words.body, own)
    if not finds:
        return None
    kinds = ", ".join(dict.fromkeys(find.kind.words for find in finds))
    return Finding(Ruling.ASK, f"may identify a patient: {kinds}", tuple(finds))


RULES: tuple[Rule, ...] = (
    without_code,
    honeypot,
    time_to_fill,
    rate,
    links,
    repeated,
    word_list,
    blog_rule,
    patient_identifiers,
)


def judge(comment: Submission) -> list[Finding]:
    """Returns what all rules found; an empty list accepts."""
    return [finding for rule in RULES if (finding := rule(comment)) is not None]
