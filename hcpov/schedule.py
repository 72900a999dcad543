"""What the worker does by the clock: of several machines, each for itself, or `once` for all."""

from huey import crontab

from hcpov import clock, config
from hcpov.auth import tombstones
from hcpov.auth.actions import end_old_sessions, forget_unconfirmed
from hcpov.blog.tasks import look_ahead, publish_scheduled
from hcpov.captcha.actions import forget_used
from hcpov.comments.actions import forget_networks
from hcpov.extensions import huey
from hcpov.mail.actions import forget_old as forget_old_mail
from hcpov.ops import heartbeat
from hcpov.ops.backups import nightly
from hcpov.ops.lease import once
from hcpov.pages import tasks as pages
from hcpov.pages.actions import forget_old as forget_old_purges
from hcpov.search import actions as search
from hcpov.updates.actions import forget_old as forget_old_wishes
from hcpov.updates.news.actions import tell, write_digests


@huey.periodic_task(crontab(minute="*"))
@once
def publish_what_is_due() -> None:
    """Publishes scheduled posts, should their own moment have been missed."""
    look_ahead()


@huey.periodic_task(crontab(minute="*"))
@once
def tell_what_is_new() -> None:
    """Writes letters of what no nudge was given for, and the digests whose hour has come."""
    tell()
    write_digests()


@huey.periodic_task(crontab(minute="7"))
@once
def forget_what_is_old() -> None:
    """Forgets used codes, networks, sessions that ended, what nobody confirmed, and mail of long ago."""
    forget_used()
    forget_networks()
    end_old_sessions()
    forget_unconfirmed()
    forget_old_mail()
    forget_old_wishes()
    forget_old_purges()


@huey.periodic_task(crontab(minute="*"))
@once
def index_what_was_left() -> None:
    """Puts into the search what was written past the application, or before it knew of searching."""
    search.catch_up()


@huey.periodic_task(crontab(minute="47", hour="8"))
@once
def forget_words_that_were_erased() -> None:
    """Writes the search's indexes anew, in the night of most who read here: 8:47 UTC."""
    search.tidy()


@huey.periodic_task(crontab(minute="37"))
def write_down_what_was_erased() -> None:
    """Mends the file that outlives a restored backup, where a crash or a full disk left a gap."""
    tombstones.catch_up()


@huey.periodic_task(crontab(minute="*"))
def press_what_lasts() -> None:
    """Presses finished pages smaller that have lasted a while."""
    pages.polish()


@huey.periodic_task(crontab(minute="*"))
def say_that_it_works() -> None:
    """Notes that the worker is at work."""
    heartbeat.beat()


@huey.periodic_task(crontab(minute="17"))
@once
def back_up() -> None:
    """Takes the night's backup and tries whether it can be put back."""
    if nightly.is_due(config.current(), clock.now()):
        nightly.begin()


PERIODIC = (
    index_what_was_left,
    forget_words_that_were_erased,
    publish_what_is_due,
    tell_what_is_new,
    press_what_lasts,
    forget_what_is_old,
    write_down_what_was_erased,
    say_that_it_works,
    back_up,
)
AT_START = (heartbeat.beat, publish_scheduled)
WITH_THE_LEASE = (publish_what_is_due, tell_what_is_new)  # at once: another machine may have left it undone
