"""Rounds of killing: web, worker and database in turn, at any moment, while eight people comment."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask

from hcpov.config import Settings
from hcpov.updates.tasks import tell_soon
from tests.hardship import checks, supervisor
from tests.hardship.cluster import Cluster
from tests.hardship.commenters import Commenters, Heard
from tests.hardship.supervisor import Site
from tests.live import wait_until
from tests.make import Make
from tests.updates.readers import wish

POSTS = 6
READERS = 2  # who hear of each comment by mail
EVERY = 10  # rounds between two looks at everything
IN_A_ROUND = 40  # comments at most that are acknowledged between two kills, before the moment is drawn
HEALED = 120.0  # seconds within which the site must answer again

WEB, ONE_WEB, WORKER, DATABASE = "web", "one web process", "worker", "database"


@dataclass
class Outcome:
    """What came of it: kills, and the seconds until the site was whole again, by what was killed."""

    heard: Heard
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    starts: dict[str, int] = field(default_factory=dict)
    letters: int = 0

    @property
    def kills(self) -> Counter[str]:
        """Returns how often each was killed."""
        return Counter({what: len(each) for what, each in self.seconds.items()})


def run(
    app: Flask, settings: Settings, cluster: Cluster | None, rounds: int, seed: int, say: Callable[[str], object] = str
) -> Outcome:
    """Kills `rounds` times, and looks at everything at each tenth and at the end. The database is empty.

    `say` hears of each round while it is under way.
    """
    lot, make = random.Random(seed), Make(app)
    with supervisor.running(settings, cluster) as site:
        posts, member = [make.post(f"Ward round {number}") for number in range(POSTS)], make.account("Maeve Neil")
        for post in posts:
            for number in range(READERS):
                wish(app, f"reader{number}@example.org", post_id=post.id)
        checks.let_go(app)
        commenters = Commenters(app, site.address, posts, member, seed)
        outcome = Outcome(commenters.heard)
        for first in range(0, rounds, EVERY):
            commenters.begin()
            try:
                for number in range(first, min(first + EVERY, rounds)):
                    what, kill = _turn(site, lot, number)
                    outcome.seconds[what].append(_round(app, site, kill, commenters, lot))
                    say(f"{number + 1}: {what}, {outcome.seconds[what][-1]:.1f} s, {len(commenters.heard.sent)} sent")
            finally:
                commenters.end()
            heard = commenters.heard
            outcome.wrong += checks.comments(app, heard.sent, heard.begun)
            outcome.wrong += checks.pages(site.address, posts, heard.sent)
            outcome.wrong += checks.structure(settings, cluster)
            say(f"looked at everything: {len(outcome.wrong) + len(heard.problems)} wrong")
        outcome.wrong += checks.outbox(app, commenters.heard.sent, READERS) + commenters.heard.problems
        outcome.starts = {service.name: service.starts for service in site.services}
    return outcome


def _turn(site: Site, lot: random.Random, number: int) -> tuple[str, Callable[[], None]]:
    """Returns what is killed in a round: each in turn, whole and in part by turns."""
    again = number // 3 % 2
    if number % 3 == 0:
        return (ONE_WEB, lambda: site.kill_one_web_process(lot)) if again else (WEB, site.kill_web)
    if number % 3 == 1:
        return WORKER, site.kill_worker
    return DATABASE, lambda: site.kill_database(whole=not again)


def _round(app: Flask, site: Site, kill: Callable[[], None], commenters: Commenters, lot: random.Random) -> float:
    """Kills at any moment while they write, and returns the seconds until the site is whole again."""
    sent = commenters.heard.sent
    goal = len(sent) + lot.randint(1, IN_A_ROUND)
    wait_until(lambda: len(sent) >= goal or not commenters.are_at_it(), HEALED)
    with app.app_context():
        tell_soon()  # the worker has something in hand
    time.sleep(lot.uniform(0, 0.3))  # not always just after an answer
    begun = time.monotonic()
    kill()
    try:
        wait_until(site.answers, HEALED)
    except AssertionError:
        raise AssertionError(f"it does not answer again: {site.said()}") from None
    return time.monotonic() - begun
