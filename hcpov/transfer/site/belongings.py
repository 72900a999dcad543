"""What an export holds beside its texts, as rows and as files. Nothing here commits."""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import func, insert, select, text, update

from hcpov import clock
from hcpov.audit.models import Audit
from hcpov.auth.models import ADMIN, AUTHOR, EDITOR, MODERATOR, Account, Credential, Role, Tombstone, account_role
from hcpov.blog.actions import BadSlug, new_blog
from hcpov.blog.feeds.models import NAME_LENGTH, FeedName
from hcpov.blog.models import Blog, BlogRole, OldSlug, Post, Tag
from hcpov.comments.models import Comment, Decision, HeldWord
from hcpov.extensions import db
from hcpov.media import storage
from hcpov.media.models import Picture
from hcpov.text import markdown, pictures
from hcpov.text.slugs import slug_for
from hcpov.transfer.site import layout, listing, rows, shapes
from hcpov.transfer.site.checking import Contents
from hcpov.transfer.site.facts import CREDENTIALS, OLD_SLUGS, ROLES
from hcpov.transfer.site.problems import broken
from hcpov.updates.models import Subscription

NOBODYS = "members.invalid"  # RFC 2606: no mail ever leads there
_MAILBOX = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+")
_AT_ONCE = 1000


def take_site(contents: Contents) -> dict[str, int]:
    """Gives the site the permanent name of the one that was exported; returns the numbers that it had given out."""
    facts = listing.parsed((contents.folder / layout.SITE).read_bytes(), layout.SITE)
    shape = shapes.Shape(FeedName.__table__, ("name", "made_at"))  # type: ignore[arg-type]
    said = facts if isinstance(facts, dict) else {}
    row = shape.row({"name": said.get("feed_name"), "made_at": said.get("feed_name_made_at")}, layout.SITE)
    last = said.get("last_numbers")
    if not row["name"] or len(row["name"]) > NAME_LENGTH or not isinstance(last, dict):
        raise broken(layout.SITE, "what the names in feeds begin with is missing")
    db.session.execute(update(FeedName).values(**row))
    return {name: number for name, number in last.items() if isinstance(number, int)}


def take_people(contents: Contents) -> int:
    """Takes accounts with their badges and roles, without a password; returns how many have no address of theirs."""
    people, badges, named, unknown = [], [], [], 0
    for where, facts in contents.items(layout.PEOPLE):
        row = shapes.ACCOUNT.row(facts, where, (CREDENTIALS, ROLES))
        if not row["email"]:
            unknown += 1
            row["email"] = f"account-{row['id']}@{NOBODYS}"
        if not _MAILBOX.fullmatch(row["email"]):
            raise broken(where, "the e-mail is no address")
        people.append(row | {"fs_uniquifier": secrets.token_hex(32)})
        for each in _items(facts.get(CREDENTIALS), where):
            badge = shapes.CREDENTIAL.row({"asked_at": row["created_at"].isoformat()} | each, where)
            badges.append(badge | {"account_id": row["id"], "number": ""})
        named += [(row["id"], role) for role in facts.get(ROLES) or ()]
    _insert(Account, people)
    _insert(Credential, badges)
    roles = {name: _role(name, layout.PEOPLE) for name in sorted({str(name) for _, name in named})}
    _insert(account_role, [{"account_id": account, "role_id": roles[str(name)]} for account, name in named])
    return unknown


def take_blogs(contents: Contents) -> dict[str, int]:
    """Takes blogs with their old addresses and who works there; returns their numbers by their addresses."""
    blogs, slugs, roles = [], [], []
    for where, facts in contents.items(layout.BLOGS):
        row = shapes.BLOG.row(facts, where, (OLD_SLUGS, ROLES))
        _check_slug(row["slug"], where)
        html = {f"{name}_html": markdown.render_comment(row[name]) for name in ("about", "write_for_us")}
        blogs.append(row | html)
        slugs += [{"slug": str(each), "blog_id": row["id"]} for each in facts.get(OLD_SLUGS) or ()]
        for each in _items(facts.get(ROLES), where):
            if each.get("role") not in {AUTHOR, EDITOR} or not isinstance(each.get("account_id"), int):
                raise broken(where, "who works there cannot be read")
            roles.append({"account_id": each["account_id"], "role": each["role"], "blog_id": row["id"]})
    _insert(Blog, blogs)
    _insert(OldSlug, slugs)
    _insert(BlogRole, roles)
    return {row["slug"]: row["id"] for row in blogs}


