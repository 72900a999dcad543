"""What a site holds beside its texts: blogs, people, tags, pictures, what was decided."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import select

from hcpov import config
from hcpov.auth.models import Credential, CredentialState, Role, account_role
from hcpov.blog.feeds.models import FeedName
from hcpov.blog.models import BlogRole, OldSlug
from hcpov.extensions import db
from hcpov.media import storage
from hcpov.text import pictures
from hcpov.transfer.site import layout, listing, rows
from hcpov.transfer.site.packing import Package
from hcpov.transfer.site.shapes import (
    ACCOUNT,
    AUDIT,
    BLOG,
    CREDENTIAL,
    DECISION,
    HELD_WORD,
    PICTURE,
    SUBSCRIPTION,
    TAG,
    TOMBSTONE,
    Shape,
)

ROLES, OLD_SLUGS, CREDENTIALS = "roles", "old_slugs", "credentials"


def write(package: Package, private: bool) -> dict[str, int]:
    """Writes all lists but that of pictures; returns how long they are."""
    package.put(layout.README, [layout.TOLD.encode()])
    package.put(layout.SITE, [listing.one(_site()) + b"\n"])
    counts: dict[str, int] = {}
    lists: dict[str, Iterable[dict[str, Any]]] = {
        layout.BLOGS: _blogs(),
        layout.PEOPLE: _people(private),
        layout.TAGS: _each(TAG, private),
        layout.MODERATION: _each(DECISION, private),
        layout.HELD_WORDS: _each(HELD_WORD, private),
        layout.TOMBSTONES: _each(TOMBSTONE, private),
    }
    if private:
        lists |= {layout.SUBSCRIPTIONS: _each(SUBSCRIPTION, private), layout.AUDIT: _each(AUDIT, private)}
    for path, items in lists.items():
        name = path.rpartition("/")[2].removesuffix(".json")
        counts[name] = 0
        package.put(path, listing.written(_counted(items, counts, name)))
    return counts


def write_pictures(package: Package, private: bool, step: Callable[[int], None]) -> tuple[dict[str, int], list[str]]:
    """Writes the pictures and the list of them; returns counts, and the names of files that could not be found."""
    missing: list[str] = []
    counts = {"pictures": 0, "files of pictures": 0}
    for row in rows.all_of(PICTURE, private):
        for name in pictures.names(row["digest"], row["width"], row["height"]).values():
            data = storage.get(name)
            if data is None:
                missing.append(name)
                continue
            package.put(f"{layout.MEDIA}{name}", [data])
            counts["files of pictures"] += 1
        step(1)
    package.put(layout.PICTURES, listing.written(_counted(_each(PICTURE, private), counts, "pictures")))
    return counts, missing


def _counted(items: Iterable[dict[str, Any]], counts: dict[str, int], name: str) -> Iterator[dict[str, Any]]:
    for item in items:
        counts[name] += 1
        yield item


def _each(shape: Shape, private: bool) -> Iterator[dict[str, Any]]:
    return (shape.facts(row, private) for row in rows.all_of(shape, private))


def _site() -> dict[str, Any]:
    """Returns what the site is called, and what the permanent names in its feeds begin with."""
    namer = db.session.execute(select(FeedName.name, FeedName.made_at)).one()
    settings = config.current()
    return {
        "name": settings.site_name,
        "address": settings.site_url,
        "time_zone": settings.time_zone,
        "feed_name": namer.name,
        "feed_name_made_at": namer.made_at.isoformat(),
        "last_numbers": rows.last_numbers(),
    }


def _blogs() -> Iterator[dict[str, Any]]:
    for row in rows.all_of(BLOG, private=False):
        old = select(OldSlug.slug).where(OldSlug.blog_id == row["id"]).order_by(OldSlug.slug)
        roles = select(BlogRole.account_id, BlogRole.role).where(BlogRole.blog_id == row["id"])
        more: dict[str, Any] = {
            OLD_SLUGS: list(db.session.scalars(old)),
            ROLES: [dict(each) for each in db.session.execute(roles.order_by(BlogRole.account_id)).mappings()],
        }
        yield BLOG.facts(row, private=False) | {name: fact for name, fact in more.items() if fact}


def _people(private: bool) -> Iterator[dict[str, Any]]:
    badges = _of_accounts(
        select(Credential.account_id, *CREDENTIAL.columns(private)).order_by(Credential.id),
        [] if private else [Credential.state == CredentialState.GRANTED],
    )
    roles = _of_accounts(
        select(account_role.c.account_id, Role.name).join(Role, Role.id == account_role.c.role_id).order_by(Role.name),
        [] if private else [Role.id.is_(None)],
    )
    for row in rows.people(ACCOUNT.columns(private), private):
        more = {
            CREDENTIALS: [CREDENTIAL.facts(each, private) for each in badges.get(row["id"], [])],
            ROLES: [each["name"] for each in roles.get(row["id"], [])],
        }
        yield ACCOUNT.facts(row, private) | {name: fact for name, fact in more.items() if fact}


def _of_accounts(wanted: Any, conditions: list[Any]) -> dict[int, list[rows.Row]]:
    """Returns what few accounts have, by account: badges, and roles on the whole site."""
    found: dict[int, list[rows.Row]] = {}
    for row in db.session.connection().execute(wanted.where(*conditions)).mappings():
        found.setdefault(row["account_id"], []).append(row)
    return found
