"""`hcpov admin`, from the outside: what it asks, what it says, what it does, and that it shows no password."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov import config
from hcpov.audit.models import Audit
from hcpov.auth.models import Account, LoginSession
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail.models import Message
from tests.make import MadeAccount, Make

NEW = "nineteen blue trolleys"
Run = Callable[..., subprocess.CompletedProcess[str]]


def environment(settings: Settings) -> dict[str, str]:
    """Returns what a process needs to work on the tests' database."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(config.PREFIX)}
    return environ | {
        "HCPOV_INSTANCE": str(settings.instance),
        "HCPOV_SECRET_KEY": settings.secret_key,
        "HCPOV_DATABASE_URL": settings.database_url,
    }


@pytest.fixture
def run(settings: Settings, app: Flask) -> Run:
    """Runs `hcpov admin` with these answers on its standard input."""

    def ran(*words: str, answers: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "hcpov.cli", "admin", *words],
            cwd=config.ROOT,
            env=environment(settings),
            input="".join(f"{answer}\n" for answer in answers),
            capture_output=True,
            text=True,
            check=False,
        )
        assert NEW not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    return ran


def account(app: Flask, email: str) -> Account | None:
    """Returns the account of an address, as it is stored."""
    with app.app_context():
        found = db.session.scalar(sa.select(Account).where(Account.email == email))
        if found is not None:
            assert found.roles is not None
            assert found.webauthn is not None
        return found


def log(app: Flask) -> list[tuple[int | None, str, str, dict[str, Any]]]:
    """Returns the lines of the audit log."""
    with app.app_context():
        return [
            (line.account_id, line.what, line.about, line.details)
            for line in db.session.scalars(sa.select(Audit).order_by(Audit.id))
        ]


def signs_in(client: FlaskClient, email: str, password: str) -> bool:
    """Tries to sign in."""
    return client.post("/sign-in", data={"email": email, "password": password}).status_code == 302


def test_create_asks_for_what_is_missing(run: Run, app: Flask, client: FlaskClient) -> None:
    done = run("create", answers=("Ada.Ops@Example.org", " Ada  Ops ", NEW, NEW))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Ada Ops is an admin now" in done.stdout
    made = account(app, "Ada.Ops@example.org")
    assert made is not None
    assert (made.name, made.handle, [role.name for role in made.roles]) == ("Ada Ops", "ada-ops", ["admin"])
    assert log(app) == [(None, "account made", f"account {made.id}", {"role": "admin"})]
    assert signs_in(client, "ada.ops@example.org", NEW)
    assert client.get("/desk/members").status_code == 200


@pytest.mark.parametrize(
    ("email", "name", "answers", "words"),
    [
        ("nobody", "Ada", (), "does not look like an e-mail address"),
        ("maeve@EXAMPLE.org", "Ada", (), "There is an account with this address."),
        ("ada@example.org", "x" * 81, (), "A name has 1 to 80 characters."),
        ("ada@example.org", "Ada", ("short", "short"), "at least 8 characters"),
        ("ada@example.org", "Ada", ("password123", "password123"), "among the first that anybody would try"),
        ("ada@example.org", "Ada Adamson", ("ada adamson", "ada adamson"), "guessed from your name"),
        ("ada@example.org", "Ada", (NEW, "something else"), "do not match"),
        ("ada@example.org", "Ada", (NEW,), "Aborted!"),
        ("ada@example.org", "", (), "Aborted!"),
    ],
)
def test_create_refuses_in_words(
    run: Run, app: Flask, make: Make, email: str, name: str, answers: tuple[str, ...], words: str
) -> None:
    make.account(email="maeve@example.org")
    done = run("create", "--email", email, "--name", name, answers=answers)
    assert done.returncode == 1
    assert words in done.stdout + done.stderr
    assert (account(app, "ada@example.org"), log(app)) == (None, [])


@pytest.mark.parametrize("option", ["--password", "--pass", "-p"])
def test_no_password_is_taken_from_the_command_line(run: Run, option: str) -> None:
    assert run("create", option, "a word of eight").returncode == 2
    assert run("reset", "maeve@example.org", option, "a word of eight").returncode == 2


