"""Letters to who asked for them: one list of pieces, written as plain text and as light HTML of the same words.

A sheet is written once for all who get it. Only the way out differs, and is put in for each of them.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import render_template

from hcpov import config
from hcpov.languages import gettext, lazy
from hcpov.mail.batches import Letter
from hcpov.text.plain import one_line
from hcpov.updates import tokens
from hcpov.updates.models import Cadence, Place

EACH_NAME = 60
HOW_OFTEN = {Cadence.AT_ONCE: lazy("at once"), Cadence.DAILY: lazy("once a day"), Cadence.WEEKLY: lazy("once a week")}


class Reader(NamedTuple):
    """Whom a letter is for: the number, address and key of a wish."""

    id: int
    email: str
    key: str


@dataclass(frozen=True)
class Piece:
    """A piece of a letter: a heading, a paragraph, a quotation or a link. Only links have an address."""

    kind: str
    words: str
    address: str = ""


@dataclass(frozen=True)
class Sheet:
    """A letter as all its readers get it, with `gap` where each one's way out stands."""

    subject: str
    text: str
    html: str
    list_id: str
    gap: str

    def to(self, reader: Reader, dedupe_key: str) -> Letter:
        """Returns the letter to one reader, with the headers of lists (RFC 2369, 2919, 8058 3.1)."""
        way_out = tokens.address(reader.key)
        headers = {
            "List-Id": self.list_id,
            "List-Unsubscribe": f"<{way_out}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Precedence": "list",  # no standard, but what answers for people on holiday knows it
        }
        text, html = (each.replace(self.gap, way_out) for each in (self.text, self.html))
        return Letter(reader.email, self.subject, text, dedupe_key, html, headers)


def sheet(subject: str, pieces: Iterable[Piece], place: Place, cadence: str, what: str) -> Sheet:
    """Writes a letter for whoever asked for a place; `what` says in words what that is."""
    gap = secrets.token_hex(32)
    why = gettext(
        "This address asked for %(what)s, %(cadence)s.",
        what=what[:1].lower() + what[1:],
        cadence=HOW_OFTEN[Cadence(cadence)],
    )
    end = [Piece("rule", ""), Piece("words", why), Piece("link", gettext("Leave, or change how often"), gap)]
    text, html = written(subject, [*pieces, *end])
    return Sheet(subject, text, html, list_id(place, what), gap)


def written(subject: str, pieces: Iterable[Piece]) -> tuple[str, str]:
    """Returns pieces as plain text and as HTML. Words of one piece stand on one line, but for quotations."""
    context = {"subject": one_line(subject), "pieces": [_tidy(piece) for piece in pieces]}
    return render_template("updates/mail/letter.txt", **context), render_template("updates/mail/letter.html", **context)


def list_id(place: Place, what: str) -> str:
    """Returns the List-Id of all wishes for a place (RFC 2919 3): it stays when a blog changes its name.

    The phrase before it is left out where it has letters that a header cannot hold as they are.
    """
    label = "site"
    if place.comment_id is not None:
        label = f"answers-{place.comment_id}"
    elif place.post_id is not None:
        label = f"thread-{place.post_id}"
    elif place.blog_id is not None:
        label = f"blog-{place.blog_id}"
    host = urlsplit(config.current().site_url).hostname or "localhost"
    address = f"<{label}.updates.{host}>"
    phrase = "".join(each for each in one_line(what) if each not in '"\\<>')[:EACH_NAME].strip()
    return f'"{phrase}" {address}' if phrase and phrase.isascii() else address


def _tidy(piece: Piece) -> Piece:
    """A line end in somebody's words must not begin a line of the letter's own."""
    if piece.kind == "quotation":
        return Piece(piece.kind, "\n".join(one_line(line) for line in piece.words.split("\n")))
    return Piece(piece.kind, one_line(piece.words), piece.address)
