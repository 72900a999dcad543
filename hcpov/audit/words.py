"""What the audit log can say was done.

It is kept in these words, so that a filter and an export mean the same in any language; pages say them in the site's.
"""

import re

from hcpov.languages import gettext, lazy
from hcpov.text.messages import mark

WORDS = (
    mark("account erased"),
    mark("account made"),
    mark("account switched off"),
    mark("account switched on"),
    mark("authenticator removed"),
    mark("authenticator set up"),
    mark("badge asked"),
    mark("badge granted"),
    mark("badge refused"),
    mark("badge revoked"),
    mark("badge to check again"),
    mark("badge withdrawn"),
    mark("blog changed"),
    mark("blog made"),
    mark("blog moved"),
    mark("blog renamed"),
    mark("data exported"),
    mark("email changed"),
    mark("mail allowed again"),
    mark("mail dropped"),
    mark("mail relay called"),
    mark("mail tried again"),
    mark("page made"),
    mark("passkey added"),
    mark("passkey removed"),
    mark("password reset"),
    mark("post begun"),
    mark("post concern"),
    mark("post correction"),
    mark("post minor"),
    mark("post publication"),
    mark("post published"),
    mark("post removal"),
    mark("post retraction"),
    mark("post return"),
    mark("post returned"),
    mark("post review taken back"),
    mark("post reviewed"),
    mark("post scheduled"),
    mark("post sent to review"),
    mark("post withdrawal"),
    mark("preview links taken back"),
    mark("recovery code used"),
    mark("recovery codes made"),
    mark("role given"),
    mark("role taken"),
)

# What a line is about, and its facts.
SUBJECTS = {
    "account": mark("account %(number)s"),
    "blog": mark("blog %(number)s"),
    "post": mark("post %(number)s"),
}
FACTS = {
    "address": lazy("address"),
    "at": lazy("at"),
    "badge": lazy("badge"),
    "lang": lazy("language"),
    "lang_was": lazy("language before"),
    "name": lazy("name"),
    "on": lazy("on"),
    "place": lazy("place"),
    "profession": lazy("profession"),
    "region": lazy("region"),
    "revision": lazy("revision"),
    "role": lazy("role"),
    "scheduled": lazy("scheduled"),
    "second_factor": lazy("second factor"),
    "was": lazy("before"),
}
CHOSEN = {"role", "was"}  # their values are words of ours: a role, or where a post was on its way

_SUBJECT = re.compile(r"(?P<kind>account|blog|post) (?P<number>\d+)", re.ASCII)


def subject(about: str) -> str:
    """Returns what a line is about in the site's language, such as `account 7`."""
    found = _SUBJECT.fullmatch(about)
    return gettext(SUBJECTS[found["kind"]], number=found["number"]) if found else about


def fact(name: str, value: object) -> tuple[str, str]:
    """Returns a fact's name and value in the site's language."""
    said = FACTS.get(name) or name.replace("_", " ")
    if isinstance(value, bool):
        return str(said), gettext("yes") if value else gettext("no")
    return str(said), gettext(str(value)) if name in CHOSEN else str(value)
