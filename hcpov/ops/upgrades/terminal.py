"""What ops are told of upgrades on a terminal."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import click

from hcpov import config
from hcpov.config import Settings
from hcpov.ops import schema
from hcpov.ops.backups import running
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.terminal import progress
from hcpov.ops.upgrades import going, moving
from hcpov.ops.upgrades.owner import step_down

Application = Callable[[], AbstractContextManager[Any]]


def stay(settings: Settings) -> None:
    """Says until this process ends that the site runs, once what a killed upgrade left is set right.

    Ends it when a restore is under way, or when that cannot be set right.
    """
    try:
        if healed := moving.heal(settings):
            click.echo(healed)
        running.stay(settings.instance)
    except Refused as problem:
        raise click.ClickException(str(problem)) from None


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
        step_down(settings.instance)
        if back:
            going.back(settings, yes, dry_run, click.echo, progress)
        else:
            going.upgrade(settings, source, dry_run, click.echo, progress)
    except (Refused, config.SettingError) as problem:
        raise click.ClickException(str(problem)) from None
