"""What was made ready, put into the database and counted. Nothing here commits."""

from collections import Counter

from flask import current_app
from sqlalchemy import case, select, update

from hcpov import config
from hcpov.blog.models import TAG_LENGTH, Blog, Kind, OldAddress, Post, State, Tag
from hcpov.blog.rows import post_path
from hcpov.blog.writing import tag_named
from hcpov.comments.subjects import talk
from hcpov.extensions import db
from hcpov.text.tongues import known
from hcpov.transfer.addresses import is_ours, is_storable, old_keys
from hcpov.transfer.export import Export, Item
from hcpov.transfer.intake import Ready, counts, published_in
from hcpov.transfer.plan import name_of
from hcpov.transfer.report import Report, counted
from hcpov.transfer.text import fitted

_OTHERS = {
    "attachment": "stay where they are; the posts show pictures and link files from there",
    "nav_menu_item": "are entries of the old site's menus; this site makes its own",
    "revision": "are earlier wordings of posts",
}


def put(ready: Ready, export: Export, report: Report) -> None:
    """Adds the rows and says in the report what was added."""
    db.session.add_all(ready.plan.new.values())
    db.session.flush()
    tags = _file(ready, report)
    _add_comments(ready)
    addresses = _add_addresses(ready, report)
    _tell(ready, export, report, tags, addresses)


def _file(ready: Ready, report: Report) -> int:
    known: dict[str, Tag] = {}
    for number, post in ready.plan.new.items():
        item = ready.plan.items[number]
        for term in item.terms:
            name = fitted(term, TAG_LENGTH)
            if not name:
                continue
            tag = known.get(name) or tag_named(name, db.session())
            known[name] = tag
            if tag.name.casefold() != name.casefold():
                shown = f"{name_of(item)}: “{name}” is “{tag.name}”"
                report.change("Two tags have one address here and became one", shown)
            if tag not in post.tags:
                post.tags.append(tag)
    db.session.flush()
    return len({tag.id for tag in known.values()})


def _add_comments(ready: Ready) -> None:
    for number, comment in ready.comments.items():
        parent = ready.under.get(number)
        comment.post_id = ready.post_of[number].id
        if parent in ready.known_comments:
            comment.parent_id = ready.known_comments[parent]
        elif parent is not None:
            comment.parent = ready.comments.get(parent)
    db.session.add_all(ready.comments.values())
    db.session.flush()
    for post_id, comments in published_in(ready).items():
        last = max(comment.created_at for comment in comments)
        db.session.execute(
            update(Post)
            .where(Post.id == post_id)
            .values(
                comment_count=Post.comment_count + len(comments),
                last_comment_at=case((Post.last_comment_at > last, Post.last_comment_at), else_=last),
            )
            .execution_options(touches=talk(post_id))
        )


def _add_addresses(ready: Ready, report: Report) -> int:
    routes = current_app.url_map.bind("localhost")
    blogs = set(db.session.scalars(select(Blog.slug)))
    pages = set(db.session.scalars(select(Post.slug).where(Post.kind == Kind.PAGE)))
    taken = _taken([key for number in ready.plan.new for key in old_keys(ready.plan.items[number])])
    added = 0
    for number, post in ready.plan.new.items():
        item = ready.plan.items[number]
        for key in old_keys(item):
            shown = f"{name_of(item)}: {key[:120]}"
            if post.is_public and key == post_path(post).rstrip("/"):
                report.change("The old address is also the new one", shown)
            elif not is_storable(key):
                report.refuse("An old address that no browser could send or that is too long", shown)
            elif key == "/" or is_ours(key, routes, blogs, pages):
                report.refuse("An old address that is one of this site's own", shown)
            elif key in taken:
                report.refuse("An old address that leads to another post already", shown)
            else:
                taken.add(key)
                db.session.add(OldAddress(path=key, post_id=post.id))
                added += 1
    db.session.flush()
    return added


def _taken(keys: list[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(keys), 500):
        found |= set(db.session.scalars(select(OldAddress.path).where(OldAddress.path.in_(keys[start : start + 500]))))
    return found


def _tell(ready: Ready, export: Export, report: Report, tags: int, addresses: int) -> None:
    plan, blog = ready.plan, ready.blog
    report.heading = f"From {export.site} into the blog “{blog.name}” (/{blog.slug}/)" + (
        ", which is new." if ready.blog_is_new else "."
    )
    if not plan.new and not ready.comments:
        report.taken.append("nothing: all that is in this export was taken before")
    for kind in (Kind.POST, Kind.PAGE):
        states = Counter(str(post.state) for post in plan.new.values() if post.kind == kind)
        if states:
            report.taken.append(f"{counted(states.total(), kind)}: {_states(states)}")
    if comments := counts(ready):
        report.taken.append(f"{counted(comments.total(), 'comment')}: {_states(comments)}")
    for number, one in ((ready.people.made, "new account"), (tags, "tag"), (addresses, "old address")):
        if number:
            report.taken.append(counted(number, one, "old addresses" if one == "old address" else ""))
    if plan.known or ready.known_comments:
        here = f"{len(plan.known):,} posts and pages and {len(ready.known_comments):,} comments"
        report.notes.append(f"Taken before, and left as they are: {here}")
    if ready.people.made:
        report.notes.append("New accounts have no password and no role; each is known by the author's e-mail")
    _tell_languages(ready, export, report)
    _tell_refused(export, plan.items, report)
    report.notes += ready.hosts.lines(config.current().picture_hosts)


def _tell_languages(ready: Ready, export: Export, report: Report) -> None:
    if export.language and not known(export.language):
        said = fitted(export.language, TAG_LENGTH)
        report.notes.append(f"The export's language “{said}” is not known here, so its posts count as the site's")
    for lang, number in Counter(post.lang for post in ready.plan.new.values() if post.lang).items():
        posts = counted(number, "post or page", "posts and pages")
        report.notes.append(f"Marked as written in another language than the site's: {posts} in {lang}")


def _states(states: Counter[str]) -> str:
    names = {State.DRAFT.value: ("draft", "drafts")}
    return ", ".join(f"{number:,} {names.get(state, (state, state))[number != 1]}" for state, number in states.items())


def _tell_refused(export: Export, taken: dict[int, Item], report: Report) -> None:
    others = Counter(item.kind for item in export.items if item.kind not in {Kind.POST, Kind.PAGE})
    for kind, number in others.items():
        why = _OTHERS.get(kind, "are of a kind this site does not have")
        report.refuse(f"{number:,} of kind “{fitted(kind, 60)}”: they {why}")
    lost = sum(len(item.said) for item in export.items if taken.get(item.number) is not item)
    if lost:
        report.refuse(f"{counted(lost, 'comment')} under what was not taken")
