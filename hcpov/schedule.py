"""What the worker does by the clock."""

from huey import crontab

from hcpov.auth import tombstones
from hcpov.auth.actions import end_old_sessions, forget_unconfirmed
from hcpov.blog.tasks import look_ahead, publish_scheduled
from hcpov.captcha.actions import forget_used
from hcpov.comments.actions import forget_networks
from hcpov.extensions import huey
from hcpov.mail.sending import send_due


@huey.periodic_task(crontab(minute="*"))
def send_what_waits() -> None:
    """Sends what no nudge was given for: what is tried again, and what was left when a worker was killed."""
    send_due()


@huey.periodic_task(crontab(minute="*"))
def publish_what_is_due() -> None:
    """Publishes scheduled posts, should their own moment have been missed."""
    look_ahead()


@huey.periodic_task(crontab(minute="7"))
def forget_what_is_old() -> None:
    """Forgets used codes, networks, sessions that ended and accounts that nobody confirmed."""
    forget_used()
    forget_networks()
    end_old_sessions()
    forget_unconfirmed()


@huey.periodic_task(crontab(minute="37"))
def write_down_what_was_erased() -> None:
    """Mends the file that outlives a restored backup, where a crash or a full disk left a gap."""
    tombstones.catch_up()


PERIODIC = (send_what_waits, publish_what_is_due, forget_what_is_old, write_down_what_was_erased)
AT_START = (publish_scheduled,)
