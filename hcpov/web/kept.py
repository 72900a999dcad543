"""What somebody had written into a form that could not be taken just now."""

from dataclasses import dataclass

from flask import request
from werkzeug.exceptions import HTTPException

from hcpov.languages import lazy

# What these fields hold is words, however short; others show when there are several words in them, and tokens never do.
WORDS = {"body", "title", "reason"}
LABELS = {
    "body": lazy("Your words"),
    "name": lazy("Name"),
    "title": lazy("Title"),
    "place title": lazy("Professional title"),  # of a person, who has a place too
    "place": lazy("Place"),
    "disclosure": lazy("Disclosure"),
}
OTHER = lazy("What you wrote")
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
TALL = 60  # characters in one line


@dataclass(frozen=True)
class Kept:
    """One field as it was sent. `label` is empty where there is nothing to read in it."""

    name: str
    value: str
    label: str

    @property
    def is_tall(self) -> bool:
        """Says whether it needs several lines."""
        return self.name == "body" or "\n" in self.value or len(self.value) > TALL


def fields() -> list[Kept]:
    """Returns the fields of the form that this request sent; none where nobody wrote words into it.

    A form with a password, or of somebody who signs in, is never shown again. Files cannot be kept.
    """
    if request.method != "POST" or request.mimetype not in FORMS or request.blueprint in {None, "auth"}:
        return []
    try:
        if request.files or any("pass" in name for name in request.form):
            return []
    except HTTPException:  # it was not even read
        return []
    found = [Kept(name, value, _label(name, value)) for name, value in request.form.items(multi=True)]
    return found if any(each.label for each in found) else []


def _label(name: str, value: str) -> str:
    if name == "website" or not (name in WORDS or len(value.split()) > 1):
        return ""
    key = "place title" if name == "title" and "place" in request.form else name
    return str(LABELS.get(key, OTHER)) if value.strip() else ""
