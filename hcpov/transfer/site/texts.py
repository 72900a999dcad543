"""Posts and pages as Markdown, and their threads as JSON beside them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, groupby
from typing import Any

from hcpov.blog import texts
from hcpov.transfer.site import front, layout, listing, rows
from hcpov.transfer.site.packing import Package
from hcpov.transfer.site.rows import Row
from hcpov.transfer.site.shapes import COMMENT, POST, REVISION

# Facts of a text that are no columns of its row.
MORE = ("blog", "author", "tags", "old_addresses", "revisions")
REPLIES, PARENT = "replies", "parent"


def write(package: Package, private: bool, step: Callable[[int], None]) -> dict[str, int]:
    """Writes all texts and threads; returns how many of each there were."""
    counts = dict.fromkeys(("posts", "pages", "revisions", "comments"), 0)
    for some in rows.posts():
        tags, addresses = rows.tags_of(some), rows.old_addresses_of(some)
        revisions, comments = rows.revisions_of(some), rows.comments_of(some)
        for post in some:
            path = layout.text_path(post)
            said = [_revision(each, post) for each in revisions.of(post["id"])]
            package.put(path, [_text(post, tags.get(post["id"], []), addresses.get(post["id"], []), said)])
            counts["pages" if post["kind"] == "page" else "posts"] += 1
            counts["revisions"] += len(said)
            counts["comments"] += _thread(package, path, comments.of(post["id"]), private)
        step(len(some))
    return counts


def _text(post: dict[str, Any], tags: list[Row], addresses: list[Row], revisions: list[dict[str, Any]]) -> bytes:
    facts = POST.facts(post, private=False)
    more = {
        "blog": post["blog"],
        "author": post["author"],
        "tags": [each["slug"] for each in tags],
        "old_addresses": [each["path"] for each in addresses],
        "revisions": revisions,
    }
    return front.written(facts | {name: fact for name, fact in more.items() if fact}, post["body"])


def _revision(revision: Row, post: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a revision without what is the same in the post; what is empty in it, and not there, is named."""
    facts = REVISION.facts(revision, private=False)
    for name in texts.REVISED:
        if revision[name] == post[name]:
            facts.pop(name, None)
        else:
            facts[name] = revision[name]
    return facts


def _thread(package: Package, path: str, comments: Iterator[Row], private: bool) -> int:
    """Writes the thread of a text, if there is one; returns how many comments are in it."""
    number = 0

    def counted(first: Row) -> Iterator[Row]:
        nonlocal number
        for number, each in enumerate(chain([first], comments), start=1):  # noqa: B007  # told to the caller
            yield each

    if (first := next(comments, None)) is not None:
        package.put(layout.thread_path(path), listing.written(_nested(counted(first), private)))
    return number


def _nested(comments: Iterable[Row], private: bool) -> Iterator[dict[str, Any]]:
    """Yields comments with their answers in them."""
    for first, group in groupby(comments, lambda each: each["parent_id"] or each["id"]):
        head: dict[str, Any] | None = None
        for each in group:
            facts = COMMENT.facts(each, private)
            if each["id"] == first:
                head = facts
            elif head is not None:
                head.setdefault(REPLIES, []).append(facts)
            else:  # an answer to an answer, which no form of ours makes: it names what it answers
                yield facts | {PARENT: first}
        if head is not None:
            yield head
