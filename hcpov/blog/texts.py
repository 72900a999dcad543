"""The words of a post as they are typed: plain strings by name, the same in a form, a draft and a merge."""

from hcpov import config
from hcpov.blog.models import TAG_LENGTH, TAGS, UNPUBLISHED, Change, Post, Revision
from hcpov.text.local_times import typed
from hcpov.text.plain import one_line
from hcpov.text.slugs import slug_for

REVISED = ("title", "summary", "editors_note", "body", "disclosure")
# What can be changed in the open. A revision keeps the words; their language is a fact about them, as the log tells.
OPEN = (*REVISED, "lang")
# What can be said only before publication, as strings too: whether subscribers are told, whose account, when.
BEFORE = ("slug", "announce", "author", "at")
TYPED = (*REVISED, *BEFORE, "tags", "byline_name", "byline_title", "byline_place", "embargo", "lang")
PASSING = frozenset({Change.WITHDRAWAL})  # notices that end when the post comes back
LINES = frozenset(TYPED) - {"body", "editors_note", "disclosure"}
_OTHERWISE = frozenset({*BEFORE, "tags"})  # kept elsewhere than in a text column of the same name


def fields_of(post: Post) -> dict[str, str]:
    """Returns what an editor finds in the form of a post. Reads its tags. A slug that follows the title is empty."""
    found = {name: getattr(post, name) for name in TYPED if name not in _OTHERWISE}
    follows = post.state in UNPUBLISHED and post.slug == slug_for(post.title, "")
    return found | {
        "slug": "" if follows else post.slug,
        "announce": "yes" if post.announce else "no",
        "author": str(post.author_id or ""),
        "at": typed(post.published_at, config.current().zone),
        "tags": ", ".join(tag.name for tag in post.tags),
    }


def fields_of_revision(revision: Revision) -> dict[str, str]:
    """Returns the words of a revision."""
    return {name: getattr(revision, name) for name in REVISED}


def tidy(fields: dict[str, str]) -> dict[str, str]:
    """Returns the fields as they are stored: known names only, one line where one line is meant."""
    return {name: one_line(text) if name in LINES else text for name, text in fields.items() if name in TYPED}


def tag_names(text: str) -> list[str]:
    """Returns the tags in a line with commas, each once, as many as a post can have."""
    found: dict[str, str] = {}
    for each in text.split(","):
        if name := each.strip()[:TAG_LENGTH].strip():
            found.setdefault(slug_for(name, "tag"), name)
    return list(found.values())[:TAGS]


def differing(typed_: dict[str, str], saved: dict[str, str]) -> set[str]:
    """Returns the names of the fields in which two texts differ for whoever reads them."""
    return {name for name in typed_.keys() & saved.keys() if _meant(name, typed_) != _meant(name, saved)}


def _meant(name: str, fields: dict[str, str]) -> object:
    if name == "tags":
        return {slug_for(each, "tag") for each in tag_names(fields[name])}
    return slug_for(fields[name] or fields.get("title", ""), "") if name == "slug" else fields[name]
