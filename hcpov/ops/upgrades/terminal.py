"""What ops are told of upgrades on a terminal."""

import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import click

from hcpov import config
from hcpov.config import Settings
from hcpov.ops import schema
from hcpov.ops.backups import running
from hcpov.ops.backups import side as sides
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.terminal import progress
from hcpov.ops.upgrades import going, locks, moving, releases, services, standby
from hcpov.ops.upgrades.owner import as_starter, step_down

PATIENCE = 600  # seconds for what a killed upgrade had begun, and a backup beside it
AGAIN = 0.2  # seconds

Application = Callable[[], AbstractContextManager[Any]]


def upgrade(application: Application, source: str, back: bool, yes: bool, dry_run: bool, tables: str) -> None:
    """Goes to another version or back to the one before, and says each step before it is done.

    `tables` is what another release's upgrade asks of this one: to bring the tables to a revision, and no more.
    """
    if tables:
        with application():
            schema.move(tables)
        return
    if source and back:
        raise click.UsageError("--back goes to the release before this one; it takes no SOURCE.")
    try:
        settings = config.load(os.environ)
        if not settings.instance.is_dir():
            raise Refused(f"There is no site at {settings.instance}. Make one: hcpov setup")
        with standby.posted(str(config.ROOT)):
            step_down(settings.instance)
            if back:
                going.back(settings, yes, dry_run, click.echo, progress)
            else:
                going.upgrade(settings, source, dry_run, click.echo, progress)
    except (Refused, config.SettingError) as problem:
        raise click.ClickException(str(problem)) from None


def mend() -> None:
    """Sets right what a killed upgrade left, as soon as what that had begun has ended, and says what it did."""
    settings, end = config.load(os.environ), time.monotonic() + PATIENCE
    step_down(settings.instance)
    while True:
        try:
            said = "\n".join(_mended(settings))
            break
        except Refused as problem:
            if time.monotonic() > end:
                raise SystemExit(f"{problem}") from None
            time.sleep(AGAIN)
    with suppress(OSError):  # the terminal is gone, perhaps
        click.echo(said, err=True)


def _mended(settings: Settings) -> list[str]:
    with locks.alone(settings.instance):
        done = moving.healed(settings, services.active())
        said = [done or "The upgrade was killed while it changed nothing."]
        with running.one_at_a_time(settings.instance):
            sides.sweep(settings)
        with as_starter():
            releases.remove_unfinished()
        going.settle(settings, releases.linked(), said.append)
    return said
