"""Digests: when they are due, and what is in one. Nothing here commits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hcpov import config
from hcpov.blog.models import Post
from hcpov.comments.models import Comment
from hcpov.mail.batches import Letter
from hcpov.updates.letters import Reader, Sheet
from hcpov.updates.models import Cadence, Place, Subscription
from hcpov.updates.news import queries, sheets

MARGIN = timedelta(minutes=1)  # what was announced before the hour is committed by then
PERIOD = {Cadence.DAILY: timedelta(days=1), Cadence.WEEKLY: timedelta(days=7), Cadence.AT_ONCE: timedelta(0)}
REMEMBERED = 500  # lists and sheets, so that memory does not grow with the number of threads


def moments(now: datetime) -> list[tuple[Cadence, datetime]]:
    """Returns up to when each digest reaches: the last time it was HCPOV_DIGEST_HOUR here, on a Monday for weekly ones.

    A worker that was down for some days writes one digest of them all.
    """
    settings = config.current()
    local = (now - MARGIN).astimezone(settings.zone)
    daily = local.replace(hour=settings.digest_hour, minute=0, second=0, microsecond=0, fold=0)
    if daily > local:
        daily -= timedelta(days=1)  # a day of the calendar: the hour stays when clocks are changed
    weekly = daily - timedelta(days=daily.weekday())
    return [(Cadence.DAILY, daily.astimezone(UTC)), (Cadence.WEEKLY, weekly.astimezone(UTC))]


def of_wish(wish: Subscription, until: datetime) -> Letter | None:
    """Returns what one wish has not heard yet; None when there is nothing. Two queries."""
    digest = Digest(Cadence(wish.cadence), until)
    digest.know([wish])
    return digest.letter(wish, wish.told_at or until)


@dataclass
class Digest:
    """One digest for all who get it. It remembers what it read and wrote: most get the same."""

    cadence: Cadence
    until: datetime
    narrower: dict[str, set[Place]] = field(default_factory=dict)
    posts: dict[tuple[Place, datetime], list[Post]] = field(default_factory=dict)
    comments: dict[tuple[Place, datetime], list[Comment]] = field(default_factory=dict)
    sheets: dict[tuple[Place, tuple[int, ...]], Sheet] = field(default_factory=dict)

    def know(self, wishes: Sequence[Subscription]) -> None:
        """Reads what else the addresses of some wishes asked for: nobody hears of one thing twice. One query."""
        self.narrower = queries.narrower({wish.email for wish in wishes})
        for memory in (self.posts, self.comments, self.sheets):
            if len(memory) > REMEMBERED:
                memory.clear()

    def letter(self, wish: Subscription, told_at: datetime) -> Letter | None:
        """Returns the letter for one wish, None when nothing is new to it. One query for each place and time.

        The key is the day's: however often it is written, it is sent once.
        """
        # Who subscribed in between reads the same list from its middle.
        since = min(told_at, self.until - PERIOD[self.cadence])
        sheet = (
            self._of_posts(wish, since, told_at) if wish.post_id is None else self._of_comments(wish, since, told_at)
        )
        if sheet is None:
            return None
        reader = Reader(wish.id, wish.email, wish.key)
        return sheet.to(reader, f"digest {wish.id} {self.until.isoformat(timespec='seconds')}")

    def _of_posts(self, wish: Subscription, since: datetime, told_at: datetime) -> Sheet | None:
        place = wish.place
        if (place, since) not in self.posts:
            self.posts[place, since] = queries.posts_between(place.blog_id, since, self.until)
        but = self.narrower.get(wish.email, set()) if place.blog_id is None else set()
        found = [
            post
            for post in self.posts[place, since]
            if post.announced_at and post.announced_at > told_at and Place(post.blog_id) not in but
        ]
        key = (place, tuple(post.id for post in found))
        if found and key not in self.sheets:
            self.sheets[key] = sheets.of_posts(found, place, self.cadence)
        return self.sheets[key] if found else None

    def _of_comments(self, wish: Subscription, since: datetime, told_at: datetime) -> Sheet | None:
        place = wish.place
        if (place, since) not in self.comments:
            self.comments[place, since] = queries.comments_between(place, since, self.until)
        but = self.narrower.get(wish.email, set()) if place.comment_id is None else set()
        found = [
            each
            for each in self.comments[place, since]
            if each.announced_at
            and each.announced_at > told_at
            and wish.email not in queries.writers(each)
            and Place(None, each.post_id, each.parent_id) not in but
        ]
        key = (place, tuple(each.id for each in found))
        if found and key not in self.sheets:
            self.sheets[key] = sheets.of_comments(found, place, self.cadence)
        return self.sheets[key] if found else None