def take_tags(contents: Contents) -> dict[str, int]:
    """Takes tags; returns their numbers by their addresses."""
    found = [shapes.TAG.row(facts, where) for where, facts in contents.items(layout.TAGS)]
    for row in found:
        if not row["slug"] or row["slug"] != slug_for(row["slug"], ""):
            raise broken(layout.TAGS, "a tag's address cannot be one")
    _insert(Tag, found)
    return {row["slug"]: row["id"] for row in found}


def take_lists(contents: Contents) -> None:
    """Takes what follows the texts: what was decided, words, tombstones, wishes, the audit log."""
    now = clock.now()
    lists: dict[str, tuple[Any, shapes.Shape, dict[str, Any]]] = {
        layout.MODERATION: (Decision, shapes.DECISION, {}),
        layout.HELD_WORDS: (HeldWord, shapes.HELD_WORD, {}),
        layout.TOMBSTONES: (Tombstone, shapes.TOMBSTONE, {}),
        layout.SUBSCRIPTIONS: (Subscription, shapes.SUBSCRIPTION, {"told_at": now}),
        layout.AUDIT: (Audit, shapes.AUDIT, {}),
    }
    for path, (model, shape, more) in lists.items():
        if contents.has(path):
            _insert(model, (shape.row(facts, where) | more for where, facts in contents.items(path)))


def take_pictures(contents: Contents) -> None:
    """Takes the rows of pictures, and checks that the files are what their names say."""
    found = []
    for where, facts in contents.items(layout.PICTURES):
        row = shapes.PICTURE.row(facts, where)
        names = pictures.names(row["digest"], row["width"], row["height"])
        whole = f"{layout.MEDIA}{names[row['width']]}"
        if not pictures.NAME.fullmatch(names[row["width"]]):
            raise broken(where, "this cannot be a picture")
        if contents.has(whole):
            data = (contents.folder / whole).read_bytes()
            if hashlib.sha256(data).hexdigest() != row["digest"]:
                raise broken(whole, "it is another picture than its name says")
        found.append(row)
    _insert(Picture, found)


def keep_pictures(contents: Contents, step: Callable[[int], None]) -> None:
    """Puts the files of pictures where this site keeps them. Raises buckets.Unreachable."""
    for path in contents.under(layout.MEDIA):
        name, data = path.removeprefix(layout.MEDIA), (contents.folder / path).read_bytes()
        if not pictures.NAME.fullmatch(name) or data[:4] != b"RIFF" or data[8:12] != b"WEBP":
            raise broken(path, "this is no picture of ours")
        storage.put(name, data)
        step(1)


def count_on(last: dict[str, int]) -> None:
    """Makes new rows get numbers above all that were ever given, those of what was erased too."""
    for model in (Account, Audit, Blog, Comment, Decision, Picture, Post, Subscription, Tag):
        name = model.__tablename__
        highest = max(db.session.scalar(select(func.max(model.id))) or 0, last.get(name, 0))
        if not highest:
            continue
        if db.engine.dialect.name == "postgresql":
            set_ = text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :highest)")
            db.session.execute(set_, {"name": name, "highest": highest})
        elif model in rows.NUMBERED:
            db.session.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
            add = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :highest)")
            db.session.execute(add, {"name": name, "highest": highest})


def _check_slug(slug: str, where: str) -> None:
    try:
        db.session.expunge(new_blog(slug, slug))
    except BadSlug as problem:
        raise broken(where, str(problem)) from None


def _role(name: str, where: str) -> int:
    if name not in {ADMIN, MODERATOR}:
        raise broken(where, f"“{name[:40]}” is no role")
    found = db.session.scalar(select(Role).where(Role.name == name))
    if found is None:
        found = Role(name=name)
        db.session.add(found)
        db.session.flush()
    return found.id


def _items(found: Any, where: str) -> list[dict[str, Any]]:
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise broken(where, "a list was expected")
    return found


def _insert(table: Any, found: Iterable[dict[str, Any]]) -> None:
    some: list[dict[str, Any]] = []
    for row in found:
        some.append(row)
        if len(some) == _AT_ONCE:
            db.session.execute(insert(table), some)
            some = []
    if some:
        db.session.execute(insert(table), some)
