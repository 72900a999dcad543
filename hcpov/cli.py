"""The `hcpov` command: one word for each thing ops must do.

Imports of the application stand inside the commands, so that `hcpov --help` answers at once and a bad setting is told
in one line instead of a traceback.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hcpov import config

if TYPE_CHECKING:
    from flask import Flask


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Health Care POV: run it, fill it, look after it."""


@contextmanager
def application() -> "Iterator[Flask]":
    """Yields the application inside its context; a bad setting ends the command with its message."""
    from hcpov.app import create_app

    try:
        app = create_app()
    except config.SettingError as problem:
        raise click.ClickException(str(problem)) from None
    with app.app_context():
        yield app


@main.command()
def setup() -> None:
    """Make the instance folder, the secret and the database, or bring the database up to date."""
    from flask_migrate import upgrade

    from hcpov.ops.settings import masked

    with application():
        upgrade()
        click.echo(f"Ready: {masked(config.current().database)}")


@main.command()
def demo() -> None:
    """Write four blogs with posts and comments into an empty site."""
    from hcpov.transfer.actions import write_demo

    with application():
        written = write_demo(config.ROOT / "hcpov" / "transfer" / "demo")
        if written is None:
            click.echo("This site has blogs already; the demo is only for an empty one.")
            return
        click.echo(f"Written: {written.blogs} blogs, {written.posts} posts, {written.comments} comments.")
        click.echo(f"Administrator: {written.admin_email}")
        click.echo(f"Password, shown this once: {written.admin_password}")


@main.command()
@click.option("--web-only", is_flag=True, help="Leave the worker to another process.")
def serve(web_only: bool = False) -> None:
    """Start the worker and the web server, and stop both together."""
    from hcpov.ops.backups import terminal

    settings = _settings()
    terminal.stay(settings)
    with application() as app:  # what was finished before was made by other code or settings, perhaps
        from hcpov.pages import tasks as pages

        pages.begin_anew(app)
    if web_only:
        _serve_web(settings)
        return
    worker_process = subprocess.Popen([sys.executable, "-m", "hcpov.cli", "worker"], cwd=config.ROOT)
    try:
        _serve_web(settings)
    finally:
        worker_process.send_signal(signal.SIGTERM)
        worker_process.wait(timeout=20)


@main.command()
@click.pass_context
def run(context: click.Context) -> None:
    """Do all of it for a first look: setup, the demo when the site is empty, then serve."""
    context.invoke(setup)
    context.invoke(demo)
    context.invoke(serve)


@main.command()
def worker() -> None:
    """Do the work that waits for no reader: run what is due, retry what failed."""
    from hcpov.extensions import huey
    from hcpov.mail import tasks as mail
    from hcpov.ops.backups import terminal
    from hcpov.pages import tasks as pages
    from hcpov.schedule import AT_START, PERIODIC

    terminal.stay(_settings())
    with application() as app:
        click.echo(f"The worker does {len(PERIODIC)} things by the clock, and sends mail.")
        for task in AT_START:  # what came due while nothing ran
            task()
        # Told to stop, it finishes what it began: a message that was taken and not marked would be sent again.
        consumer = huey.create_consumer(workers=1, max_delay=1.0, graceful_signal="TERM", shutdown_timeout=10)
        sender, follower = mail.begin(app), pages.begin(app)
        consumer.run()
        pages.end(follower)
        mail.end(sender, 8)


@main.command()
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), help="Keep it in this folder instead.")
@click.option("--with-secrets", is_flag=True, help="Put passwords and the key that signs into it too.")
@click.option("--rehearse", is_flag=True, help="Prove that it can be put back, beside the site, as each night.")
def backup(to: Path | None, with_secrets: bool, rehearse: bool) -> None:
    """Take a backup while the site runs: database, pictures, settings; keep 7 days, 4 weeks, 12 months."""
    from hcpov.ops.backups import terminal

    sys.exit(terminal.back_up(_settings(), to, with_secrets, rehearse))


@main.command()
@click.argument("file", default="")
@click.option("--to", "moment", default="", help="Back to this moment instead, such as '2026-11-20 14:05'.")
@click.option("--dry-run", is_flag=True, help="Check it and say what would be done.")
def restore(file: str, moment: str, dry_run: bool) -> None:
    """Put a backup back: checked, proved in a side copy, swapped in; the old site is kept. Without FILE, list them."""
    from hcpov.ops.backups import terminal

    terminal.put_back(_settings(), file, moment, dry_run)


