"""What commands with many flags take, apart from them: `hcpov --help` answers before anything else is imported."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]


def _flagged(*flags: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def flagged(command: Command) -> Command:
        for flag in reversed(flags):
            command = flag(command)
        return command

    return flagged


of_upgrade = _flagged(
    click.argument("source", default=""),
    click.option("--back", is_flag=True, help="Go to the release before this one instead."),
    click.option("--yes", is_flag=True, help="With --back: lose what was written since, where the tables need it."),
    click.option("--dry-run", is_flag=True, help="Say what would be done."),
    click.option("--tables", hidden=True, default="", help="What an upgrade asks of another release."),
)

of_backup = _flagged(
    click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Keep it in this folder instead."),
    click.option("--with-secrets", is_flag=True, help="Put passwords and the key that signs into it too."),
    click.option("--rehearse", is_flag=True, help="Prove that it can be put back, beside the site, as each night."),
)

of_doctor = _flagged(
    click.option("--mail", is_flag=True, help="Look whether receivers can believe mail from here."),
    click.option("--settings", "only_settings", is_flag=True, help="Print the settings and look at nothing."),
    click.option("--certificate", is_flag=True, help="Read the site's certificate over the network as well."),
    click.option("--selector", default="", help="The relay's DKIM key: the word behind s= in a letter."),
    click.option("--nameserver", default="", help="Ask this server about DNS, such as 127.0.0.1:5353."),
)
