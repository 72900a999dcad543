"""What a post lacks before it can be public, by the field that it is said beside."""

import html
import re

from hcpov.languages import gettext
from hcpov.text import markdown
from hcpov.text.merging import is_undecided
from hcpov.text.plain import is_blank

_PICTURE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'\balt="([^"]*)"')


def lacks(fields: dict[str, str], guest: bool) -> dict[str, str]:
    """Returns for each field what is missing. A guest's disclosure must be answered; “None” is an answer (ICMJE)."""
    found = {}
    if is_blank(fields["title"]):
        found["title"] = gettext("Give it a title before readers see it.")
    if is_blank(fields["body"]):
        found["body"] = gettext("There is no text yet.")
    elif is_undecided(fields["body"]):
        found["body"] = gettext(
            "Two versions of a place stand in the text. Keep one, and take the lines in brackets out."
        )
    elif (undescribed := _undescribed(fields["body"])) is not None:
        found["body"] = gettext(
            "Picture %(number)s has no description for those who cannot see it. Write it between the square brackets: "
            "![what it shows](…).",
            number=undescribed,
        )
    if guest and is_blank(fields["disclosure"]):
        found["disclosure"] = gettext("A guest's post needs an answer; “None” is one.")
    return found


def _undescribed(body: str) -> int | None:
    """Returns which picture has no description, counted from one; None when all have."""
    pictures = enumerate(_PICTURE.findall(markdown.render_post(body)), 1)
    return next((number for number, picture in pictures if not _says(picture)), None)


def _says(picture: str) -> bool:
    found = _ALT.search(picture)
    return bool(found and not is_blank(html.unescape(found[1])))
