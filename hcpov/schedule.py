"""What the worker does by the clock."""

from flask import Flask
from huey import crontab

from hcpov.captcha.actions import forget_used
from hcpov.comments.actions import forget_networks
from hcpov.extensions import huey


def schedule(app: Flask) -> None:
    """Registers the periodic work of `app` with the worker."""

    @huey.periodic_task(crontab(minute="7"))
    def _forget_what_is_old() -> None:
        with app.app_context():
            forget_used()
            forget_networks()