@main.group(name="import")
def import_() -> None:
    """Take in what another system exported."""


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--blog", "slug", required=True, help="Address of the blog that takes the posts; made when new.")
@click.option("--name", default="", help="Name of the blog when it is made; the export's title otherwise.")
def wordpress(file: Path, slug: str, name: str) -> None:
    """Take in a WordPress export (WXR): posts, pages, authors, comments, tags, old addresses."""
    from hcpov.ops.terminal import progress
    from hcpov.transfer.actions import import_wordpress
    from hcpov.transfer.wordpress import BadExport

    with application():
        try:
            report = import_wordpress(file, slug, name, progress)
        except BadExport as problem:
            raise click.ClickException(f"Nothing was imported. {problem}") from None
        click.echo(report.text())


@main.group()
def admin() -> None:
    """People who look after the site. Passwords are asked for, never given on the command line."""


@admin.command()
@click.option("--email", default="", help="The address to sign in with; asked for when it is missing.")
@click.option("--name", default="", help="The name that readers see; asked for when it is missing.")
def create(email: str, name: str) -> None:
    """Make an administrator whose address needs no confirmation."""
    from hcpov.auth import terminal

    with application():
        terminal.create(email, name)


@admin.command()
@click.argument("email", default="")
@click.option("--role", type=click.Choice(["admin", "moderator"]), prompt=True, help="What they become.")
def promote(email: str, role: str) -> None:
    """Make a member an administrator or a moderator."""
    from hcpov.auth import terminal

    with application():
        terminal.promote(email, role)


@admin.command()
@click.argument("email", default="")
@click.option("--second-factor", is_flag=True, help="Forget authenticator, recovery codes and passkeys as well.")
def reset(email: str, second_factor: bool) -> None:
    """Give a member a new password, and sign them out everywhere."""
    from hcpov.auth import terminal

    with application():
        terminal.reset(email, second_factor)


@main.group()
def captcha() -> None:
    """Security codes."""


@captcha.command()
@click.argument("challenge")
def answer(challenge: str) -> None:
    """Print the digits of CHALLENGE. Whoever holds the secret can know them."""
    from hcpov.captcha import challenges

    with application():
        read = challenges.read(challenge)
        if read is None:
            raise click.ClickException("This challenge was not signed with this site's secret.")
        click.echo(challenges.digits(read.nonce))


@main.group()
def pages() -> None:
    """Finished pages, which are kept ready for readers."""


@pages.command(name="clear")
def clear_pages() -> None:
    """Throw all finished pages away. They are made again as readers ask for them."""
    from hcpov.pages import tasks

    with application() as app:
        pages = tasks.begin_anew(app)
        click.echo(f"Thrown away: {pages} page{'' if pages == 1 else 's'}.")


@pages.command(name="headers")
def headers_of_pages() -> None:
    """Print what nginx adds to finished pages; it follows the settings and the styles."""
    from hcpov.web import headers

    with application():
        click.echo(headers.nginx(config.current()), nl=False)


@main.command(name="erase-again")
@click.option("--upgrade", is_flag=True, help="Bring the database up to date first, as `hcpov restore` does.")
def erase_again(upgrade: bool) -> None:
    """Erase again what people had erased before a restore, and leave again what they had left."""
    from hcpov.ops.backups import terminal

    with application():
        terminal.erase_again(upgrade)


@main.command()
@click.option("--mail", is_flag=True, help="Look whether receivers can believe mail from here.")
@click.option("--selector", default="", help="The DKIM key that the relay signs with: the word behind s= in a letter.")
@click.option("--nameserver", default="", help="Ask this server about DNS, such as 127.0.0.1:5353.")
def doctor(mail: bool, selector: str, nameserver: str) -> None:
    """Print each setting with where it came from, secrets masked; or say what mail lacks, and end with 1."""
    from hcpov.ops import settings as shown
    from hcpov.ops import terminal

    settings = _settings()
    if mail:
        sys.exit(terminal.look_after_mail(settings, selector, nameserver))
    click.echo("\n".join(shown.lines(settings, os.environ)))


def _settings() -> config.Settings:
    try:
        return config.load(os.environ)
    except config.SettingError as problem:
        raise click.ClickException(str(problem)) from None


def _serve_web(settings: config.Settings) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    host, _, port = settings.bind.rpartition(":")
    click.echo(f"Open http://{settings.bind}/")
    Granian(
        "wsgi:app",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=1,
        websockets=False,
        working_dir=config.ROOT,
        workers_kill_timeout=10,  # one that was stopped while it started never hears of it
    ).serve()


if __name__ == "__main__":
    main()
