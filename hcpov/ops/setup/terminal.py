"""What ops are told of a setup on a terminal: the plan, then each step as it is done."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click

from hcpov import config, signing
from hcpov.config import Settings
from hcpov.ops import schema
from hcpov.ops.settings import masked
from hcpov.ops.setup import answers, machine, plan, questions
from hcpov.ops.setup.answers import Answers
from hcpov.ops.setup.machine import RECORD, Machine
from hcpov.ops.setup.plan import Headers
from hcpov.ops.setup.refusals import Refused
from hcpov.ops.setup.steps import Step

DEBIAN = "12"


def set_up(given: Mapping[str, Any], headers: Headers) -> None:
    """Asks, tells the plan, and does it; `headers` returns what nginx adds to finished pages. Ends in words."""
    os.umask(0o022)
    try:
        here = machine.look(given["root"], click.echo)
        known = questions.remembered(here.at(RECORD), here.answers)
        wanted = questions.answered(given, known, here.answers.get("relay_known") is True)
        _may(here, wanted, given["dry_run"])
        steps = plan.made(wanted, here, headers)
        left = [each for each in steps if not each.is_right(here) and not each.is_left_out(here)]
        _tell(here, wanted, steps, given["dry_run"])
        if left and not given["dry_run"]:
            _agree(here, left, given["yes"])
            for each in left:
                click.echo(f"  {each.words(here)}")
                each.do(here)
            click.echo(_last(here, wanted))
    except (Refused, config.SettingError) as problem:
        raise click.ClickException(str(problem)) from None
    except PermissionError as problem:
        raise click.ClickException(f"{problem.filename} is not for this user. Run this as root.") from None


def make_here(settings: Settings, application: Callable[[], AbstractContextManager[object]]) -> None:
    """Makes the secret that signs, unless there is one, and the tables, or brings them up to date. Ends in words."""
    try:
        signing.make(settings)
    except config.SettingError as problem:
        raise click.ClickException(str(problem)) from None
    with application():
        schema.upgrade()
        click.echo(f"Ready: {masked(config.current().database)}")


def _may(here: Machine, wanted: Answers, dry_run: bool) -> None:
    """Raises Refused where this machine cannot become the site's."""
    front = here.answers.get("front")
    if front and front != wanted.front:
        raise Refused(
            f"{front} is in front of this site. Stop it first (systemctl disable --now {front}), "
            f"remove {here.at(RECORD)}, and answer again."
        )
    if not here.is_real:
        return
    answers.visible(wanted.code, "This program")
    answers.visible(wanted.instance, "The instance folder")
    if dry_run:
        return
    if os.geteuid() != 0:
        raise Refused("This needs root: sudo hcpov setup. --dry-run says what it would do, --root FOLDER writes files.")
    if not Path("/run/systemd/system").exists():
        raise Refused("This machine is not run by systemd. --root FOLDER writes the files and leaves the rest to you.")


def _tell(here: Machine, wanted: Answers, steps: list[Step], dry_run: bool) -> None:
    place = "" if here.is_real else f", in {here.root}"
    click.echo(f"{wanted.site}, {wanted.front} in front{place}:")
    left = [each for each in steps if not each.is_right(here)]
    for each in left:
        click.echo(f"  {each.words(here)}")
        if dry_run and not each.is_left_out(here):
            for line in each.text(here):
                click.echo(f"    | {line}".rstrip())
    click.echo(f"  {len(steps) - len(left)} of {len(steps)} steps need nothing.")
    if dry_run or all(each.is_left_out(here) for each in left):
        click.echo("Nothing was changed.")


def _agree(here: Machine, left: list[Step], yes: bool) -> None:
    """Asks whether to go on. Nobody is asked where nobody is, unless words of somebody's would be replaced."""
    if yes:
        return
    if sys.stdin.isatty():
        if not click.confirm("Go on?", default=True):
            raise Refused("Nothing was changed.")
    elif any(each.would_keep(here) for each in left):
        raise Refused("Somebody changed a file that would be replaced. Say --yes to go on. Nothing was changed.")


def _last(here: Machine, wanted: Answers) -> str:
    if not here.is_real:
        return f"Written below {here.root}. Owners, users and services are left to you."
    return f"https://{wanted.site} is served. Make its first administrator: hcpov admin create. Then: hcpov doctor"
