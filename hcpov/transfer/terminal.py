"""What the command line says of imports, and of what is erased again."""

from pathlib import Path

import click

from hcpov.search import actions as search
from hcpov.transfer import actions
from hcpov.transfer.imports import actions as imports
from hcpov.transfer.intake import Progress
from hcpov.transfer.remainder import make_found
from hcpov.transfer.wordpress import BadExport


def write_demo(folder: Path) -> None:
    """Writes the demo into an empty site and says who looks after it."""
    written = imports.write_demo(folder)
    if written is None:
        click.echo("This site has blogs already; the demo is only for an empty one.")
        return
    click.echo(f"Written: {written.blogs} blogs, {written.posts} posts, {written.comments} comments.")
    click.echo(f"Administrator: {written.admin_email}")
    click.echo(f"Password, shown this once: {written.admin_password}")


def take_wordpress(file: Path, slug: str, name: str, progress: Progress) -> None:
    """Takes in a WordPress export and says what was taken."""
    try:
        report = imports.import_wordpress(file, slug, name, progress)
    except BadExport as problem:
        raise click.ClickException(f"Nothing was imported. {problem}") from None
    click.echo(report.text())
    make_found(progress)


def erase_again() -> None:
    """Erases again what a restore brought back, and says what it was."""
    gone = actions.erase_again()
    search.tidy()  # their words are taken out of the index's pages now, not in the night
    counts = {"account": gone.accounts, "comment": gone.comments + gone.kept}
    counts |= {"subscription": gone.subscriptions, "message": gone.messages}
    said = [f"{len(numbers)} {what}{'' if len(numbers) == 1 else 's'}" for what, numbers in counts.items()]
    click.echo(f"Erased again: {', '.join(said)}. Subscriptions left again: {len(gone.left)}.")
    for number in gone.texts:
        click.echo(f"Taken back: /desk/posts/{number}. Remove once more what was removed from it, then show it.")
