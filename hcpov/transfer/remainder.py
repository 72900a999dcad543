"""What an import leaves to be done once all of it is in: to make it found by searching."""

import click
from sqlalchemy.exc import SQLAlchemyError

from hcpov.extensions import db
from hcpov.search import actions, index
from hcpov.transfer.intake import Progress


def make_found(progress: Progress) -> None:
    """Puts what was taken in into the search's index. Commits some at a time; what is left then is the worker's."""
    try:
        with progress("Search", index.waiting()) as bar:
            actions.catch_up(bar.update)
    except SQLAlchemyError:  # such as a full disk: all is in, and nobody should take it in again
        db.session.rollback()
        click.echo("Searching does not find all of it yet: the worker goes on with that.")
