"""What ops are told of backups on a terminal."""

import tempfile
from pathlib import Path

import click

from hcpov import clock
from hcpov.config import Settings
from hcpov.ops import schema
from hcpov.ops.backups import litestream, moments, places, rehearsal, restoring, sqlite, taking
from hcpov.ops.backups import manifest as manifests
from hcpov.ops.backups.manifest import Manifest
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.backups.restoring import Restored
from hcpov.ops.terminal import progress
from hcpov.transfer import terminal as transfer


def erase_again(upgrade: bool) -> None:
    """Erases again what people had erased and says how much; brings the database up to date first when told to."""
    if upgrade:
        schema.upgrade()
    transfer.erase_again()


def back_up(settings: Settings, to: Path | None, with_secrets: bool, rehearse: bool) -> int:
    """Takes a backup, or tries one, and says so in a line; returns the exit code: 1 when something is wrong with it."""
    if rehearse and (to or with_secrets):
        raise click.UsageError("--rehearse takes the backup that is kept; it goes with no other option.")
    if rehearse:
        return _rehearse(settings)
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


def _rehearse(settings: Settings) -> int:
    try:
        found = rehearsal.rehearse(settings, progress)
    except Refused as problem:
        raise click.ClickException(str(problem)) from None
    if not found.ok:
        raise click.ClickException(found.words)
    click.echo(f"{found.words} {found.size / 1e6:,.1f} MB, {found.seconds:.1f} s.")
    return 0


def put_back(settings: Settings, name: str, moment: str, dry_run: bool) -> None:
    """Restores a backup or goes back to a moment, or says what that would do; without either, says what there is."""
    if name and moment:
        raise click.UsageError("Give a file or --to, not both.")
    if moment:
        _go_back(settings, moment, dry_run)
        return
    try:
        if not name:
            _list(settings)
        elif dry_run:
            with tempfile.TemporaryDirectory() as folder:
                _say(restoring.checked(settings, restoring.found(settings, name, Path(folder)), progress))
        else:
            _say_restored(restoring.restore(settings, name, progress))
    except Refused as problem:
        raise click.ClickException(str(problem)) from None


def _go_back(settings: Settings, text: str, dry_run: bool) -> None:
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
            _say_restored(restoring.go_back(settings, moment))
    except Refused as problem:
        raise click.ClickException(str(problem)) from None


def _say_restored(done: Restored) -> None:
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
