"""What is typed and chosen on the search page. Nothing of it can be a mistake: what means nothing is left out."""

import re
from collections.abc import Mapping

from hcpov.auth.models import NAME_LENGTH
from hcpov.blog.models import TAG_LENGTH
from hcpov.search.queries import COMMENTS, PAGES, POSTS, Wanted
from hcpov.search.questions import LONGEST
from hcpov.text.plain import one_line, storable
from hcpov.text.slugs import SLUG_LENGTH

_NUMBER = re.compile(r"[0-9]{1,4}", re.ASCII)


def wanted(given: Mapping[str, str]) -> Wanted:
    """Returns what was asked for. Words keep a blank at their end: behind it, the last one is whole."""
    year, kind = given.get("year", ""), given.get("kind", "")
    return Wanted(
        text=storable(given.get("q", "")[: 2 * LONGEST]),
        kind=kind if kind in {POSTS, COMMENTS} else "",
        blog=one_line(given.get("blog", "")[:SLUG_LENGTH]),
        author=one_line(given.get("author", "")[:NAME_LENGTH]),
        tag=one_line(given.get("tag", "")[:TAG_LENGTH]),
        year=int(year) if _NUMBER.fullmatch(year) and int(year) else None,
    )


def page(given: Mapping[str, str]) -> int:
    """Returns which page was asked for: the first for anything that names none."""
    text = given.get("page", "")
    return min(max(int(text), 1), PAGES) if _NUMBER.fullmatch(text) else 1
