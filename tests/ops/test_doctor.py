"""`hcpov doctor`: what it finds on a site as it is."""

import json
import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask

from hcpov import config
from hcpov.cli import main
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops import examination, heartbeat
from hcpov.ops.checks import BAD, OK, WARN
from tests.live import environment_of, serving, wait_until


def doctor(settings: Settings, *options: str, **environ: str) -> Result:
    """Runs the command on a site."""
    given: dict[str, str | None] = {name: None for name in os.environ if name.startswith(config.PREFIX)}
    given |= {"HCPOV_INSTANCE": str(settings.instance), "HCPOV_DATABASE_URL": settings.database_url}
    # What limits rates is one for all applications of this process.
    given |= {"HCPOV_SECRET_KEY": settings.secret_key, "HCPOV_RATE_LIMITS": "off", **environ}
    return CliRunner(env=given).invoke(main, ["doctor", *options])


def states(app: Flask, settings: Settings, build: str = "any") -> dict[str, str]:
    """Returns the state of each check by its name."""
    with app.app_context():
        return {each.name: each.state for each in examination.examine(settings, build)}


@pytest.fixture(autouse=True)
def tidy(settings: Settings) -> None:
    """Takes away what tests before left in the instance folder that they share."""
    (settings.instance / "secret-key").unlink(missing_ok=True)
    shutil.rmtree(settings.instance / examination.BACKUPS, ignore_errors=True)


def test_a_site_that_is_well(app: Flask, settings: Settings) -> None:
    with app.app_context():
        heartbeat.beat()
    answer = doctor(settings)
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[-1] == "The site is well."
    for words in ("HCPOV_BIND ", "ok    Disk: ", "ok    Database: ", "ok    Migrations: ", "ok    Worker: "):
        assert words in answer.output
    assert settings.secret_key not in answer.output


def test_what_is_bad_ends_with_1(app: Flask, settings: Settings) -> None:
    (settings.instance / heartbeat.FILE).unlink(missing_ok=True)
    answer = doctor(settings)
    assert answer.exit_code == 1
    assert "bad   Worker: No worker ever ran" in answer.output
    assert answer.output.splitlines()[-1] == "1 to mend."


def test_a_new_folder_is_told_what_to_do_and_gets_no_database(tmp_path: Path) -> None:
    answer = doctor(Settings(instance=tmp_path, secret_key="s" * 40))
    assert answer.exit_code == 1
    assert "Run: hcpov setup" in answer.output
    assert not (tmp_path / "hcpov.sqlite3").exists()


def test_a_database_that_is_away_is_told_without_its_password(tmp_path: Path) -> None:
    settings = Settings(
        instance=tmp_path, secret_key="s" * 40, database_url="postgresql://ada:hidden-word@127.0.0.1:9/x"
    )
    answer = doctor(settings)
    assert answer.exit_code == 1
    assert "The database cannot be reached." in answer.output
    assert "hidden-word" not in answer.output


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path, secret_key="s" * 40)
    given = environment_of(settings, HCPOV_DATABASE_URL="")
    subprocess.run([sys.executable, "-m", "hcpov.cli", "setup", "--here"], cwd=config.ROOT, env=given, check=True)
    path = tmp_path / "hcpov.sqlite3"
    with closing(sqlite3.connect(path)) as connection:  # what stands in the log would mend the file
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = path.read_bytes()
    path.write_bytes(whole[:40960] + b"\xff" * 65536 + whole[40960 + 65536 :])
    answer = doctor(settings)
    assert answer.exit_code == 1
    assert "bad   Database: The database is damaged" in answer.output


def test_secrets_that_others_can_read(app: Flask, settings: Settings) -> None:
    key = settings.instance / "secret-key"
    key.write_text("s" * 64)
    key.chmod(0o644)
    try:
        assert states(app, settings)["Permissions"] == BAD
    finally:
        key.unlink()


