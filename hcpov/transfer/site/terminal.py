"""What the command line says of a site that is written out or taken in."""

import errno
import signal
import sys
from pathlib import Path

import click

from hcpov.media.buckets import Unreachable
from hcpov.transfer.intake import Progress
from hcpov.transfer.remainder import make_found
from hcpov.transfer.site import actions
from hcpov.transfer.site.problems import BadSite

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def give(target: Path, private: bool, progress: Progress) -> None:
    """Writes the site out and says what was written."""
    _clear_up_when_stopped()
    try:
        done = actions.export_site(target, private, progress)
    except (BadSite, OSError) as problem:
        raise _refused("Nothing was exported", problem) from None
    click.echo(f"Written to {target}: {done.text()}")


def take(path: Path, progress: Progress) -> None:
    """Takes a site in and says what was taken."""
    _clear_up_when_stopped()
    try:
        done = actions.import_site(path, progress)
    except (BadSite, OSError) as problem:
        raise _refused("Nothing was imported", problem) from None
    click.echo(f"Taken in: {done.text()}")
    make_found(progress)


def _clear_up_when_stopped() -> None:
    """Makes whoever stops this wait a moment: what is half done goes first."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))


def _refused(nothing: str, problem: Exception) -> click.ClickException:
    if isinstance(problem, Unreachable):
        why = f"The bucket of pictures did not answer ({problem}). Try again when it does: `hcpov doctor` shows it."
    elif isinstance(problem, OSError) and problem.errno in _FULL:
        why = "The disk is full. Make room, or name a place on another disk."
    elif isinstance(problem, OSError):
        why = f"{problem.strerror or problem}: {problem.filename or 'a file'}. Mend it and try again."
    else:
        why = str(problem)
    return click.ClickException(f"{nothing}. {why}")
