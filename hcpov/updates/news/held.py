"""The notice that comments wait: how many on which blog, and why, in words of our own.

None of their text is in it, and nothing that a person typed as a reason: what may identify a patient stays at the desk.
"""

import re
from collections import Counter
from datetime import datetime

from hcpov import config
from hcpov.languages import gettext, ngettext
from hcpov.mail.batches import Letter
from hcpov.text.messages import mark
from hcpov.updates.letters import Piece, written
from hcpov.updates.news import queries
from hcpov.updates.news.queries import KeeperRow

OTHER = mark("to be read")
# What the rules of the guard say (comments/guard.py), each by its beginning, and how it is said here.
REASONS = (
    (re.compile(r"may identify a patient"), mark("may identify a patient")),
    (re.compile(r"asked for an editor"), mark("sent without the security code")),
    (re.compile(r"a hidden field"), mark("a hidden field was filled in")),
    (re.compile(r"a link, sent within"), mark("a link, sent at once")),
    (re.compile(r"\d+ comments from one network"), mark("many from one network")),
    (re.compile(r"\d+ links"), mark("many links")),
    (re.compile(r"the same text on"), mark("the same text on other posts")),
    (re.compile(r"the word “"), mark("a word of the list")),
    (re.compile(r"this blog checks"), mark("the blog checks every comment")),
    (re.compile(r"the first comment by"), mark("the first comment by an address")),
)
WEIGHT = {words: place for place, words in enumerate([*(words for _, words in REASONS), OTHER])}


def letters(now: datetime) -> list[Letter]:
    """Returns a letter to each who may settle something that waits. Three queries."""
    waiting: dict[int, Counter[str]] = {}
    names: dict[int, str] = {}
    for blog_id, name, reasons in queries.held():
        names[blog_id] = name
        why = waiting.setdefault(blog_id, Counter())
        why.update({in_words(reasons): 1})
    found = []
    for keeper in queries.keepers():
        theirs = {each: waiting[each] for each in waiting if keeper.blogs is None or each in keeper.blogs}
        if theirs:
            found.append(_letter(keeper, {names[each]: why for each, why in theirs.items()}, now))
    return found


def in_words(reasons: list[str]) -> str:
    """Returns why a comment waits, the weightiest reason first; what nobody foresaw is `to be read`."""
    for pattern, words in REASONS:
        if any(pattern.match(reason) for reason in reasons):
            return words
    return OTHER


def _letter(keeper: KeeperRow, waiting: dict[str, Counter[str]], now: datetime) -> Letter:
    number = sum(why.total() for why in waiting.values())
    site = config.current().site_name
    subject = ngettext("%(num)s held comment at %(site)s", "%(num)s held comments at %(site)s", number, site=site)
    pieces = [Piece("words", gettext("Hello %(name)s,", name=keeper.name))]
    pieces.append(Piece("words", gettext("comments wait for an editor:")))
    for name, why in waiting.items():
        often = sorted(why.items(), key=lambda each: (-each[1], WEIGHT[each[0]]))
        said = "; ".join(f"{times} {gettext(words)}" for words, times in often)
        pieces.append(Piece("words", f"{name}: {why.total()} ({said})"))
    pieces.append(Piece("link", gettext("Read and settle them"), f"{config.current().site_url}/desk/held"))
    minutes = config.current().notice_minutes
    pieces.append(Piece("words", gettext("You hear of new ones every %(minutes)s minutes at most.", minutes=minutes)))
    text, html = written(subject, pieces)
    return Letter(keeper.email, subject, text, f"held {keeper.id} {now.timestamp()}", html)
