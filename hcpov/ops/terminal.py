"""What ops are told on a terminal."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from hcpov import languages
from hcpov.config import Settings
from hcpov.ops import checks, deliverability
from hcpov.ops.checks import Check
from hcpov.ops.names import Names, Unanswered


@contextmanager
def progress(label: str, length: int) -> "Iterator[click.progressbar[None]]":  # type: ignore[valid-type]
    """Yields a progress bar on a terminal, and a plain line otherwise."""
    with click.progressbar(length=length, label=label) as bar:
        yield bar


def look_after_mail(settings: Settings, selector: str, nameserver: str) -> int:
    """Prints what is fine and what is missing, with what to write into DNS; returns the exit code."""
    try:
        names = Names(nameserver)
    except Unanswered as problem:
        raise click.ClickException(str(problem)) from None
    except ValueError:
        raise click.ClickException("write a name server as 127.0.0.1 or 127.0.0.1:5353") from None
    click.echo(f"Mail from {settings.sender}. Whoever relays it signs it (DKIM); this software does not.")
    missing = 0
    for each in deliverability.findings(settings, names, selector):
        missing += each.state == deliverability.MISSING
        click.echo(f"  {each.state:8} {each.words}")
        if each.write:
            click.echo(f"           Write into DNS: {each.write}")
        if each.mend:
            click.echo(f"           {each.mend}")
    click.echo("Nothing is missing." if not missing else f"{missing} to mend.")
    return 1 if missing else 0


def tell(found: Iterable[Check]) -> int:
    """Prints one check after the other, as each is done; returns the exit code."""
    bad = 0
    with languages.in_english():
        for each in found:
            bad += each.state == checks.BAD
            click.echo(f"  {each.state:5} {each.name}: {each.words} {each.cited}".rstrip())
    click.echo(f"{bad} to mend." if bad else "The site is well.")
    return 1 if bad else 0
