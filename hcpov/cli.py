"""The `hcpov` command: one word for each thing ops must do.

Imports of the application stand inside the commands, so that `hcpov --help` answers at once and a bad setting is told
in one line instead of a traceback.
"""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from hcpov import config, imports
from hcpov.ops import flags as ops
from hcpov.ops.setup import flags


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Health Care POV: run it, fill it, look after it."""


@contextmanager
def application() -> Iterator[Any]:
    """Yields the application inside its context, and closes its database; a bad setting ends the command."""
    with imports.in_one_go():
        from hcpov.app import create_app
        from hcpov.extensions import db

        try:
            app = create_app()
        except config.SettingError as problem:
            raise click.ClickException(str(problem)) from None
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            for engine in db.engines.values():
                engine.dispose()


@main.command()
@flags.all_of_them
def setup(here: bool, **given: Any) -> None:
    """Make a fresh Debian 12 the site's server: say what is to be done, ask, do it; a second time changes nothing."""
    from hcpov.ops.setup import terminal
    from hcpov.web import headers

    terminal.make_here(_settings(), application) if here else terminal.set_up(given, headers.nginx)


@main.command()
def demo() -> None:
    """Write four blogs with posts and comments into an empty site."""
    from hcpov.transfer import terminal

    with application():
        terminal.write_demo(config.ROOT / "hcpov" / "transfer" / "demo")


@main.command()
@click.option("--web-only", is_flag=True, help="Leave the worker to another process.")
def serve(web_only: bool = False) -> None:
    """Start the web server with its worker, and stop both together; SIGHUP loads code and settings anew."""
    _stand(serves=True, works=not web_only)


@main.command()
@click.pass_context
def run(context: click.Context) -> None:
    """Do all of it for a first look: setup, the demo when the site is empty, then serve."""
    from hcpov.ops.setup import terminal

    terminal.make_here(_settings(), application)
    context.invoke(demo)
    context.invoke(serve)


@main.command()
def worker() -> None:
    """Do the work that waits for no reader: run what is due, retry what failed."""
    _stand(serves=False, works=True)


@main.command()
@ops.of_backup
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


@main.command()
@ops.of_upgrade
def upgrade(**given: Any) -> None:
    """Go to another version: a folder, .tar.gz, .zip, tag of git, or release. Without SOURCE, to the code as it is."""
    from hcpov.ops.upgrades import terminal

    terminal.upgrade(application, **given)


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
    from hcpov.transfer import terminal

    with application():
        terminal.take_wordpress(file, slug, name, progress)


@import_.command(name="site")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def import_site(path: Path) -> None:
    """Take an export of a whole site back into an empty one: a folder, .zip or .tar.gz."""
    from hcpov.ops.terminal import progress
    from hcpov.transfer.site import terminal

    with application():
        terminal.take(path, progress)


@main.group()
def export() -> None:
    """Write out what the site holds."""


@export.command(name="site")
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--with-private", is_flag=True, help="With e-mail addresses, subscriptions and the audit log.")
def export_site(target: Path, with_private: bool) -> None:
    """Write everything as files that people can keep, to a new folder, or to a .zip or .tar.gz."""
    from hcpov.ops.terminal import progress
    from hcpov.transfer.site import terminal

    with application():
        terminal.give(target, with_private, progress)


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
    from hcpov.captcha import terminal

    with application():
        terminal.answer(challenge)


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
@ops.of_doctor
def doctor(mail: bool, only_settings: bool, certificate: bool, selector: str, nameserver: str) -> None:
    """Print the settings with their origin, secrets masked, then how the site is; end with 1 when something is bad."""
    from hcpov.ops import settings as shown
    from hcpov.ops import terminal

    settings = _settings()
    if mail:
        sys.exit(terminal.look_after_mail(settings, selector, nameserver))
    click.echo("\n".join(shown.lines(settings, os.environ)))
    if only_settings:
        return
    from hcpov.ops.examination import examine
    from hcpov.web.headers import build

    with application():
        sys.exit(terminal.tell(examine(settings, build(settings), certificate)))


def _stand(serves: bool, works: bool) -> None:
    """Runs web processes, a worker, or both, in a child of this process, which keeps them."""
    from hcpov.serving import place

    settings = _settings()
    try:
        here = place.take(settings, listens=serves)
    except place.NotTaken as problem:
        raise click.ClickException(str(problem)) from None
    gc.disable()  # until what is loaded is shared: serving/memory.py
    from hcpov.ops.upgrades import start
    from hcpov.serving import generation

    start.stay(settings)
    with application() as app:
        generation.prepare(app, here, serves)
    generation.Generation(app, here, serves, works).run()


def _settings() -> config.Settings:
    try:
        return config.load(os.environ)
    except config.SettingError as problem:
        raise click.ClickException(str(problem)) from None


if __name__ == "__main__":
    main()
