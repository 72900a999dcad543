"""WordPress's titles, names and excerpts, which are HTML, as plain text."""

import html

import nh3

from hcpov.text.excerpts import excerpt
from hcpov.text.plain import one_line


def plain(markup: str) -> str:
    """Returns the words of a piece of HTML on one line."""
    return one_line(html.unescape(nh3.clean(markup, tags=set(), link_rel=None)))


def fitted(markup: str, limit: int) -> str:
    """Returns the words of a piece of HTML, cut at a word's end to fit a column."""
    return excerpt(plain(markup), limit)
