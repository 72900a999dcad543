"""An export taken in: everything is made ready first, and only then put into the database. Nothing here commits.

Making ready takes long and holds no lock, so readers can comment meanwhile; writing takes a moment.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from hcpov import clock, config
from hcpov.auth.models import NAME_LENGTH
from hcpov.blog.actions import BadSlug, new_blog
from hcpov.blog.history import record
from hcpov.blog.models import BLOG_NAME_LENGTH, TAGLINE_LENGTH, Blog, Post
from hcpov.blog.rows import post_path
from hcpov.blog.writing import write_body
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.transfer import remarks
from hcpov.transfer.addresses import Places, key_of, old_keys
from hcpov.transfer.export import Export, Item, Said, moment
from hcpov.transfer.markup import converted
from hcpov.transfer.people import People, address, display_name
from hcpov.transfer.pictures import Hosts
from hcpov.transfer.plan import Plan, name_of, origin, planned
from hcpov.transfer.report import Report
from hcpov.transfer.shortcodes import Gallery
from hcpov.transfer.text import fitted
from hcpov.transfer.wordpress import BadExport

Progress = Callable[[str, int], AbstractContextManager[Any]]


@dataclass
class Ready:
    """Rows that are made and not yet written."""

    blog: Blog
    blog_is_new: bool
    plan: Plan
    people: People
    hosts: Hosts = field(default_factory=Hosts)
    comments: dict[int, Comment] = field(default_factory=dict)  # by number, new ones only
    under: dict[int, int] = field(default_factory=dict)  # a new comment's number to its parent's
    known_comments: dict[int, int] = field(default_factory=dict)  # number to row
    post_of: dict[int, Post] = field(default_factory=dict)  # a new comment's number to its post


def made_ready(export: Export, slug: str, name: str, progress: Progress, report: Report) -> Ready:
    """Returns every row an export makes. Raises BadExport when the blog's slug is an address of ours."""
    with db.session.no_autoflush:
        blog, is_new = _blog(export, slug, name)
        plan = planned(export, blog, report)
        if is_new and not plan.new:
            db.session.expunge(blog)
        ready = Ready(blog, is_new and bool(plan.new), plan, People(export))
        ready.known_comments = _known_comments(export, plan)
        places, gallery = _places(export, plan), Gallery.of(export.items)
        with progress("Importing", len(plan.items)) as bar:
            for number, item in plan.items.items():
                if number in plan.new:
                    _write(ready, item, places, gallery, report)
                _listen(ready, export, item, places, report)
                bar.update(1)
    return ready


def _blog(export: Export, slug: str, name: str) -> tuple[Blog, bool]:
    blog = db.session.scalar(select(Blog).where(Blog.slug == slug))
    if blog is not None:
        return blog, False
    last = db.session.scalar(select(func.max(Blog.position)))
    try:
        return (
            new_blog(
                slug,
                fitted(name, BLOG_NAME_LENGTH) or fitted(export.title, BLOG_NAME_LENGTH) or slug,
                fitted(export.description, TAGLINE_LENGTH),
                position=0 if last is None else last + 1,
            ),
            True,
        )
    except BadSlug as problem:
        raise BadExport(str(problem)) from None


def _known_comments(export: Export, plan: Plan) -> dict[int, int]:
    numbers = [said.number for item in plan.items.values() for said in item.said if said.number]
    names = {origin(export.site, "comment", number): number for number in numbers}
    found: dict[int, int] = {}
    for start in range(0, len(names), 500):
        some = list(names)[start : start + 500]
        rows = db.session.execute(select(Comment.origin, Comment.id).where(Comment.origin.in_(some)))
        found |= {names[known]: number for known, number in rows if known}
    return found


def _places(export: Export, plan: Plan) -> Places:
    places = Places(export.site)
    for number, item in plan.items.items():
        post = plan.new.get(number) or plan.known[number]
        if post.is_public:
            places.posts |= dict.fromkeys(old_keys(item), post_path(post))
    for item in export.items:
        if item.kind == "attachment" and item.file.startswith(("http://", "https://")):
            try:
                places.files.setdefault(key_of(item.link), item.file)
            except ValueError:
                continue
    return places


