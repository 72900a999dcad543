"""What the ops team does to accounts from a terminal; whatever is not said is asked for.

Passwords are only ever asked for: a command line is read by others and kept in files. Without a terminal the answers
are read from standard input, one on each line. Raises click's ClickException in words.
"""

import sys

import click
from flask_security.proxies import _security
from sqlalchemy.exc import IntegrityError

from hcpov.auth import actions, queries
from hcpov.auth.forms import normal_address
from hcpov.auth.models import NAME_LENGTH, Account
from hcpov.auth.roles import Refused
from hcpov.text.plain import one_line


def create(email: str, name: str) -> None:
    """Makes a confirmed admin."""
    email = _address(email)
    if queries.account_with(email):
        raise click.ClickException("There is an account with this address. `hcpov admin promote` gives it a role.")
    name = one_line(name or click.prompt("Name, as readers see it"))
    if not 0 < len(name) <= NAME_LENGTH:
        raise click.ClickException(f"A name has 1 to {NAME_LENGTH} characters.")
    password = _password(Account(email=email, name=name))
    try:
        account = actions.create_admin(email, name, password)
    except IntegrityError:
        raise click.ClickException("Somebody took this address or name a moment ago. Please try again.") from None
    click.echo(f"{account.name} is an admin now, and can sign in.")


def promote(email: str, role: str) -> None:
    """Gives somebody a role on the site."""
    account = _account(email)
    try:
        actions.promote(account, role)
    except Refused as problem:
        raise click.ClickException(str(problem)) from None
    click.echo(f"{account.name} is {role} of the site now.")


def reset(email: str, second_factor: bool) -> None:
    """Gives somebody a new password, and with `second_factor` none but that."""
    account = _account(email)
    if not account.active:
        raise click.ClickException("This account is switched off. An admin can switch it on at /desk/members.")
    actions.reset_access(account, _password(account), second_factor)
    click.echo(f"{account.name} can sign in with the new password, and was signed out everywhere.")
    if second_factor:
        click.echo("The authenticator, recovery codes and passkeys were forgotten.")


def _address(email: str) -> str:
    try:
        return normal_address(email or click.prompt("E-mail"))
    except ValueError:
        raise click.ClickException("This does not look like an e-mail address.") from None


def _account(email: str) -> Account:
    found = queries.account_with(_address(email))
    if found is None:
        raise click.ClickException("There is no account with this address.")
    return found


def _password(account: Account) -> str:
    """Asks for a password, twice, until it is one that would do for joining."""
    hidden = sys.stdin.isatty()
    while True:
        password = click.prompt("New password", hide_input=hidden, confirmation_prompt="Once more")
        wrong, normal = _security.password_util.validate(password, True, user=account)
        if not wrong:
            return str(normal)
        if not hidden:
            raise click.ClickException(str(wrong[0]))
        click.echo(str(wrong[0]))