def test_promote_gives_a_role(run: Run, app: Flask, make: Make) -> None:
    member = make.account("Maeve", email="maeve@example.org")
    assert "Maeve is moderator of the site now." in run("promote", "MAEVE@example.org", "--role", "moderator").stdout
    assert run("promote", answers=("admin", "maeve@example.org")).returncode == 0
    assert run("promote", "maeve@example.org", "--role", "admin").returncode == 0
    found = account(app, "maeve@example.org")
    assert found is not None
    assert {role.name for role in found.roles} == {"moderator", "admin"}
    about = f"account {member.id}"
    given = [(None, "role given", about, {"role": "moderator"}), (None, "role given", about, {"role": "admin"})]
    assert log(app) == given
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2


def test_promote_refuses_in_words(run: Run, app: Flask, make: Make) -> None:
    make.account(email="off@example.org", active=False)
    make.account(email="new@example.org", confirmed_at=None)
    for email, words in {
        "off@example.org": "cannot sign in yet",
        "new@example.org": "cannot sign in yet",
        "nobody@example.org": "There is no account with this address.",
        "nonsense": "does not look like an e-mail address",
    }.items():
        done = run("promote", email, "--role", "admin")
        assert (done.returncode, words in done.stderr) == (1, True)
    assert run("promote", "off@example.org", "--role", "editor").returncode == 2
    assert log(app) == []


@pytest.mark.parametrize("option", [(), ("--second-factor",)])
def test_reset_lets_somebody_in_again(
    run: Run, app: Flask, make: Make, sign_in: Callable[[MadeAccount], FlaskClient], option: tuple[str, ...]
) -> None:
    member = make.account("Maeve", email="maeve@example.org")
    browser = sign_in(member)
    with app.app_context():
        found = db.session.get_one(Account, member.id)
        found.tf_primary_method, found.tf_totp_secret, found.mf_recovery_codes = "authenticator", "sealed", ["a"]
        db.session.commit()
    done = run("reset", "Maeve@example.org", *option, answers=(NEW, NEW))
    assert (done.returncode, done.stderr) == (0, "")
    assert ("recovery codes" in done.stdout) == bool(option)
    after = account(app, "maeve@example.org")
    assert after is not None
    kept = (after.tf_primary_method, after.tf_totp_secret, after.mf_recovery_codes)
    assert kept == ((None, None, None) if option else ("authenticator", "sealed", ["a"]))
    assert browser.get("/account/").status_code == 302
    with app.app_context():
        assert db.session.scalars(sa.select(LoginSession)).all() == []
        assert "password" in db.session.scalars(sa.select(Message.text)).one()
    assert log(app) == [(None, "password reset", f"account {member.id}", {"second_factor": bool(option)})]
    if option:
        assert not signs_in(app.test_client(), member.email, member.password)
        assert signs_in(app.test_client(), member.email, NEW)


def test_reset_refuses_in_words(run: Run, app: Flask, make: Make) -> None:
    make.account(email="off@example.org", active=False)
    assert "switched off" in run("reset", "off@example.org", answers=(NEW, NEW)).stderr
    assert "no account" in run("reset", "nobody@example.org", answers=(NEW, NEW)).stderr
    assert log(app) == []


def test_a_terminal_shows_no_password_and_asks_again(
    settings: Settings, app: Flask, make: Make, tmp_path: Path
) -> None:
    make.account("Maeve", email="maeve@example.org")
    child, terminal = pty.fork()
    if not child:
        os.chdir(config.ROOT)
        words = [sys.executable, "-m", "hcpov.cli", "admin", "reset", "maeve@example.org"]
        os.execve(sys.executable, words, environment(settings))
    shown = b""

    def until(words: bytes, times: int) -> None:
        nonlocal shown
        while shown.count(words) < times:
            shown += os.read(terminal, 1000)

    for number, password in enumerate(("password", NEW), start=1):
        until(b"New password", number)
        os.write(terminal, f"{password}\n".encode())
        until(b"Once more", number)
        os.write(terminal, f"{password}\n".encode())
    until(b"can sign in", 1)
    assert os.waitpid(child, 0)[1] == 0
    os.close(terminal)
    assert b"among the first" in shown
    assert NEW.encode() not in shown
    assert signs_in(app.test_client(), "maeve@example.org", NEW)
