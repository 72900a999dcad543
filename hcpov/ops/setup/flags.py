"""What `hcpov setup` can be told on its command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_Command = Callable[..., Any]

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FLAGS = (
    click.option(
        "--here", is_flag=True, help="Only make instance folder, secret and database, or bring it up to date."
    ),
    click.option("--dry-run", is_flag=True, help="Say what would be done, with each file's text, and do nothing."),
    click.option("--yes", is_flag=True, help="Do not ask whether to go on."),
    click.option("--site", metavar="NAME", help="The site's name on the net, such as pov.example.org."),
    click.option("--title", help="The site's name as readers see it."),
    click.option("--email", metavar="ADDRESS", help="Who is told when a certificate is about to end."),
    click.option("--front", metavar="WORD", help="nginx, or caddy."),
    click.option(
        "--smtp", metavar="URL", envvar="HCPOV_SMTP_URL", help="The relay for mail, or none; better in HCPOV_SMTP_URL."
    ),
    click.option("--litestream/--no-litestream", default=None, help="Copy the database while it is written to."),
    click.option("--one/--two", default=None, help="Web and worker as one service, or as two."),
    click.option("--self-host-htmx/--cdn-htmx", default=None, help="Serve htmx from here, fetched and verified now."),
    click.option("--set", "more", metavar="NAME=VALUE", multiple=True, help="Another setting for hcpov.cfg."),
    click.option("--instance", metavar="FOLDER", envvar="HCPOV_INSTANCE", help="Where the site keeps what it has."),
    click.option("--code", metavar="FOLDER", help="Where this program lies on that machine."),
    click.option("--root", type=_FOLDER, help="Write all files below this folder, and leave the system alone."),
)


def all_of_them(command: _Command) -> _Command:
    """Gives a command these flags, in this order."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command
