"""Why a comment waits, as it is said to people.

The rules (comments/guard.py) write their reasons in English into the database, where others count and compare them;
here they are said in the site's language. What a person typed as a reason is said as it was typed.
"""

import re

from hcpov.languages import gettext
from hcpov.text.messages import mark

_KINDS = re.compile(r"may identify a patient: (?P<kinds>.+)")
_GROUNDS = tuple(
    (re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(words))), words)
    for words in (
        mark("asked for an editor instead of the security code"),
        mark("a hidden field was filled in"),
        mark("a link, sent within %(seconds)s seconds"),
        mark("%(number)s comments from one network in %(minutes)s minutes"),
        mark("%(number)s links"),
        mark("the same text on %(posts)s other posts"),
        mark("the word “%(word)s”"),
        mark("this blog checks every comment"),
        mark("to be read again"),
        mark("the first comment by this address"),
        mark("the writer says it is no patient: %(reason)s"),
    )
)


def said(reason: str) -> str:
    """Returns a reason in the site's language; one that no rule wrote as it is."""
    if found := _KINDS.fullmatch(reason):
        kinds = ", ".join(gettext(each) for each in found["kinds"].split(", "))
        return gettext("may identify a patient: %(kinds)s", kinds=kinds)
    for pattern, words in _GROUNDS:
        if found := pattern.fullmatch(reason):
            return gettext(words, **found.groupdict())
    return reason
