"""What ops are told of backups on a terminal."""

from pathlib import Path

import click

from hcpov.config import Settings
from hcpov.ops.backups import running, taking
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.backups.taking import Progress


def stay(settings: Settings) -> None:
    """Says until this process ends that the site runs; ends it when a restore is under way."""
    try:
        running.stay(settings.instance)
    except Refused as problem:
        raise click.ClickException(str(problem)) from None


def back_up(settings: Settings, to: Path | None, with_secrets: bool, progress: Progress) -> int:
    """Takes a backup and says so in a line; returns the exit code: 1 when pictures are missing."""
    try:
        taken = taking.take(settings, to, with_secrets, progress)
    except Refused as problem:
        raise click.ClickException(str(problem)) from None
    counts, where = taken.manifest.counts, f"{taken.path.name} in the bucket" if taken.away else str(taken.path)
    holds = f"{counts.get('post', 0):,} posts, {counts.get('comment', 0):,} comments"
    secrets = ", with secrets" if with_secrets else ""
    gone = f" Removed by the rule: {taken.removed}." if taken.removed else ""
    click.echo(f"{where}: {holds}{secrets}, {taken.size / 1e6:,.1f} MB, {taken.seconds:.1f} s.{gone}")
    if missing := taken.manifest.missing:
        click.echo(f"Pictures that the database names and nobody has: {len(missing)}, such as {missing[0]}.", err=True)
    return 1 if missing else 0
