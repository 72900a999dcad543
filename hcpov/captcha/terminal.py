"""What the command line says of codes."""

import click

from hcpov.captcha import challenges


def answer(token: str) -> None:
    """Prints the digits of a challenge. Raises ClickException for one that was not signed here."""
    read = challenges.read(token)
    if read is None:
        raise click.ClickException("This challenge was not signed with this site's secret.")
    click.echo(challenges.digits(read.nonce))
