"""What a start of the site has to do with upgrades."""

from importlib import import_module

import click

from hcpov.config import Settings
from hcpov.ops.backups import running
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.upgrades import journal


def stay(settings: Settings) -> None:
    """Says until this process ends that the site runs, once what a killed upgrade left is set right.

    Ends it when a restore is under way, or when that cannot be set right.
    """
    try:
        if journal.read(settings.instance):
            # It brings what copies and swaps databases: 8 MB, which a server that is well never needs.
            healed: str = import_module("hcpov.ops.upgrades.moving").heal(settings)
            click.echo(healed, nl=bool(healed))  # nothing while one is under way
        running.stay(settings.instance)
    except Refused as problem:
        raise click.ClickException(str(problem)) from None
