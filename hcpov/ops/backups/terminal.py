"""What ops are told of backups on a terminal."""

import tempfile
from pathlib import Path

import click

from hcpov import clock
from hcpov.config import Settings
from hcpov.ops.backups import litestream, moments, places, rehearsal, restoring, running, sqlite, taking
from hcpov.ops.backups import manifest as manifests
from hcpov.ops.backups.manifest import Manifest
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.backups.restoring import Restored
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


def rehearse(settings: Settings, progress: Progress) -> int:
    """Takes a backup, tries it, and says what was found; returns the exit code."""
    try:
        found = rehearsal.rehearse(settings, progress)
    except Refused as problem:
        raise click.ClickException(str(problem)) from None
    if not found.ok:
        raise click.ClickException(found.words)
    click.echo(f"{found.words} {found.size / 1e6:,.1f} MB, {found.seconds:.1f} s.")
    return 0


def put_back(settings: Settings, name: str, dry_run: bool, progress: Progress) -> None:
    """Restores a backup, or says what that would do; without a name, says which backups there are."""
    try:
        if not name:
            _list(settings)
        elif dry_run:
            with tempfile.TemporaryDirectory() as folder:
                _say(restoring.checked(settings, restoring.found(settings, name, Path(folder)), progress))
        else:
            say_restored(restoring.restore(settings, name, progress))
    except Refused as problem:
        raise click.ClickException(str(problem)) from None


def go_back(settings: Settings, text: str, dry_run: bool) -> None:
    """Makes the database what it was at a moment of the site's own time, or only says which moment that is."""
    try:
        moment = moments.read(text, settings.zone, clock.now())
        shown = f"{moment.astimezone(settings.zone):%Y-%m-%d %H:%M:%S} in {settings.time_zone}"
        click.echo(f"To {moment:%Y-%m-%d %H:%M:%S} UTC, which is {shown}.")
        if dry_run:
            with tempfile.TemporaryDirectory() as folder:
                litestream.fetch(settings, moment, Path(folder) / manifests.SQLITE)
                counts = sqlite.examined(Path(folder) / manifests.SQLITE).counts
            click.echo(f"It had {counts['post']:,} posts, {counts['comment']:,} comments. Nothing was changed.")
        else:
            say_restored(restoring.go_back(settings, moment))
    except Refused as problem:
        raise click.ClickException(str(problem)) from None


def say_restored(done: Restored) -> None:
    """Says what was put back."""
    counts = done.facts.counts
    for line in (done.said, *done.notes):
        click.echo(line)
    click.echo(
        f"Restored: {counts['post']:,} posts, {counts['comment']:,} comments, {counts['account']:,} accounts, "
        f"{done.seconds:.1f} s. The old site is in {done.before}: remove it when you are sure."
    )


def _list(settings: Settings) -> None:
    kept = places.kept(settings, places.folder(settings))
    for name, size in kept.items():
        click.echo(f"{name}  {size / 1e6:,.1f} MB")
    click.echo("Restore one of them by its name." if kept else "No backup is kept. Take one: hcpov backup")


def _say(manifest: Manifest) -> None:
    counts = ", ".join(f"{number:,} in {table}" for table, number in manifest.counts.items())
    click.echo(
        f"Of {manifest.moment:%Y-%m-%d %H:%M:%S} UTC, by version {manifest.program}, {manifest.revision}: whole."
    )
    click.echo(f"It has {len(manifest.files):,} files, {manifest.size / 1e6:,.1f} MB; rows: {counts}.")
    click.echo("A restore would put it beside the site, bring it up to date, erase again who was erased,")
    click.echo("and swap it in; the old site would be kept. Nothing was changed.")
