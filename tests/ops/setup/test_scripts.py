"""htmx from here: fetched over TLS, kept only when it is the one that this program knows, and served by the site."""

import base64
import hashlib
import http.server
import shutil
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from hcpov import config
from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.extensions import huey
from hcpov.ops.setup import scripts
from hcpov.ops.setup.machine import Machine
from hcpov.ops.setup.refusals import Refused
from hcpov.ops.setup.scripts import Script
from tests.deploy.fronts import certify
from tests.ops.setup.running import SITE, setup, words

WORDS = b"/* htmx, as these tests know it */"
CODE = Path("/srv/hcpov")


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes WORDS the script that this program knows: the real one is not in the tree."""
    digest = base64.b64encode(hashlib.sha384(WORDS).digest()).decode()
    monkeypatch.setattr(config, "HTMX_INTEGRITY", f"sha384-{digest}")


@contextmanager
def sending(folder: Path, sent: bytes, status: int = 200) -> Iterator[tuple[str, ssl.SSLContext]]:
    """Runs a server over TLS that sends the same to everybody; yields its address, and who trusts it."""

    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_said: object) -> None:
            pass

    certify(folder)
    ours, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=folder / "fullchain.pem")
    ours.load_cert_chain(folder / "fullchain.pem", folder / "privkey.pem")
    theirs.check_hostname = False  # it is certified for the site's name, and asked by its number
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.socket = ours.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}/htmx.min.js", theirs
        finally:
            server.shutdown()
            thread.join()


def test_what_was_fetched_is_served_by_the_site(known: None, app: Flask, tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine")
    with sending(tmp_path, WORDS) as (address, trusted):
        step = Script(CODE, address, trusted)
        assert not step.is_right(machine)
        step.do(machine)
    assert step.is_right(machine)
    place = machine.at(scripts.place(CODE))
    assert (place.read_bytes(), place.stat().st_mode & 0o777) == (WORDS, 0o644)
    kept = huey.app, huey.storage
    own = create_app(Settings(instance=tmp_path / "instance", htmx_url=scripts.ADDRESS, pages_mb=0))
    huey.app, huey.storage = kept
    own.static_folder = str(machine.at(CODE / "static"))
    with own.test_client().get(scripts.ADDRESS) as answer:
        assert (answer.status_code, answer.data, answer.mimetype) == (200, WORDS, "text/javascript")
        assert "https:" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("sent", [b"", WORDS + b" ", WORDS[:-1], b"evil()", b"a" * (scripts.MOST + 1)], ids=len)
def test_what_is_not_just_that_script_is_thrown_away(known: None, tmp_path: Path, sent: bytes) -> None:
    machine = Machine(tmp_path / "machine")
    with (
        sending(tmp_path, sent) as (address, trusted),
        pytest.raises(Refused, match="is not the htmx that this program knows, so it was thrown away"),
    ):
        Script(CODE, address, trusted).do(machine)
    assert not (tmp_path / "machine").exists()


@pytest.mark.parametrize("status", [301, 302, 307, 404, 500])
def test_it_is_fetched_from_that_address_only(known: None, tmp_path: Path, status: int) -> None:
    with sending(tmp_path, WORDS, status) as (address, trusted), pytest.raises(Refused, match="could not be fetched"):
        scripts.fetched(address, trusted)


def test_a_server_that_nobody_trusts_is_no_source(known: None, tmp_path: Path) -> None:
    with sending(tmp_path, WORDS) as (address, _), pytest.raises(Refused, match="CERTIFICATE_VERIFY_FAILED"):
        scripts.fetched(address)
    with pytest.raises(Refused, match="is not https"):
        scripts.fetched("http://127.0.0.1:9/htmx.min.js")
    with pytest.raises(Refused, match=r"could not be fetched from https://127.0.0.1:9/.*Leave out --self-host-htmx"):
        scripts.fetched("https://127.0.0.1:9/htmx.min.js")


def test_the_flag_makes_it_a_setting_and_a_step(tmp_path: Path) -> None:
    said = setup(tmp_path, *words(), "--self-host-htmx", "--dry-run")
    assert f"| HCPOV_HTMX_URL = {scripts.ADDRESS}\n" in said.stdout
    assert f"fetch    {config.HTMX_URL}, verified, to /srv/hcpov/static/{scripts.NAME}\n" in said.stdout
    assert "4.0.1" in scripts.NAME and SITE in said.stdout
    back = setup(tmp_path, *words(), "--cdn-htmx", "--dry-run")
    assert "HTMX" not in back.stdout


def test_the_real_one_is_known(tmp_path: Path) -> None:
    """The browser's tests fetch the package from npm, whose file the CDN serves."""
    real = config.ROOT / ".cache/htmx/package/dist/htmx.min.js"
    if not real.exists():
        pytest.skip("htmx was not fetched from npm")
    place = tmp_path / "srv/hcpov/static" / scripts.NAME
    place.parent.mkdir(parents=True)
    shutil.copy(real, place)
    assert Script(CODE).is_right(Machine(tmp_path))
    place.write_bytes(real.read_bytes() + b"\n")
    assert not Script(CODE).is_right(Machine(tmp_path))
