"""A whole site written out, and taken in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError

from hcpov import clock, config
from hcpov.blog import lists
from hcpov.blog.models import Blog, Post
from hcpov.extensions import db
from hcpov.media.models import Picture
from hcpov.pages import changes
from hcpov.pages.counters import EVERYTHING
from hcpov.search import index
from hcpov.transfer.intake import Progress
from hcpov.transfer.report import counted
from hcpov.transfer.site import atoms, belongings, facts, layout, rows, texts, unpacking, wxr
from hcpov.transfer.site.checking import Contents, checked
from hcpov.transfer.site.packing import packing
from hcpov.transfer.site.problems import AGAIN, BadSite
from hcpov.transfer.site.taking import Texts

_SAID = {
    "blogs": "blog",
    "posts": "post",
    "pages": "page",
    "comments": "comment",
    "people": "account",
    "tags": "tag",
    "pictures": "picture",
    "subscriptions": "subscription",
}


@dataclass(frozen=True)
class Done:
    """What was written or taken: how much of everything, and what to know."""

    counts: dict[str, int]
    notes: list[str]

    def text(self) -> str:
        """Returns it for a terminal."""
        held = [counted(self.counts[name], one) for name, one in _SAID.items() if self.counts.get(name)]
        return "\n".join([f"{', '.join(held) or 'Nothing'}.", *self.notes])


def export_site(target: Path, private: bool, progress: Progress) -> Done:
    """Writes all that the site holds to a folder, or to an archive by its name's ending. Writes no row.

    It is the site of one moment, whatever is written meanwhile. Raises BadSite when the place cannot be written to,
    buckets.Unreachable, and OSError for a full disk; nothing is there then.
    """
    with packing(target) as package, rows.one_moment():
        counts = facts.write(package, private)
        number, blogs = rows.number_of(Post), rows.number_of(Blog)
        with progress("Posts and comments", number) as bar:
            counts |= texts.write(package, private, bar.update)
        with progress("Pictures", rows.number_of(Picture)) as bar:
            found, missing = facts.write_pictures(package, private, bar.update)
            counts |= found
        with progress("For WordPress", number) as bar:
            counts["parts for WordPress"] = wxr.write(package, private, bar.update)
        with progress("Feeds", 2 * number if blogs else 0) as bar:
            counts["feeds"] = atoms.write(package, bar.update)
        head = {
            "format": layout.FORMAT,
            "version": layout.VERSION,
            "made_at": clock.now().isoformat(),
            "private": private,
            "counts": counts,
            "number": package.files,
        }
        package.finish(layout.MANIFEST, head)
    notes = [f"{name} is missing where pictures are kept, and in the export." for name in missing]
    return Done(counts, notes)


def import_site(path: Path, progress: Progress) -> Done:
    """Takes an export into this site, which must be empty. Commits all of it or none. Nobody is written to.

    Searching finds nothing of it before `search.actions.catch_up`, which the caller does, or the worker.

    Raises BadSite, having written nothing, for what cannot be taken in; buckets.Unreachable and OSError likewise.
    """
    instance = config.current().instance
    with unpacking.opened(path, instance / f"import-{clock.now():%Y%m%d%H%M%S%f}") as folder:
        contents = checked(folder, progress)
        try:
            done = _take(contents, progress)
            index.put_off(db.session.connection())
            db.session.commit()
        except (IntegrityError, DataError):
            db.session.rollback()
            what = "Two things in the export have one number or address, or something names what is not there"
            raise BadSite(f"{what}. {AGAIN}.") from None
        except BaseException:
            db.session.rollback()
            raise
    return done


def _take(contents: Contents, progress: Progress) -> Done:
    _hold()
    if not rows.is_empty():
        raise BadSite(
            "This site is not empty, and what is in it would be mixed with what comes. Import into a new one: set "
            "HCPOV_INSTANCE to another folder (and HCPOV_DATABASE_URL to an empty database), "
            "and run `hcpov setup --here`."
        )
    last = belongings.take_site(contents)
    unknown = belongings.take_people(contents)
    blogs, tags = belongings.take_blogs(contents), belongings.take_tags(contents)
    belongings.take_pictures(contents)
    taken = Texts(contents, blogs, tags)
    with progress("Posts and comments", sum(1 for _ in contents.under(*layout.TEXTS))) as bar:
        for _ in taken.take():
            bar.update(1)
    belongings.take_lists(contents)
    lists.keep(db.session.connection(), taken.posts)
    belongings.count_on(last)
    _keep_pictures(contents, progress)
    changes.touch(EVERYTHING)
    counts = contents.counts
    if (len(taken.posts), taken.comments) != (counts.get("posts", 0) + counts.get("pages", 0), counts.get("comments")):
        raise BadSite(f"There are more or fewer posts or comments than the export counts. {AGAIN}.")
    return Done(counts, _notes(counts, unknown))


def _hold() -> None:
    """Keeps others from writing until all is in: what is empty now has to be so then."""
    db.session.rollback()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE account, blog, post, tag, picture IN SHARE ROW EXCLUSIVE MODE"))
    else:
        db.session.connection().exec_driver_sql("BEGIN IMMEDIATE")


def _keep_pictures(contents: Contents, progress: Progress) -> None:
    with progress("Pictures", sum(1 for _ in contents.under(layout.MEDIA))) as bar:
        step: Callable[[int], Any] = bar.update
        belongings.keep_pictures(contents, step)


def _notes(counts: dict[str, int], unknown: int) -> list[str]:
    notes = ["Nobody has a password: each sets one at /reset, by mail. Nothing was announced to anybody."]
    if unknown:
        notes.append(f"Without an e-mail address, as the export has none: {counted(unknown, 'account')}.")
    if counts.get("people"):
        notes.append("What people had erased after the export was made is in again: see `hcpov erase-again --help`.")
    return notes
