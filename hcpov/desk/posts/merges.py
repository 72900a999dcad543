"""Two people's changes of one post, put together field by field. Pure: all texts are given."""

from dataclasses import dataclass

from hcpov.blog import texts
from hcpov.languages import gettext, lazy, ngettext
from hcpov.text import merging

LONG = ("body", "editors_note", "disclosure")
LABELS = {
    "title": lazy("Title"),
    "summary": lazy("Summary"),
    "editors_note": lazy("Editor's note"),
    "body": lazy("Text"),
    "disclosure": lazy("Disclosure"),
    "slug": lazy("Address"),
    "announce": lazy("Subscribers"),
    "author": lazy("Account"),
    "at": lazy("Planned time"),
    "tags": lazy("Tags"),
    "byline_name": lazy("Guest's name"),
    "byline_title": lazy("Guest's title"),
    "byline_place": lazy("Guest's place"),
    "embargo": lazy("Embargo"),
    "lang": lazy("Language"),
}
HIDDEN = {"author", "announce"}  # numbers and choices tell a reader nothing
Pieces = list[tuple[str, str]]


@dataclass(frozen=True)
class Difference:
    """A field in which two texts differ: what became of it in the saved text, and in the one that was not saved."""

    label: str
    theirs: Pieces
    mine: Pieces


@dataclass(frozen=True)
class Merge:
    """Two texts put together. `conflicts` names the fields, or counts the places, that both changed."""

    fields: dict[str, str]
    differences: list[Difference]
    conflicts: list[str]
    known: bool


def merged(base: dict[str, str] | None, mine: dict[str, str], theirs: dict[str, str]) -> Merge:
    """Puts two texts together. Without the text that both began from, mine stands and every difference is shown."""
    fields, conflicts = dict(mine), []
    if base is not None:
        for name in mine:
            fields[name], conflict = _one(name, base.get(name, ""), mine[name], theirs[name])
            conflicts += [conflict] if conflict else []
    began = base or theirs
    differences = [
        Difference(LABELS[name], *(merging.changes(began.get(name, ""), text[name]) for text in (theirs, mine)))
        for name in texts.TYPED
        if name in texts.differing(mine, theirs) and mine[name] != theirs[name] and name not in HIDDEN
    ]
    return Merge(fields, differences, conflicts, base is not None)


def _one(name: str, base: str, mine: str, theirs: str) -> tuple[str, str]:
    """Returns a field put together, and what is to be said about it."""
    if mine in (base, theirs):
        return theirs, ""
    if theirs == base:
        return mine, ""
    if name == "tags":
        return _tags(base, mine, theirs), ""
    if name not in LONG:
        return mine, gettext("%(name)s: both of you changed it. Yours stands in the form.", name=LABELS[name])
    both = merging.merge(base, mine, theirs)
    places = (
        gettext("one place") if both.conflicts == 1 else ngettext("%(num)s place", "%(num)s places", both.conflicts)
    )
    told = gettext(
        "%(name)s: both of you changed %(places)s. Both versions stand there, between lines in brackets.",
        name=LABELS[name],
        places=places,
    )
    return both.text, told if both.conflicts else ""


def _tags(base: str, mine: str, theirs: str) -> str:
    """Keeps the tags that nobody took away."""
    began, one, two = (texts.tag_names(text) for text in (base, mine, theirs))
    gone = (set(began) - set(one)) | (set(began) - set(two))
    return ", ".join(dict.fromkeys(name for name in [*two, *one] if name not in gone))