def _write(ready: Ready, item: Item, places: Places, gallery: Gallery, report: Report) -> None:
    post, at = ready.plan.new[item.number], ready.plan.when[item.number]
    text = converted(item.content, item.number, gallery, places.lead)
    write_body(post, text.body)
    post.updated_at = at or clock.now()
    _note(text.notes, name_of(item), report)
    ready.hosts.add(post.html)
    author = ready.people.author(item.creator)
    post.author = ready.people.account(author) if author else None
    if post.author is None:
        post.byline_name = display_name(author) if author else fitted(item.creator, NAME_LENGTH)
        if post.byline_name:
            report.change("The author has no e-mail in the export, and is named without an account", name_of(item))
    elif author and author.login != item.creator:
        shown = f"{name_of(item)}: “{item.creator[:60]}” was taken as “{author.login}”"
        report.change("The author's name was misspelt", shown)
    if post.is_public:
        record(post)
        post.announce, post.announced_at = False, at  # its readers heard of it on the old site


def _note(notes: Counter[str], which: str, report: Report) -> None:
    for what, often in notes.items():
        if often:
            report.change(what[0].upper() + what[1:], f"{which}: {often}" if often > 1 else which)


def _listen(ready: Ready, export: Export, item: Item, places: Places, report: Report) -> None:
    """Makes the new comments of a post."""
    post = ready.plan.new.get(item.number) or ready.plan.known[item.number]
    stood = remarks.places(list(item.said))
    for said in sorted(item.said, key=lambda each: (each.date_gmt, each.number)):
        which = f"comment {said.number} on {name_of(item)}"
        if not said.number or said.number in ready.comments:
            report.refuse("A comment without a number of its own", which)
        elif said.number not in ready.known_comments:
            notes: Counter[str] = Counter()
            comment = remarks.comment_of(said, _time(ready, said, item, which, report), places.lead, notes)
            _note(notes, which, report)
            if comment is None:
                report.refuse("A comment without a word in it", which)
                continue
            _place(ready, said, stood, which, report)
            comment.origin = origin(export.site, "comment", said.number)
            comment.account = ready.people.speaker(said)
            comment.email = "" if comment.account else address(said.email)
            ready.comments[said.number], ready.post_of[said.number] = comment, post


def _time(ready: Ready, said: Said, item: Item, which: str, report: Report) -> Any:
    at, guessed = moment(said.date_gmt, said.date, "", config.current().zone)
    if guessed:
        report.change("The export does not say the zone of the date; this site's was taken", which)
    if at is None:
        report.change("A comment without a date has the one of its post", which)
    return at or ready.plan.when.get(item.number) or clock.now()


def _place(ready: Ready, said: Said, stood: dict[int, remarks.Place], which: str, report: Report) -> None:
    parent = remarks.parent_of(said, stood)
    if said.kind in remarks.PINGS:
        report.change("Pingbacks and trackbacks are kept and not shown: they are no person's comments", which)
    elif said.kind not in {"", "comment"}:
        report.change("Kept and not shown: not a person's comment", which)
    elif reasons := remarks.state_of(said)[1]:
        report.change("Comments that are kept and not shown", f"{which}: {reasons[0]}")
    if parent is not None:
        ready.under[said.number] = parent
        if stood[said.number].depth > 1:
            report.change("Answers to answers now stand under the first comment", which)
    elif said.parent:
        why = "which is not shown" if said.parent in stood else "which is not in the export"
        report.change("Answers that now stand by themselves", f"{which}: it answered comment {said.parent}, {why}")


def counts(ready: Ready) -> Counter[str]:
    """Returns how many comments of each state are new."""
    return Counter(str(comment.state) for comment in ready.comments.values())


def published_in(ready: Ready) -> dict[int, list[Comment]]:
    """Returns the new published comments by the row of their post. The posts must be flushed."""
    found: dict[int, list[Comment]] = {}
    for number, comment in ready.comments.items():
        if comment.state == CommentState.PUBLISHED:
            found.setdefault(ready.post_of[number].id, []).append(comment)
    return found
