"""Posts and pages made from an export's items: state, date, address, title. Nothing is written here."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import unquote

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from hcpov import clock, config
from hcpov.blog.actions import publish
from hcpov.blog.models import POST_TITLE_LENGTH, SUMMARY_LENGTH, Blog, Kind, Post, State
from hcpov.extensions import db
from hcpov.text.dates import long_date
from hcpov.text.slugs import numbered, slug_for
from hcpov.text.tongues import known
from hcpov.transfer.export import Export, Item, moment
from hcpov.transfer.report import Report
from hcpov.transfer.text import fitted, plain

TEXT_LENGTH = 4_000_000  # characters; a book has one million
_DRAFTS = {
    "draft": "",
    "pending": "waited for a review on the old site",
    "private": "was private on the old site",
}
_REFUSED = {
    "trash": "in the trash of the old site",
    "auto-draft": "an empty draft that WordPress makes by itself",
}
Slot = tuple[int | None, int | None] | str


@dataclass
class Plan:
    """What is to be written: new posts by their item's number, and those that an earlier import wrote."""

    items: dict[int, Item] = field(default_factory=dict)
    new: dict[int, Post] = field(default_factory=dict)
    known: dict[int, Post] = field(default_factory=dict)
    when: dict[int, datetime | None] = field(default_factory=dict)


def origin(site: str, key: str, number: int) -> str:
    """Returns the name an imported row is known by, for ever."""
    return f"wordpress:{site}/?{key}={number}"


def name_of(item: Item) -> str:
    """Returns how a report calls an item."""
    return f"{item.kind} {item.number} “{fitted(item.title, 80) or 'Untitled'}”"


def planned(export: Export, blog: Blog, report: Report) -> Plan:
    """Returns the posts and pages to write."""
    plan = Plan()
    for item in export.items:
        if item.kind in {Kind.POST, Kind.PAGE}:
            _choose(item, plan, report)
    plan.known = _known(export.site, list(plan.items))
    slugs = _Slugs(blog)
    for number, item in plan.items.items():
        if number not in plan.known:
            _add(item, blog, plan, slugs, report)
            plan.new[number].origin = origin(export.site, "p", number)
            plan.new[number].lang = _foreign(item.lang or known(export.language))
    return plan


def _foreign(tag: str) -> str:
    """Returns a language where it is another than the site's; `es-MX` is none on a site in `es`.

    WordPress says `en-US` where nobody chose anything, and each page would carry what says nothing.
    """
    return "" if tag.partition("-")[0] == config.current().language.partition("-")[0] else tag


def _choose(item: Item, plan: Plan, report: Report) -> None:
    if not item.number:
        why = "Without a number of its own, so a second import could not know it"
        report.refuse(why, f"line {item.line}: {name_of(item)}")
    elif item.number in plan.items:
        report.refuse("The export has two with this number; the first one counts", f"line {item.line}: {name_of(item)}")
    elif item.status in _REFUSED:
        report.refuse(f"It is {_REFUSED[item.status]}", name_of(item))
    elif len(item.content) > TEXT_LENGTH:
        report.refuse(f"Its text has more than {TEXT_LENGTH:,} characters", name_of(item))
    else:
        plan.items[item.number] = item


def _known(site: str, numbers: list[int]) -> dict[int, Post]:
    found: dict[int, Post] = {}
    names = {origin(site, "p", number): number for number in numbers}
    for start in range(0, len(numbers), 500):
        some = list(names)[start : start + 500]
        wanted = select(Post).where(Post.origin.in_(some)).options(joinedload(Post.blog))
        found |= {names[post.origin]: post for post in db.session.scalars(wanted) if post.origin}
    return found


def _add(item: Item, blog: Blog, plan: Plan, slugs: "_Slugs", report: Report) -> None:
    zone = config.current().zone
    at, guessed = moment(item.date_gmt, item.date, item.feed_date, zone)
    if guessed:
        report.change("The export does not say the zone of the date; this site's was taken", name_of(item))
    full = plain(item.title)
    title = fitted(item.title, POST_TITLE_LENGTH)
    if title != full:
        report.change(f"The title was cut to {POST_TITLE_LENGTH} characters", name_of(item))
    elif full != item.title:
        report.change("HTML in the title became plain text", name_of(item))
    post = Post(
        blog=blog,
        kind=Kind.PAGE if item.kind == Kind.PAGE else Kind.POST,
        title=title,
        summary=fitted(item.excerpt, SUMMARY_LENGTH),
        comments_open=item.comments_open,
        state=State.DRAFT,
        comment_count=0,
    )
    if len(plain(item.excerpt)) > SUMMARY_LENGTH:
        report.change(f"The excerpt was cut to {SUMMARY_LENGTH} characters", name_of(item))
    if item.sticky:
        report.change("Sticky on the old site; here the newest post stands first", name_of(item))
    if item.cover:
        report.change("Its featured picture is not shown: posts here have none", name_of(item))
    _set_state(post, item, at, report)
    slugs.give(post, item, report)
    plan.new[item.number], plan.when[item.number] = post, at


def _set_state(post: Post, item: Item, at: datetime | None, report: Report) -> None:
    """Publishes or schedules a post; whatever is not plainly public stays a draft, with the reason told."""
    later = at is not None and at > clock.now()
    reason = _DRAFTS.get(item.status, f"had the state “{plain(item.status)[:40]}”, which is not known here")
    if item.protected:
        reason = "was protected by a password, which this site does not have"
    elif item.status in {"publish", "future"} and at is None:
        reason = "has no date that can be read"
    elif item.status in {"publish", "future"} and at is not None:
        if item.status == "publish" and not later:
            publish(post, at)
            return
        post.state, post.published_at = State.SCHEDULED, at
        report.change("Scheduled", f"{name_of(item)}: {long_date(at, config.current().zone)}")
        return
    report.change("Taken as a draft", f"{name_of(item)}: {reason}" if reason else name_of(item))


class _Slugs:
    """The addresses that are taken: in each month of a blog, and among the pages of the whole site."""

    def __init__(self, blog: Blog) -> None:
        self.taken: dict[Slot, set[str]] = defaultdict(set)
        posts = select(Post.year, Post.month, Post.slug).where(Post.blog_id == blog.id, Post.kind == Kind.POST)
        for year, month, slug in db.session.execute(posts) if blog.id else ():
            self.taken[year, month].add(slug)
        self.taken["pages"] = set(db.session.scalars(select(Post.slug).where(Post.kind == Kind.PAGE)))

    def give(self, post: Post, item: Item, report: Report) -> None:
        """Gives a post WordPress's slug, made to fit; a post not yet public keeps clear of every month."""
        old = unquote(item.slug)
        wished = slug_for(old or post.title, f"{post.kind}-{item.number}")
        slot: Slot = "pages" if post.kind == Kind.PAGE else (post.year, post.month)
        taken = self.taken[slot]
        if post.kind == Kind.POST and post.year is None:
            taken = {slug for each, slugs in self.taken.items() if each != "pages" for slug in slugs}
        elif post.kind == Kind.POST:
            taken = taken | self.taken[None, None]
        post.slug = numbered(wished, taken)
        self.taken[slot].add(post.slug)
        if old and post.slug != old:
            why = "" if post.slug == wished else " (the other was taken)"
            report.change("The address was made to fit", f"{name_of(item)}: “{old}” is now “{post.slug}”{why}")