def test_the_newest_backup_counts(app: Flask, settings: Settings) -> None:
    assert states(app, settings)["Backup"] == WARN
    folder = settings.instance / examination.BACKUPS
    folder.mkdir()
    assert states(app, settings)["Backup"] == WARN
    for name, ago in (("hcpov-2026-11-19T073700Z.tar.gz", 9), ("hcpov-2026-11-28T073700Z.tar.gz", 0)):
        (folder / name).touch()
        at = (datetime.now(UTC) - timedelta(days=ago)).timestamp()
        os.utime(folder / name, (at, at))
    assert states(app, settings)["Backup"] == OK


def test_a_backup_in_a_bucket_counts_by_its_rehearsal(settings: Settings) -> None:
    away = replace(settings, backup_url="s3://key:secret@127.0.0.1:1/kept?region=none")
    moment = datetime.now(UTC) - timedelta(hours=5)
    found = {"moment": moment.isoformat(), "ok": True, "words": "All was there.", "seconds": 1.0}
    (settings.instance / examination.BACKUPS).mkdir()
    for size, newest in ((0, None), (9, moment)):
        (settings.instance / examination.BACKUPS / "rehearsal.json").write_text(json.dumps(found | {"size": size}))
        assert examination.newest_backup(away) == newest and examination.newest_backup(settings) is None


def test_a_rehearsal_that_failed_is_told(app: Flask, settings: Settings) -> None:
    assert "Rehearsal" not in states(app, settings)
    folder = settings.instance / examination.BACKUPS
    folder.mkdir()
    said = {"moment": datetime.now(UTC).isoformat(), "ok": True, "words": "All was there.", "seconds": 1.0, "size": 9}
    for ok, state in ((True, OK), (False, BAD)):
        (folder / "rehearsal.json").write_text(json.dumps(said | {"ok": ok}))
        assert states(app, settings)["Rehearsal"] == state


def test_headers_that_nginx_was_given(
    app: Flask, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "nginx-headers.conf"
    monkeypatch.setattr(examination, "NGINX", file)
    assert "nginx" not in states(app, settings)
    file.write_text("set $pov_build 0123abcd;\n")
    assert states(app, settings, "0123abcd")["nginx"] == OK
    assert states(app, settings, "another")["nginx"] == WARN


def test_a_worker_says_that_it_works(app: Flask, settings: Settings) -> None:
    (settings.instance / heartbeat.FILE).unlink(missing_ok=True)
    with serving(settings):
        wait_until(lambda: heartbeat.age(settings.instance) is not None)
    assert states(app, settings)["Worker"] == OK


@contextmanager
def tls(folder: Path, expires: datetime) -> Iterator[tuple[str, ssl.SSLContext]]:
    """Serves one certificate for localhost; yields the address, and what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(expires - timedelta(days=90))
        .not_valid_after(expires)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_shake_hands, args=(listening, context), daemon=True)
        thread.start()
        trusted = ssl.create_default_context(cafile=str(folder / "cert.pem"))
        yield f"https://localhost:{listening.getsockname()[1]}", trusted
    thread.join(10)


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    listening.settimeout(10)
    try:
        plain, _ = listening.accept()
        with plain, context.wrap_socket(plain, server_side=True) as line:
            line.recv(1)
    except OSError:
        return


def test_the_certificate_is_read(tmp_path: Path) -> None:
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
    with tls(tmp_path, expires) as (address, trusted):
        assert examination.certificate(address, trusted) == (expires, "")


def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    with tls(tmp_path, datetime.now(UTC) + timedelta(days=30)) as (address, _):
        found, problem = examination.certificate(address)
    assert found is None and "do not trust it" in problem


def test_nobody_answers(settings: Settings, app: Flask) -> None:
    found, problem = examination.certificate("https://127.0.0.1:9")
    assert found is None and "did not answer" in problem
    answer = doctor(settings, "--certificate", HCPOV_SITE_URL="https://127.0.0.1:9")
    assert "bad   Certificate: " in answer.output


def test_it_changes_nothing(app: Flask, settings: Settings) -> None:
    states(app, settings)
    with app.app_context():
        assert not db.session.new and not db.session.dirty
